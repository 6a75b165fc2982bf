"""Numbers in messages: which measure they are, in which unit, and which of them are none."""

import pytest

from bot.guardrails.reading.measures import measures
from bot.guardrails.reading.normal import read


def said(text: str) -> dict[str, list[float]]:
    out: dict[str, list[float]] = {}
    for reading in measures(read(text)):
        out.setdefault(reading.measure, []).append(round(reading.value, 2))
    return out


@pytest.mark.parametrize(
    ("text", "measure", "value"),
    [
        ("T 39.4, HR 132", "temperature", 39.4),
        ("39,5 depuis hier", "temperature", 39.5),
        ("il a 40 de fièvre", "temperature", 40),
        ("temp of 104", "temperature", 40),
        ("fever 102°F since Monday", "temperature", 38.89),
        ("fièvre à 39", "temperature", 39),
        ("température 38°5", "temperature", 38.5),
        ("sa fièvre est montée à 40,2°C", "temperature", 40.2),
        ("5 weeks old, 38.4, refused 3 feeds", "temperature", 38.4),
        ("elle a 40,8 elle transpire plus", "temperature", 40.8),
        ("he is thirty nine point two", "temperature", 39.2),
        ("il a trente-neuf et demi de fièvre", "temperature", 39.5),
        ("BP 82/40 mmHg", "systolic", 82),
        ("BP 82/40 mmHg", "diastolic", 40),
        ("TA 21/12", "systolic", 210),
        ("tension 21/12 et maux de tête", "diastolic", 120),
        ("ma tension est à 18", "systolic", 180),
        ("210/120 this morning", "systolic", 210),
        ("blood pressure 85 over 50", "systolic", 85),
        ("HR 132", "heart_rate", 132),
        ("FC 140", "heart_rate", 140),
        ("pouls à 38", "heart_rate", 38),
        ("my pulse is about 150", "heart_rate", 150),
        ("heart racing at 160 bpm", "heart_rate", 160),
        ("RR 34/min", "breathing_rate", 34),
        ("FR 32", "breathing_rate", 32),
        ("32 respirations par minute", "breathing_rate", 32),
        ("SpO2 86% RA", "oxygen", 86),
        ("sats in the 80s", "oxygen", 85),
        ("saturation 86 %", "oxygen", 86),
        ("SpO2 0.86", "oxygen", 86),
        ("glucose 450", "glucose", 450),
        ("glycémie 4,5 g/L", "glucose", 450),
        ("sugar reads HI", "glucose", 601),
        ("glucose 28 mmol/L", "glucose", 504.45),
        ("dextro à 0,45 g/L", "glucose", 45),
        ("sugar 25 mmol/L", "glucose", 450.4),
        ("blood sugar is 2.1 mmol", "glucose", 37.83),
        ("ketones 4.2", "ketones", 4.2),
        ("GCS 9", "gcs", 9),
        ("Glasgow à 8", "gcs", 8),
        ("78-year-old", "age_years", 78),
        ("78F with chest pain", "age_years", 78),
        ("a 54 yo male", "age_years", 54),
        ("my 3-month-old", "age_days", 91.32),
        ("he is 6 weeks old", "age_days", 42),
        ("nourrisson de 2 mois", "age_days", 60.88),
        ("mon fils, 18 mois, a de la fièvre", "age_years", 1.5),
        ("ma fille de trois semaines", "age_days", 21),
        ("day 5 of life", "age_days", 5),
        ("J'ai 63 ans", "age_years", 63),
        ("enceinte de 7 mois", "weeks_pregnant", 30.41),
        ("34 weeks pregnant", "weeks_pregnant", 34),
        ("je suis à 32 SA", "weeks_pregnant", 32),
        ("for 5 days", "duration_hours", 120),
        ("depuis 6 heures", "duration_hours", 6),
        ("depuis trois jours", "duration_hours", 72),
        ("il y a vingt-cinq minutes", "duration_hours", 0.42),
        ("20 tablets of paracetamol", "amount", 20),
        ("trente comprimés", "amount", 30),
        ("I took two boxes of ibuprofen", "amount", 20),
    ],
)
def test_given_a_number_with_its_name_or_unit_when_read_then_it_is_that_measure(
    text: str, measure: str, value: float
) -> None:
    found = said(text)

    assert value in found.get(measure, []), found


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("appelle-moi au 06 39 50 41 20", "temperature"),
        ("rendez-vous le 12/08/2026", "systolic"),
        ("paracétamol 1000 mg, 39 euros", "temperature"),
        ("doliprane 500 mg 3 fois par jour", "amount"),
        ("il fait 38 degrés dehors", "temperature"),
        ("ferritine 38,5 ng/mL", "temperature"),
        ("open 24/7 in town", "systolic"),
        ("we left at 10:30 on 11/12", "systolic"),
        ("surgery 3 years ago", "age_years"),
        ("depuis 5 ans", "age_years"),
        ("there is 3 years history of back pain", "age_years"),
        ("I ate 3 boxes", "heart_rate"),
        ("my heart is broken since 2019", "heart_rate"),
        ("room 212, bed 4", "glucose"),
    ],
)
def test_given_a_number_of_something_else_when_read_then_it_is_no_measure(text: str, measure: str) -> None:
    assert measure not in said(text)


def test_given_a_measure_when_read_then_it_knows_the_word_that_says_it() -> None:
    text = read("No fever. BP 82/40.")

    place = next(one.place for one in measures(text) if one.measure == "systolic")

    assert text.words[place] in {"bp", "82"}
