"""What people type to be kept, read exactly or asked about; and what they merely ask or tell, left alone."""

from contextlib import suppress
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.health.entries import Entries, EntryError
from bot.health.entries.reading import ImpossibleError, NoDayError, NoUnitError
from bot.health.facts import Fact
from bot.health.facts.units import Units
from bot.health.knowledge import Knowledge
from bot.i18n import Language
from bot.settings import config_folder

TODAY = date(2026, 11, 29)
ENTRIES = Entries(Knowledge.load(config_folder() / "knowledge").recognise, Units.load(config_folder()))


def read(text: str, language: Language = "fr", current: tuple[Fact, ...] = ()) -> tuple[Fact, ...] | None:
    report = ENTRIES.read(text, language, TODAY, current)
    return None if report is None else report.facts


@pytest.mark.parametrize(
    ("language", "typed", "expected"),
    [
        ("fr", "tension 13/8", [("130", "mmHg", "8480-6"), ("80", "mmHg", "8462-4")]),
        ("fr", "Tension : 13,5/8,5 ce matin", [("135", "mmHg", "8480-6"), ("85", "mmHg", "8462-4")]),
        ("fr", "ma tension : 128 sur 79 mmHg", [("128", "mmHg", "8480-6"), ("79", "mmHg", "8462-4")]),
        ("en", "add bp 130/80", [("130", "mmHg", "8480-6"), ("80", "mmHg", "8462-4")]),
        ("en", "blood pressure 13/8 cmHg", [("130", "mmHg", "8480-6"), ("80", "mmHg", "8462-4")]),
        ("fr", "poids 72,4 kg ce matin", [("72,4", "kg", "29463-7")]),
        ("fr", "je pèse 72 kg", [("72", "kg", "29463-7")]),
        ("en", "weight 160 lb", [("160", "lb", "29463-7")]),
        ("fr", "taille 1m72", [("172", "cm", "8302-2")]),
        ("fr", "glycémie 1,05 g/L à jeun hier", [("1,05", "g/L", "1558-6")]),
        ("en", "glucose 5.8 mmol/L yesterday", [("5.8", "mmol/L", "14749-6")]),
        ("fr", "température 38,5", [("38,5", "°C", "8310-5")]),
        ("en", "temp 101.3", [("101.3", "°F", "8310-5")]),
        ("fr", "pouls 72", [("72", "/min", "8867-4")]),
        ("en", "saturation 97", [("97", "%", "59408-5")]),
        ("fr", "ferritine 45 µg/L", [("45", "µg/L", "2276-4")]),
        ("fr", "HbA1c 6,5 %", [("6,5", "%", "4548-4")]),
        ("fr", "SpO2 98 %", [("98", "%", "59408-5")]),
        ("fr", "ma tension est de 13/8", [("130", "mmHg", "8480-6"), ("80", "mmHg", "8462-4")]),
        ("fr", "mon poids est de 72 kg", [("72", "kg", "29463-7")]),
        ("en", "weight 72 kilos", [("72", "kg", "29463-7")]),
        ("en", "temp 98.6 F", [("98.6", "°F", "8310-5")]),
        ("fr", "je mesure 1m72", [("172", "cm", "8302-2")]),
        ("fr", "INR 2,5", [("2,5", "INR", "6301-6")]),
        ("fr", "plaquettes 250 000 /mm3", [("250 000", "/mm3", "777-3")]),
    ],
)
def test_given_a_measure_as_people_type_it_when_read_then_value_unit_and_code_are_exact(
    language: Language, typed: str, expected: list[tuple[str, str, str]]
) -> None:
    facts = read(typed, language)

    assert facts is not None
    assert [(fact.value, fact.unit, fact.code) for fact in facts] == expected
    assert all(fact.number is not None and fact.ucum is not None and fact.ref_text is None for fact in facts)


