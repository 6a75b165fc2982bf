from typing import Any

from bot.health.answers import compose
from bot.health.answers.why import why
from bot.health.facts import Fact, Report
from bot.health.knowledge import Entry, Knowledge
from bot.kernel.sensitive import Sensitive
from tests.answers.conftest import LINES


def test_given_an_answer_when_asked_why_then_each_fact_is_named_with_its_place_on_the_page(
    lab_fr: Report, knowledge: Knowledge
) -> None:
    answer = compose.answer(Sensitive("ma glycémie à jeun ?"), lab_fr.facts, knowledge, "fr", lines=LINES["fr"])
    used = [fact for fact in lab_fr.facts if fact.id in answer.facts]

    text = why(used, answer.sources, answer.model, "fr").reveal().replace("\u00a0", " ")

    assert "• Glycémie à jeun : 1,18 g/L · 13 mars 2025 · page 1, ligne 11" in text
    assert "• Glycémie à jeun : 6,55 mmol/L · 13 mars 2025 · page 1, ligne 11" in text
    assert "Aucun modèle de langage" in text


def test_given_general_sentences_when_asked_why_then_sources_and_missing_review_are_admitted(
    lab_en: Report, knowledge: Knowledge
) -> None:
    answer = compose.answer(Sensitive("my ferritin?"), lab_en.facts, knowledge, "en", lines=LINES["en"])
    entry = knowledge.entry("ferritin")
    text = why([], answer.sources, None, "en").reveal()

    assert isinstance(entry, Entry)
    assert all(f"• {entry.en.name}: {source}" in text for source in entry.sources)
    assert ("not yet reviewed by a clinician" in text) is (not entry.reviewed)


def test_given_a_source_that_was_not_checked_when_asked_why_then_it_is_said() -> None:
    text = why([], ["ferritin | not reviewed | what | "], None, "en").reveal()

    assert "• ferritin: no verified source" in text


def test_given_sources_of_both_kinds_when_asked_why_then_only_the_unreviewed_are_named() -> None:
    kept = ["ferritin | reviewed | all | A: B", "glucose | not reviewed | what | C: D"]

    text = why([], kept, None, "en").reveal()

    assert "not yet reviewed by a clinician for: glucose." in text
    assert "• ferritin: A: B\n• glucose: C: D, for what the test looks at" in text
    assert "reviewed by a clinician." in why([], kept[:1], None, "en").reveal()


def test_given_a_model_when_asked_why_then_it_is_named_and_the_numbers_are_ours(build: Any) -> None:
    fact: Fact = build.fact("Ferritine", "9", "µg/L", taken=None)

    text = why([fact], [], "mistral-small at llm.example", "fr").reveal()

    assert "Phrases rédigées par mistral-small at llm.example." in text
    assert "date non lue" in text


def test_given_no_facts_when_asked_why_then_that_is_said() -> None:
    assert "None of your results was used." in why([], [], None, "en").reveal()
