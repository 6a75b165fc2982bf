import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.health.answers import compose
from bot.health.facts import Fact, Report
from bot.health.knowledge import Knowledge
from bot.i18n import LANGUAGES, Language
from tests.answers.conftest import LINES

GOLDEN = Path(__file__).parent / "golden"


def golden(name: str, knowledge: Knowledge, language: Language) -> str:
    """Give an expected text; `<<ferritin.what>>` stands for the knowledge base's own sentence, tested elsewhere."""

    def sentence(match: re.Match[str]) -> str:
        entry = knowledge.entry(match[1])
        assert entry is not None, match[1]
        said = getattr(entry.wording(language), match[2])
        return str(said[0] if match[2] == "ask" else said)

    return re.sub(r"<<(\w+)\.(\w+)>>", sentence, (GOLDEN / name).read_text(encoding="utf-8")).strip()


def explain(report: Report, knowledge: Knowledge, language: Language, **changes: Any) -> str:
    given: dict[str, Any] = {
        "laboratory": report.laboratory,
        "collected": report.collected,
        "lines": LINES[language],
    } | changes
    return compose.report(report.facts, knowledge, language, **given).text.reveal()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_given_the_shared_page_when_explained_then_the_text_is_the_one_we_proofread(
    language: Language, lab_fr: Report, lab_en: Report, knowledge: Knowledge
) -> None:
    page = lab_fr if language == "fr" else lab_en

    assert explain(page, knowledge, language) == golden(f"report_{language}.txt", knowledge, language)


def test_given_four_results_out_of_range_when_explained_then_the_text_stays_pleasant(
    lab_fr: Report, knowledge: Knowledge
) -> None:
    out = [fact for fact in lab_fr.facts if "*" in fact.flag][:4]
    inside = [fact for fact in lab_fr.facts if not fact.flag and fact.form_of is None]

    text = explain(replace(lab_fr, facts=(*out, *inside)), knowledge, "fr")

    assert len(text) <= 2900


def test_given_a_second_form_when_explained_then_it_stands_beside_its_first_and_is_not_another_result(
    lab_fr: Report, knowledge: Knowledge
) -> None:
    answer = compose.report(lab_fr.facts, knowledge, "fr", laboratory=None, collected=None, lines=LINES["fr"])
    text = answer.text.reveal()

    assert "1,18 g/L (soit 6,55 mmol/L)" in text
    assert text.count("6,55") == 1
    assert "6b" in answer.facts


def test_given_a_french_page_when_an_english_reader_asks_then_values_stay_as_printed_and_words_are_english(
    lab_fr: Report, knowledge: Knowledge
) -> None:
    text = explain(lab_fr, knowledge, "en")

    assert "Your result: 11,4 g/dL; range printed on this report: 12,0 - 16,0 → below." in text
    assert "**V.G.M.** · mean corpuscular volume" in text


def explained(fact: Fact, knowledge: Knowledge, language: Language = "fr") -> str:
    text = compose.report(
        [fact], knowledge, language, laboratory=None, collected=None, lines=LINES[language]
    ).text.reveal()
    return text.replace("\u00a0", " ")


def test_given_no_printed_range_when_explained_then_no_place_is_named(build: Any, knowledge: Knowledge) -> None:
    text = explained(build.fact("Ferritine", "9", "µg/L"), knowledge)

    assert "**Sans intervalle imprimé**" in text
    assert "• Ferritine : 9 µg/L" in text
    assert not re.search("en dessous|au-dessus|dans l’intervalle", text, re.IGNORECASE)


def test_given_a_mark_against_the_printed_range_when_explained_then_both_are_said_and_none_is_chosen(
    build: Any, knowledge: Knowledge
) -> None:
    text = explained(build.fact("Ferritine", "90", "µg/L", "15 - 150", "* H"), knowledge)

    assert "**À faire préciser par le laboratoire**" in text
    assert "90 µg/L ; intervalle imprimé sur ce compte rendu : 15 - 150 → dans l’intervalle." in text
    assert "Le laboratoire a pourtant imprimé « * H » à côté. Je ne tranche pas" in text
    assert "Hors de l’intervalle" not in text


def test_given_two_forms_that_disagree_when_explained_then_both_places_are_shown(
    build: Any, knowledge: Knowledge
) -> None:
    first = build.fact("Glycémie à jeun", "1,18", "g/L", "0,70 - 1,10")
    second = build.fact("Glycémie à jeun", "5,55", "mmol/L", "3,89 - 6,11", id="1b", form_of="1")

    text = compose.report(
        [first, second], knowledge, "fr", laboratory=None, collected=None, lines=LINES["fr"]
    ).text.reveal()

    assert "• 1,18 g/L (0,70 - 1,10) → au-dessus\n• 5,55 mmol/L (3,89 - 6,11) → dans l’intervalle" in text
    assert "laquelle est la bonne" in text
    assert "3,89 - 6,11). Je ne peux pas les comparer" in text.replace("\u00a0", " ")


