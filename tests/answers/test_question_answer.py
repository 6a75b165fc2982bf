from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.health.answers import compose
from bot.health.answers.model import Answer
from bot.health.answers.plan import Kind, plan
from bot.health.facts import Fact, Report
from bot.health.knowledge import Knowledge
from bot.i18n import Language, say
from bot.kernel.sensitive import Sensitive
from tests.answers.conftest import LINES


def ask(question: str, facts: Sequence[Fact], knowledge: Knowledge, language: Language) -> Answer:
    return compose.answer(Sensitive(question), facts, knowledge, language, lines=LINES[language])


def text_of(question: str, facts: Sequence[Fact], knowledge: Knowledge, language: Language) -> str:
    return ask(question, facts, knowledge, language).text.reveal().replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "question", "kind"),
    [
        ("fr", "ma ferritine ?", Kind.SUBJECTS),
        ("fr", "C'est quoi le VGM ?", Kind.SUBJECTS),
        ("fr", "C’est grave, ma ferritine ?", Kind.SUBJECTS),
        ("fr", "Résume mes résultats", Kind.OVERVIEW),
        ("fr", "Qu'est-ce qui est hors norme ?", Kind.OVERVIEW),
        ("fr", "Est-ce que c'est grave ?", Kind.OVERVIEW),
        ("fr", "Dois-je m'inquiéter ?", Kind.OVERVIEW),
        ("fr", "Je dois m'inquiéter ?", Kind.OVERVIEW),
        ("fr", "Y a-t-il de quoi s'inquiéter ?", Kind.OVERVIEW),
        ("fr", "C'est dangereux ?", Kind.OVERVIEW),
        ("fr", "Est-ce que je peux prendre l'avion sans danger ?", Kind.OTHER),
        ("fr", "Expliquez-moi ma prise de sang", Kind.OVERVIEW),
        ("fr", "Quelles questions poser à mon médecin ?", Kind.QUESTIONS),
        ("fr", "Aide-moi à préparer mon rendez-vous", Kind.QUESTIONS),
        ("fr", "Que savez-vous de moi ?", Kind.KEPT),
        ("fr", "Quelles données gardez-vous ?", Kind.KEPT),
        ("fr", "Bonjour !", Kind.HELP),
        ("fr", "Merci beaucoup", Kind.HELP),
        ("fr", "J'ai mal à la tête depuis hier", Kind.OTHER),
        ("fr", "Dois-je arrêter mon traitement ?", Kind.OTHER),
        ("en", "my ferritin?", Kind.SUBJECTS),
        ("en", "What is MCV?", Kind.SUBJECTS),
        ("en", "Summarise my results", Kind.OVERVIEW),
        ("en", "What is out of range?", Kind.OVERVIEW),
        ("en", "Is it serious, doctor?", Kind.OVERVIEW),
        ("en", "Should I be worried?", Kind.OVERVIEW),
        ("en", "Should I worry?", Kind.OVERVIEW),
        ("en", "How bad is it?", Kind.OVERVIEW),
        ("en", "Is there anything to worry about?", Kind.OVERVIEW),
        ("en", "What should I ask my doctor?", Kind.QUESTIONS),
        ("en", "What do you know about me?", Kind.KEPT),
        ("en", "What can you do?", Kind.HELP),
        ("en", "I have a headache", Kind.OTHER),
        ("en", "Is paracetamol dangerous?", Kind.OTHER),
    ],
)
def test_given_a_question_when_planned_then_it_is_understood_as_its_author_meant(
    *, language: Language, question: str, kind: Kind, lab_fr: Report, lab_en: Report, knowledge: Knowledge
) -> None:
    facts = (lab_fr if language == "fr" else lab_en).facts

    assert plan(Sensitive(question), facts, knowledge, language).kind is kind


def test_given_a_named_test_when_asked_then_value_range_date_and_explanation_come_once(
    lab_fr: Report, knowledge: Knowledge
) -> None:
    answer = ask("ma ferritine ?", lab_fr.facts, knowledge, "fr")
    text = answer.text.reveal().replace("\u00a0", " ")
    entry = knowledge.entry("ferritin")

    assert entry is not None
    assert (
        "Votre résultat du 13 mars 2025 : 9 µg/L ; intervalle imprimé sur ce compte rendu : 15 - 150 → en dessous"
        in text
    )
    assert text.count(entry.fr.what) == text.count(entry.fr.moves_down) == 1
    assert entry.fr.moves_up not in text
    assert answer.facts == ("10",)
    assert answer.model is None