def test_given_centimetres_of_mercury_when_read_then_what_was_typed_stays_beside_it() -> None:
    facts = read("tension 13,5/8 hier soir à 20h15")

    assert facts is not None
    assert [(fact.number, fact.note) for fact in facts] == [
        (Decimal("135.0"), "13,5/8 · 20h15"),
        (Decimal(80), "13,5/8 · 20h15"),
    ]


@pytest.mark.parametrize(
    ("language", "typed", "day"),
    [
        ("fr", "pouls 70", TODAY),
        ("fr", "pouls 70 hier", date(2026, 11, 28)),
        ("fr", "pouls 70 avant-hier à 8h", date(2026, 11, 27)),
        ("fr", "pouls 70 le 03/04/2026", date(2026, 4, 3)),
        ("fr", "pouls 70 le 12/12", date(2025, 12, 12)),  # this year's is still to come
        ("fr", "pouls 70 le 1er mars 2026", date(2026, 3, 1)),
        ("en", "pulse 70 this morning at 8:15", TODAY),
        ("en", "pulse 70 on March 4, 2026", date(2026, 3, 4)),
        ("en", "pulse 70 on 2026-03-04", date(2026, 3, 4)),
        ("en", "pulse 70 on 25/03/2026", date(2026, 3, 25)),
        ("fr", "pouls 70 le 12 mars", date(2026, 3, 12)),
        ("en", "pulse 70 on March 14", date(2026, 3, 14)),
        ("fr", "pouls 70 le 30/11", date(2026, 11, 30)),  # tomorrow here is today somewhere
        ("en", "pulse 70 last night", date(2026, 11, 28)),
    ],
)
def test_given_a_day_in_words_or_written_when_read_then_it_is_that_day(
    language: Language, typed: str, day: date
) -> None:
    facts = read(typed, language)

    assert facts is not None
    assert [fact.date for fact in facts] == [day]


@pytest.mark.parametrize(
    ("language", "typed", "error"),
    [
        ("fr", "poids 72", NoUnitError),
        ("fr", "glycémie 1,05", NoUnitError),
        ("fr", "ferritine 45 zorgs", NoUnitError),
        ("en", "temp 60", NoUnitError),
        ("fr", "tension 300/8", ImpossibleError),
        ("fr", "tension 8/13", ImpossibleError),
        ("fr", "pouls 900", ImpossibleError),
        ("fr", "poids 1 072 kg", EntryError),  # 1, then 072?
        ("fr", "CA 125 130 U/mL", EntryError),
        ("fr", "saturation 140", ImpossibleError),
        ("fr", "pouls 70 le 12/12/2027", NoDayError),
        ("en", "pulse 70 on 03/04/2026", NoDayError),  # the third of April, or the fourth of March
        ("en", "ldl 1,250 mg/dL", EntryError),
        ("fr", "rdv : dentiste lundi prochain", NoDayError),
    ],
)
def test_given_what_lacks_something_when_read_then_it_is_asked_for_and_nothing_is_guessed(
    language: Language, typed: str, error: type[EntryError]
) -> None:
    with pytest.raises(EntryError) as caught:
        read(typed, language)

    assert type(caught.value) is error
    assert not any(char.isdigit() for char in str(caught.value))


@pytest.mark.parametrize(
    ("language", "typed"),
    [
        ("fr", "ma tension est 13/8, c’est grave ?"),
        ("fr", "j’ai mal à la tête depuis 3 jours"),
        ("fr", "cholestérol"),
        ("fr", "ma ferritine est à combien ?"),
        ("fr", "je ne prends plus de Doliprane"),  # of which nothing is held
        ("fr", "mon rendez-vous de demain m’inquiète"),
        ("fr", "retiens que je préfère le matin"),
        ("en", "what does glucose 5.8 mean"),
        ("en", "I took 2 ibuprofen at 8 am"),
        ("en", "my allergies are back"),
        ("en", "stopped metformin"),
        ("en", "call me at 10"),
        ("fr", "fer 80 mg"),  # a tablet, not a result
        ("en", "iron 65 mg"),
        ("fr", "vitamine D 1000 UI"),
        ("fr", "fer 2 comprimés"),
        ("fr", "ferritine 12 c’est grave"),
        ("en", "ldl 130 is high"),
        ("fr", "allergies : aucune"),
        ("en", "allergies: none"),
        ("fr", "traitement : aucun"),
        ("fr", "Antécédents familiaux : diabète"),
        ("fr", "Traitement en cours : metformine 500 mg"),
        ("fr", "rdv annulé : dentiste le 12/12/2026"),
        ("en", "medicines and alcohol: is it safe"),
        ("fr", "Maladie de Crohn : quels aliments éviter"),
        ("fr", "vaccins : lesquels sont obligatoires"),
    ],
)
def test_given_a_question_or_a_story_when_read_then_it_is_no_entry(language: Language, typed: str) -> None:
    assert read(typed, language) is None