def test_given_a_range_on_the_second_form_only_when_explained_then_that_form_is_the_one_placed(
    build: Any, knowledge: Knowledge
) -> None:
    first = build.fact("Glycémie à jeun", "1,18", "g/L")
    second = build.fact("Glycémie à jeun", "6,55", "mmol/L", "3,89 - 6,11", id="1b", form_of="1")

    text = compose.report(
        [first, second], knowledge, "fr", laboratory=None, collected=None, lines=LINES["fr"]
    ).text.reveal()

    assert (
        "6,55 mmol/L (soit 1,18 g/L)\u00a0; intervalle imprimé sur ce compte rendu\u00a0: 3,89 - 6,11 → au-dessus"
        in text
    )


def test_given_a_mark_on_a_result_without_range_when_explained_then_it_is_shown_as_printed(
    build: Any, knowledge: Knowledge
) -> None:
    text = explained(build.fact("Ferritin", "9", "ng/mL", None, "L", language="en"), knowledge, "en")

    assert "• Ferritin: 9 ng/mL · printed: “L”" in text
    assert "below" not in text


def test_given_an_unknown_test_out_of_range_when_explained_then_it_is_placed_and_not_explained(
    build: Any, knowledge: Knowledge
) -> None:
    text = explained(build.fact("Zorblaxine", "7", "mg/L", "1 - 5"), knowledge)

    assert (
        "**Zorblaxine**\nVotre résultat : 7 mg/L ; intervalle imprimé sur ce compte rendu : 1 - 5 → au-dessus." in text
    )
    assert "Je n’ai pas d’explication pour cette analyse" in text


def test_given_a_result_in_words_when_explained_then_it_is_shown_as_printed(build: Any, knowledge: Knowledge) -> None:
    text = explained(build.fact("Nitrites", "Négatif", "", "Négatif"), knowledge)

    assert "• Nitrites : Négatif (Négatif)" in text
    assert "**Montrés tels qu’imprimés**" in text


def test_given_everything_inside_when_explained_then_nothing_is_promised(build: Any, knowledge: Knowledge) -> None:
    text = explained(build.fact("Ferritin", "90", "ng/mL", "15 - 150", language="en"), knowledge, "en")

    assert "Every result I can place is inside its printed range." in text
    assert "is for the doctor who ordered these tests to say" in text


def test_given_lines_not_read_when_explained_then_they_are_mentioned(lab_en: Report, knowledge: Knowledge) -> None:
    assert "One line of the document could not be read" in explain(lab_en, knowledge, "en", not_read=1)
    assert "Several lines of the document" in explain(lab_en, knowledge, "en", not_read=2)
    assert "could not be read" not in explain(lab_en, knowledge, "en")


def test_given_the_first_of_a_month_when_written_in_french_then_it_is_an_ordinal(
    lab_fr: Report, knowledge: Knowledge
) -> None:
    assert "Votre compte rendu du 1er mars 2025" in explain(lab_fr, knowledge, "fr", collected=date(2025, 3, 1))


def test_given_a_second_form_whose_first_is_missing_when_explained_then_it_is_shown_by_itself(
    build: Any, knowledge: Knowledge
) -> None:
    orphan = build.fact("Glycémie à jeun", "6,55", "mmol/L", "3,89 - 6,11", id="6b", form_of="6")

    assert "6,55 mmol/L" in explained(orphan, knowledge)


def test_given_a_label_that_holds_markup_and_hidden_characters_when_explained_then_it_stays_words_on_one_line(
    build: Any, knowledge: Knowledge
) -> None:
    text = explained(build.fact("Fer*\n\u202e# [x](http://a.b)", "7", "mg/L", "1 - 5"), knowledge)

    assert "\nFer* # [x](http://a.b)\nVotre résultat : 7 mg/L" in text


CARD_OUT: dict[Language, str] = {
    "en": "I cannot tell how urgent a result is.",
    "fr": "je ne sais pas dire si un résultat est urgent.",
}
ALL_INSIDE: dict[Language, str] = {"en": "Every result I can place", "fr": "Tous les résultats que je peux situer"}
ASK: dict[Language, str] = {
    "en": "The laboratory printed a mark beside it: ask what it means",
    "fr": "Le laboratoire a imprimé une mention à côté : demandez ce qu’elle signifie",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("ref", "mark"),
    [
        ("3,5 - 5,1", "CRITICAL"),
        ("3,5 - 5,1", "*"),
        ("3,5 - 5,1", "A"),
        ("3,5 - 5,1", "!"),
        ("3,5 - 5,1", "voir note"),
        (None, "CRITICAL"),
        (None, "H"),
        (None, "* B"),
        (None, "HH"),
    ],
)
def test_given_a_mark_only_the_laboratory_can_explain_when_explained_then_nothing_is_called_inside(
    *, language: Language, ref: str | None, mark: str, build: Any, knowledge: Knowledge
) -> None:
    marked = build.fact("Potassium", "4,2", "mmol/L", ref, mark)
    inside = build.fact("Sodium", "140", "mmol/L", "135 - 145", id="2")

    text = compose.report(
        [inside, marked], knowledge, language, laboratory=None, collected=None, lines=LINES[language]
    ).text.reveal()
    text = text.replace("\u00a0", " ")
    apart = text[text.index(ASK[language]) :].split("\n\n")[0]

    assert ALL_INSIDE[language] not in text
    assert "4,2 mmol/L" in apart
    assert mark in apart
    assert "Sodium" not in apart
    assert text.count("4,2 mmol/L") == 1
    assert CARD_OUT[language] in text