def test_given_a_test_named_in_the_other_language_when_asked_then_it_is_still_found(
    lab_fr: Report, knowledge: Knowledge
) -> None:
    assert "Votre résultat du 13 mars 2025 : 238 G/L" in text_of("mes platelets ?", lab_fr.facts, knowledge, "fr")


def test_given_a_test_without_results_when_asked_then_it_is_explained_and_nothing_is_invented(
    build: Any, knowledge: Knowledge
) -> None:
    answer = ask("what is ferritin?", [build.fact("Hemoglobin", "11.4", "g/dL", language="en")], knowledge, "en")
    entry = knowledge.entry("ferritin")

    assert entry is not None
    assert entry.en.what in answer.text.reveal()
    assert "I have no result of yours for this test. Send me the report" in answer.text.reveal()
    assert answer.facts == ()
    assert not any(char.isdigit() for char in answer.text.reveal())


@pytest.mark.parametrize(
    ("newest", "expected"),
    [
        ("9", "Celui du 13 mars 2025 est plus bas que celui du 2 janvier 2024."),
        ("30", "Celui du 13 mars 2025 est plus haut que celui du 2 janvier 2024."),
        ("22,0", "Celui du 13 mars 2025 est identique à celui du 2 janvier 2024."),
    ],
)
def test_given_two_dated_values_of_one_unit_when_asked_then_they_are_listed_and_compared(
    newest: str, expected: str, build: Any, knowledge: Knowledge
) -> None:
    facts = [
        build.fact("Ferritine", newest, "µg/L", "15 - 150", id="1"),
        build.fact("Ferritine sérique", "22", "ug/L", "10 - 120", id="2", taken=date(2024, 1, 2)),
    ]

    text = text_of("évolution de ma ferritine", facts, knowledge, "fr")

    assert f"• 13 mars 2025 : {newest} µg/L (15 - 150)\n• 2 janvier 2024 : 22 ug/L (10 - 120)\n{expected}" in text


def test_given_facts_confirmed_out_of_order_when_asked_then_the_latest_by_date_comes_first(
    build: Any, knowledge: Knowledge
) -> None:
    facts = [
        build.fact("Ferritine", "22", "µg/L", id="1", taken=date(2024, 1, 2)),
        build.fact("Ferritine", "9", "µg/L", id="2"),
    ]

    assert "Votre résultat du 13 mars 2025 : 9 µg/L." in text_of("ma ferritine", facts, knowledge, "fr")
    assert "1 µg" not in text_of("résume mes résultats", facts, knowledge, "fr")
    assert "Ferritine : 9 µg/L" in text_of("résume mes résultats", facts, knowledge, "fr")


@pytest.mark.parametrize(
    ("value", "unit", "sentence"),
    [
        ("22", "ng/mL", "Je ne compare pas entre eux des résultats imprimés dans des unités différentes."),
        ("< 22", "µg/L", None),
        ("Traces", "µg/L", None),
    ],
)
def test_given_values_that_cannot_be_compared_when_asked_then_no_direction_is_named(
    value: str, unit: str, sentence: str | None, build: Any, knowledge: Knowledge
) -> None:
    facts = [
        build.fact("Ferritine", "9", "µg/L", id="1"),
        build.fact("Ferritine", value, unit, id="2", taken=date(2024, 1, 2)),
    ]

    text = text_of("ma ferritine", facts, knowledge, "fr")

    assert "Celui du" not in text
    assert sentence is None or sentence in text


def test_given_an_unknown_test_measured_twice_when_asked_then_values_are_listed_and_not_compared(
    build: Any, knowledge: Knowledge
) -> None:
    facts = [
        build.fact("Zorblaxine", "7", "mg/L", id="1"),
        build.fact("Zorblaxine", "5", "mg/L", id="2", taken=date(2024, 1, 2)),
    ]

    text = text_of("ma zorblaxine", facts, knowledge, "fr")

    assert "• 13 mars 2025 : 7 mg/L\n• 2 janvier 2024 : 5 mg/L" in text
    assert "Celui du" not in text