@pytest.mark.parametrize(
    ("language", "typed", "expected"),
    [
        ("fr", "ajoute allergie : pénicilline", ("allergy", "pénicilline", "pénicilline", TODAY)),
        ("en", "add allergy to penicillin", ("allergy", "penicillin", "penicillin", TODAY)),
        (
            "fr",
            "médicament : Doliprane 500 mg matin et soir",
            ("medication", "Doliprane", "500 mg matin et soir", TODAY),
        ),
        ("en", "condition: asthma", ("condition", "asthma", "asthma", TODAY)),
        ("fr", "rdv : Dr Martin le 12/12 à 9h30", ("appointment", "Dr Martin", "Dr Martin", date(2026, 12, 12))),
        ("en", "appointment: Dr Smith on March 3, 2027", ("appointment", "Dr Smith", "Dr Smith", date(2027, 3, 3))),
        ("fr", "rdv : cardiologue demain à 14h", ("appointment", "cardiologue", "cardiologue", date(2026, 11, 30))),
        (
            "fr",
            "RDV: 12/06/2027 cardiologue le 12 juin",
            ("appointment", "12/06/2027 cardiologue", "12/06/2027 cardiologue", date(2027, 6, 12)),
        ),
        (
            "en",
            "appointment: cardiologist June 12, 2027 at 2 pm",
            ("appointment", "cardiologist", "cardiologist", date(2027, 6, 12)),
        ),
        ("en", "add appointment dentist tomorrow at 2 pm", ("appointment", "dentist", "dentist", date(2026, 11, 30))),
        ("fr", "ajoute le vaccin grippe le 04/10/2026", ("immunization", "grippe", "grippe", date(2026, 10, 4))),
    ],
)
def test_given_a_statement_after_its_word_when_read_then_it_is_kept_in_the_person_s_words(
    language: Language, typed: str, expected: tuple[str, str, str, date]
) -> None:
    facts = read(typed, language)

    assert facts is not None
    assert [(fact.category, fact.label, fact.value, fact.date) for fact in facts] == [expected]
    assert facts[0].status == "active"


def test_given_a_medicine_that_is_held_when_ended_then_its_end_is_proposed_under_its_own_name() -> None:
    held = read("médicament : Doliprane 500 mg")
    assert held is not None
    printed = tuple(replace(fact, label="Doliprane 500 mg, comprimé") for fact in held)
    assert read("J’ai arrêté le doliprane", current=printed) is not None
    facts = read("Je ne prends plus de doliprane", current=held)

    assert facts is not None
    assert [(fact.label, fact.category, fact.status) for fact in facts] == [("Doliprane", "medication", "inactive")]


def test_given_several_lines_when_each_is_an_entry_then_all_are_read_else_none() -> None:
    both = read("tension 12/7; pouls 64")

    assert both is not None
    assert [fact.id for fact in both] == ["1", "2", "3"]
    assert read("tension 12/7\net sinon ça va") is None


@given(st.text(max_size=120), st.sampled_from(["fr", "en"]))
def test_given_any_text_when_read_then_it_is_entries_an_entry_error_or_nothing(text: str, language: Language) -> None:
    facts = None
    with suppress(EntryError):
        facts = read(text, language)

    assert facts is None or all(fact.value for fact in facts)