@pytest.mark.parametrize("mark", ["", "N", "normal"])
def test_given_a_mark_that_agrees_when_explained_then_there_is_nothing_to_ask(
    mark: str, build: Any, knowledge: Knowledge
) -> None:
    text = explained(build.fact("Potassium", "4,2", "mmol/L", "3,5 - 5,1", mark), knowledge)

    assert ALL_INSIDE["fr"] in text
    assert ASK["fr"] not in text


def test_given_a_mark_on_one_form_and_the_range_on_the_other_when_they_differ_then_it_is_disputed(
    build: Any, knowledge: Knowledge
) -> None:
    first = build.fact("Glycémie à jeun", "1,00", "g/L", None, "H")
    second = build.fact("Glycémie à jeun", "5,55", "mmol/L", "3,89 - 6,11", id="1b", form_of="1")

    text = compose.report(
        [first, second], knowledge, "fr", laboratory=None, collected=None, lines=LINES["fr"]
    ).text.reveal()

    assert "Le laboratoire a pourtant imprimé" in text
    assert ALL_INSIDE["fr"] not in text


def test_given_a_mark_on_the_second_form_only_when_explained_then_it_is_shown(build: Any, knowledge: Knowledge) -> None:
    first = build.fact("Glycémie à jeun", "1,00", "g/L", "0,70 - 1,10")
    second = build.fact("Glycémie à jeun", "5,55", "mmol/L", None, "CRITIQUE", id="1b", form_of="1")

    text = compose.report(
        [first, second], knowledge, "fr", laboratory=None, collected=None, lines=LINES["fr"]
    ).text.reveal()

    assert "imprimé\u00a0: «\u00a0CRITIQUE\u00a0»" in text


def test_given_forms_that_disagree_and_a_mark_not_understood_when_explained_then_both_are_said(
    build: Any, knowledge: Knowledge
) -> None:
    first = build.fact("Glycémie à jeun", "1,18", "g/L", "0,70 - 1,10", "CRITIQUE")
    second = build.fact("Glycémie à jeun", "5,55", "mmol/L", "3,89 - 6,11", id="1b", form_of="1")

    text = compose.report(
        [first, second], knowledge, "fr", laboratory=None, collected=None, lines=LINES["fr"]
    ).text.reveal()

    assert "la mention «\u00a0CRITIQUE\u00a0»" in text
    assert "laquelle est la bonne" in text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("value", ["7,2", "4,2"])
def test_given_any_result_when_explained_then_no_delay_is_prescribed_and_urgency_is_left_to_others(
    language: Language, value: str, build: Any, knowledge: Knowledge
) -> None:
    fact = build.fact("Potassium", value, "mmol/L", "3,5 - 5,1", "HH" if value == "7,2" else "")
    text = compose.report(
        [fact], knowledge, language, laboratory=None, collected=None, lines=LINES[language]
    ).text.reveal()

    assert not re.search("rien d’urgent|nothing urgent|prochain rendez-vous|next appointment", text, re.IGNORECASE)
    assert (CARD_OUT[language] in text.replace("\u00a0", " ")) is (value == "7,2")
    assert "112" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_sixty_unknown_tests_out_of_range_when_explained_then_it_is_said_once_and_all_are_listed(
    language: Language, build: Any, knowledge: Knowledge
) -> None:
    facts = [build.fact(f"Zorblaxine {n}", "7", "mg/L", "1 - 5", id=str(n)) for n in range(1, 61)]
    ferritin = build.fact("Ferritine", "9", "µg/L", "15 - 150", id="61")

    answer = compose.report(
        [*facts, ferritin], knowledge, language, laboratory=None, collected=None, lines=LINES[language]
    )
    text = answer.text.reveal()

    assert len(re.findall("pas d’explication|no explanation", text)) == 1
    assert all(f"Zorblaxine {n}" in text for n in range(1, 61))
    assert text.index("Ferritine") < text.index("Zorblaxine")
    assert len(text) < 5000