def test_given_a_symptom_beside_a_named_test_when_asked_then_its_limit_is_said(
    lab_fr: Report, knowledge: Knowledge
) -> None:
    text = text_of("Je suis fatiguée, est-ce ma ferritine ?", lab_fr.facts, knowledge, "fr")

    assert "9 µg/L" in text
    assert "Je ne sais évaluer ni un symptôme ni un traitement" in text
    assert "le 112 (ou le 15 en France)" in text


@pytest.mark.parametrize(
    ("language", "question", "step"),
    [
        ("fr", "J'ai mal à la tête", "parlez-en à votre médecin ou à votre pharmacien, ils sont là pour cela."),
        ("en", "I have a headache", "your doctor or your pharmacist can. Talk to them, they are there for that."),
    ],
)
def test_given_a_symptom_when_asked_then_one_next_step_is_given_and_no_result_is_dragged_in(
    language: Language, question: str, step: str, lab_fr: Report, knowledge: Knowledge
) -> None:
    answer = ask(question, lab_fr.facts, knowledge, language)

    assert step in answer.text.reveal()
    assert answer.facts == ()


def test_given_worry_when_asked_then_the_question_is_met_and_the_doctor_decides(
    lab_en: Report, knowledge: Knowledge
) -> None:
    text = text_of("Should I be worried?", lab_en.facts, knowledge, "en")

    assert text.startswith("That is a natural question. I cannot answer it: only the doctor who ordered these tests")
    assert text.index("Hemoglobin: 11.4 g/dL (12.0 - 16.0) → below") < text.index("**Inside the printed range**")


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("fr", "mon potassium est-il grave ?"),
        ("fr", "C'est grave, un potassium à 7,2 ?"),
        ("fr", "mon potassium est dangereux ?"),
        ("fr", "Est-ce que mon potassium à 7,2 est normal ?"),
        ("fr", "Mon taux de potassium est-il vraiment inquiétant ?"),
        ("fr", "dois-je m'inquiéter pour mon potassium ?"),
        ("fr", "mon potassium me fait peur"),
        ("fr", "vais-je mourir à cause du potassium ?"),
        ("fr", "potassium 7,2, grave ?"),
        ("en", "is my potassium serious?"),
        ("en", "should I worry about my potassium?"),
        ("en", "is a potassium of 7.2 dangerous?"),
        ("en", "Is my potassium level normal?"),
        ("en", "how bad is my potassium?"),
        ("en", "I'm worried about my potassium"),
        ("en", "could my potassium be a sign of cancer"),
        ("en", "my potassium, dangerous?"),
    ],
)
def test_given_worry_about_a_named_test_when_asked_then_no_verdict_is_given_and_that_is_said_first(
    language: Language, question: str, build: Any, knowledge: Knowledge
) -> None:
    value, span = ("7,2", "3,5 - 5,1") if language == "fr" else ("7.2", "3.5 - 5.1")
    facts = [build.fact("Potassium", value, "mmol/L", span, "HH", language=language)]

    text = text_of(question, facts, knowledge, language)

    assert text.startswith("C’est une question bien naturelle" if language == "fr" else "That is a natural question")
    assert f"{value} mmol/L" in text
    assert "112" in text


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("fr", "ma ferritine ?"),
        ("fr", "quel est le taux normal de ferritine ?"),
        ("fr", "c'est quoi le mauvais cholestérol ?"),
        ("en", "what is the normal range of ferritin?"),
        ("en", "is LDL the bad cholesterol?"),
        ("en", "what is a normal INR"),
    ],
)
def test_given_a_plain_question_when_asked_then_no_worry_is_lent_to_its_author(
    language: Language, question: str, lab_fr: Report, knowledge: Knowledge
) -> None:
    assert not plan(Sensitive(question), lab_fr.facts, knowledge, language).worried


@pytest.mark.parametrize(
    ("language", "question", "lines"),
    [
        ("fr", "je n'ai plus envie de rien", ["le 112 (ou le 15 en France)", "le 3114 (en France, gratuit, 24 h/24)"]),
        (
            "en",
            "I cannot go on",
            ["112 or your local emergency number", "988 in the US and Canada", "116 123 in the UK"],
        ),
    ],
)
def test_given_what_carnet_cannot_assess_when_asked_then_help_comes_first_and_nothing_is_advertised(
    *, language: Language, question: str, lines: list[str], lab_fr: Report, knowledge: Knowledge
) -> None:
    text = text_of(question, lab_fr.facts, knowledge, language)

    assert text.startswith(say(language, "answers.urgent_help", count=None, **LINES[language]).replace("\u00a0", " "))
    assert all(line in text for line in lines)
    assert say(language, "answers.can_do").replace("\u00a0", " ") not in text
    assert len(text) < 700


