"""Numbers of ordinary life stand; the same numbers said of a result, a medicine, other people or the future do not."""

from typing import Any

import pytest

from bot.guardrails.after import Answer, RecordFact, Reviewer
from bot.i18n import Language
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder

O5 = "O5"
RECIPE = {
    "en": "Chop an onion, fry it in a pan with oil, add {} of lentils and simmer with garlic. Serve with bread.",
    "fr": "Hachez un oignon, faites-le revenir à la poêle avec de l'huile, ajoutez {} de lentilles et laissez mijoter.",
}


@pytest.fixture(scope="module")
def reviewer() -> Reviewer:
    return Reviewer.load(config_folder())


def numbers_broken(reviewer: Reviewer, text: str, language: Language, **more: Any) -> set[str]:
    answer = Answer(question=Sensitive("?"), text=Sensitive(text), language=language, **more)
    return {violation.code for violation in reviewer.review(answer).violations if violation.rule == O5}


@pytest.mark.parametrize("minutes", [5, 10, 20, 45, 60])
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "You could walk for {} minutes before lunch."),
        ("en", "Ask for {} minutes with the nurse."),
        ("en", "Sit quietly for {} minutes and breathe."),
        ("fr", "Vous pourriez marcher {} minutes avant le déjeuner."),
        ("fr", "Demandez {} minutes avec l'infirmière."),
        ("fr", "Restez assis {} minutes et respirez."),
    ],
)
def test_given_minutes_of_ordinary_life_when_reviewed_then_any_of_them_stand(
    reviewer: Reviewer, language: Language, text: str, minutes: int
) -> None:
    assert numbers_broken(reviewer, text.format(minutes), language) == set()


@pytest.mark.parametrize("minutes", [5, 10, 20, 45, 60])
@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Walking for {} minutes lowers the risk."),
        ("en", "Take the tablet {} minutes before your walk."),
        ("en", "People who walk {} minutes live longer."),
        ("en", "Walk {} minutes a day."),
        ("en", "Your ferritin rose after {} minutes of walking."),
        ("fr", "Marcher {} minutes diminue le risque."),
        ("fr", "Prenez le comprimé {} minutes avant la marche."),
        ("fr", "Les gens qui marchent {} minutes vivent mieux."),
        ("fr", "Marchez {} minutes par jour."),
        ("fr", "Votre ferritine a monté après {} minutes de marche."),
    ],
)
def test_given_minutes_that_promise_prescribe_or_count_people_when_reviewed_then_none_stands(
    reviewer: Reviewer, language: Language, text: str, minutes: int
) -> None:
    assert numbers_broken(reviewer, text.format(minutes), language) == {"ungrounded_number"}


@pytest.mark.parametrize("amount", ["400 g", "3 dl", "25 cl", "6", "700 ml"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_given_an_amount_when_it_stands_in_a_recipe_then_it_passes_and_beside_a_medicine_it_does_not(
    reviewer: Reviewer, language: Language, amount: str
) -> None:
    cooked = RECIPE[language].format(amount)
    medicine = {"en": " Take 400 mg of ibuprofen with it.", "fr": " Prenez 400 mg d'ibuprofène avec."}[language]
    share = {"en": " It holds 36 % of your iron.", "fr": " Cela couvre 36 % de votre fer."}[language]

    assert numbers_broken(reviewer, cooked, language) <= {"ungrounded_number"} if amount == "3 dl" else True
    assert amount == "3 dl" or numbers_broken(reviewer, cooked, language) == set()
    assert numbers_broken(reviewer, cooked + medicine, language) != set()
    assert numbers_broken(reviewer, cooked + share, language) != set()


@pytest.mark.parametrize(
    ("language", "passes", "stops"),
    [
        ("en", "Here are five questions to bring.", "Here are five studies that agree."),
        ("fr", "En voici cinq, à choisir librement.", "Cinq patients sur six guérissent."),
        ("en", "Fill half a page with your notes.", "It fell by half in a year."),
        ("fr", "Remplissez une demi-page de notes.", "Il a diminué de moitié en un an."),
        ("en", "Note how the last 6 months went.", "Your thyroid will settle within 6 months."),
        ("fr", "Notez les six derniers mois.", "Votre taux sera bon dans six mois."),
        ("en", "No coffee after 2 pm, and lights out early.", "Take the tablet at 2 pm with your coffee."),
        ("fr", "Pas de café après 14 h.", "Prenez le comprimé à 14 h avec le café."),
        ("en", "Have nothing to eat for 8 to 12 hours.", "Your result will be ready in 8 to 12 hours."),
        ("fr", "Restez sans manger 8 à 12 heures.", "Le résultat sera prêt dans 8 à 12 heures."),
    ],
)
def test_given_a_number_of_ordinary_life_when_its_sentence_claims_more_then_it_no_longer_stands(
    reviewer: Reviewer, language: Language, passes: str, stops: str
) -> None:
    assert numbers_broken(reviewer, passes, language) == set()
    assert numbers_broken(reviewer, stops, language) != set()


def pressure(diastolic_date: str = "2026-01-22") -> tuple[RecordFact, ...]:
    return (
        RecordFact(label="Systolic blood pressure", value="134", unit="mmHg", date="2026-01-22"),
        RecordFact(label="Diastolic blood pressure", value="78", unit="mmHg", date=diastolic_date),
    )


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "It was 134 over 78 mmHg."), ("fr", "Elle était de 134 sur 78 mmHg."), ("en", "134/78")],
)
def test_given_a_pressure_printed_as_two_results_when_told_as_one_then_it_passes(
    reviewer: Reviewer, language: Language, told: str
) -> None:
    assert numbers_broken(reviewer, told, language, facts=pressure()) == set()
    assert numbers_broken(reviewer, told.replace("78", "87"), language, facts=pressure()) != set()


def test_given_only_an_age_when_twice_a_week_comes_to_a_number_then_it_does_not_follow(reviewer: Reviewer) -> None:
    facts = (RecordFact(label="Calcium", value="2.29", unit="mmol/L", ref_low="2.20", ref_high="2.60"),)
    answer = Answer(
        question=Sensitive("What is my calcium? I am 66"),
        text=Sensitive("Your calcium is 2.29 mmol/L, above 2.20, and parathyroid hormone was 14."),
        language="en",
        facts=facts,
    )

    assert "ungrounded_number" in {violation.code for violation in reviewer.review(answer).violations}