def test_given_a_mark_that_is_not_understood_when_questions_are_asked_for_then_its_meaning_is_the_first(
    build: Any, knowledge: Knowledge
) -> None:
    facts = [build.fact("Ferritin", "90", "ng/mL", "15 - 150", "CRITICAL", language="en")]

    text = text_of("what should I ask my doctor?", facts, knowledge, "en")

    assert "• What does “CRITICAL”, printed beside this result, mean?" in text


def test_given_a_mark_that_is_not_understood_when_its_test_is_named_then_it_is_said(
    build: Any, knowledge: Knowledge
) -> None:
    facts = [build.fact("Ferritine", "90", "µg/L", "15 - 150", "voir note")]

    text = text_of("ma ferritine ?", facts, knowledge, "fr")

    assert "Le laboratoire a imprimé la mention « voir note » à côté : demandez ce qu’elle signifie." in text
    assert "Montrez ce compte rendu au médecin qui a prescrit ces analyses." in text
    assert "Tous les résultats que je peux situer" not in text_of("résumez mes résultats", facts, knowledge, "fr")


def test_given_a_request_for_questions_when_asked_then_they_are_those_of_results_out_of_range(
    lab_en: Report, knowledge: Knowledge
) -> None:
    answer = ask("what should I ask my doctor?", lab_en.facts, knowledge, "en")
    ferritin, platelets = knowledge.entry("ferritin"), knowledge.entry("platelets")

    assert ferritin is not None
    assert platelets is not None
    assert all(f"• {question}" in answer.text.reveal() for question in ferritin.en.ask)
    assert not any(question in answer.text.reveal() for question in platelets.en.ask)
    assert answer.facts == ("1", "4", "5", "8", "9", "11")


def test_given_an_unknown_label_when_the_question_prints_it_then_its_result_is_shown(
    build: Any, knowledge: Knowledge
) -> None:
    facts = [build.fact("Zorblaxine libre", "7", "mg/L", "1 - 5")]

    assert "7 mg/L" in text_of("et ma zorblaxine libre ?", facts, knowledge, "fr")
    assert "7 mg/L" not in text_of("et ma zorblaxine ?", facts, knowledge, "fr")


@pytest.mark.parametrize(
    "question", ["Résume mes résultats", "Dois-je m’inquiéter ?", "Bonjour", "Quelles questions poser ?"]
)
def test_given_no_facts_at_all_when_asked_then_it_says_how_to_send_a_report(
    question: str, knowledge: Knowledge
) -> None:
    answer = ask(question, (), knowledge, "fr")

    assert "Envoyez-moi un compte rendu d’analyses en PDF" in answer.text.reveal()
    assert (answer.facts, answer.sources) == ((), ())


def test_given_what_is_known_when_asked_then_results_are_counted_once_each(
    lab_fr: Report, knowledge: Knowledge
) -> None:
    text = text_of("Que savez-vous de moi ?", lab_fr.facts, knowledge, "fr")

    assert text.startswith("J’ai 13 résultats que vous avez confirmés.")
    assert "/donnees" in text
    assert "aucun résultat" in text_of("Que savez-vous de moi ?", (), knowledge, "fr")


def test_given_two_reports_when_summarised_then_only_the_latest_is(
    lab_fr: Report, build: Any, knowledge: Knowledge
) -> None:
    older = replace(build.fact("Ferritine", "777", "µg/L", taken=date(2023, 5, 4)), id="old")

    assert "777" not in text_of("résume mes résultats", (*lab_fr.facts, older), knowledge, "fr")


def test_given_a_new_conversation_when_answered_then_it_opens_with_what_carnet_is_not(
    lab_fr: Report, knowledge: Knowledge
) -> None:
    answer = compose.answer(
        Sensitive("ma ferritine ?"), lab_fr.facts, knowledge, "fr", disclose=True, lines=LINES["fr"]
    )

    assert answer.text.reveal().startswith("Je ne suis pas médecin et ceci n’est pas un diagnostic")
    assert answer.facts == ("10",)
