"""What our composers write passes the check of answers, in every detail; what they would never write does not."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.app.build import guardrail
from bot.app.checking import AnswerReview
from bot.chat.checks import CRASHED, Draft, broken_rules
from bot.chat.model import Space
from bot.guardrails.after import Reviewer
from bot.health.answers import compose
from bot.health.answers.grounds import as_printed, beside, dates
from bot.health.answers.model import Answer, Detail
from bot.health.facts import Fact, Report
from bot.health.knowledge import Knowledge
from bot.i18n import LANGUAGES, Language, say
from bot.kernel.clock import utc_now
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder
from tests.answers.conftest import EN, FR, LINES

QUESTIONS = {
    "fr": [
        "ma ferritine ?", "résumez mes résultats", "est-ce grave ?", "quelles questions poser à mon médecin ?", "j'ai mal",
        "mon hémoglobine est-elle normale ?", "bonjour", "que savez-vous de moi ?", "mon LDL et ma TSH", "vitamine D ?",
    ],
    "en": [
        "my ferritin?", "summarise my results", "is it serious?", "what should I ask my doctor?", "it hurts",
        "is my hemoglobin normal?", "hello", "what do you know about me?", "my LDL and my TSH", "vitamin D?",
    ],
}  # fmt: skip
ALARMING = {
    "fr": "Vous avez une anémie, prenez deux comprimés de fer.",
    "en": "You have anaemia: take two iron tablets.",
}


@pytest.fixture(scope="session")
def check(knowledge: Knowledge) -> AnswerReview:
    return AnswerReview(Reviewer.load(config_folder()), knowledge)


def draft(question: str, answer: Answer, facts: Sequence[Fact], language: Language, **changes: Any) -> Draft:
    used = [fact for fact in facts if fact.id in answer.facts]
    return replace(
        Draft(
            space=Space.HEALTH,
            language=language,
            question=Sensitive(question),
            text=answer.text,
            facts=as_printed(used),
            prepared=(*answer.prepared, *beside(used), *dates(used, language), *LINES[language].values()),
            composed=True,
        ),
        **changes,
    )


def composed(
    facts: Sequence[Fact], knowledge: Knowledge, language: Language, detail: Detail
) -> Iterator[tuple[str, Answer, bool]]:
    """Every kind of answer: its question, itself, and whether it must say what Carnet is not."""
    collected = facts[0].date if facts else None
    head: dict[str, Any] = {"laboratory": "Labo 7", "collected": collected, "lines": LINES[language], "detail": detail}
    yield "", compose.report(facts, knowledge, language, not_read=2, **head), True
    for question in QUESTIONS[language]:
        for disclose in (True, False):
            asked = Sensitive(question)
            answer = compose.answer(
                asked, facts, knowledge, language, disclose=disclose, detail=detail, lines=LINES[language]
            )
            yield question, answer, disclose


@pytest.mark.parametrize("detail", Detail)
@pytest.mark.parametrize("language", LANGUAGES)
def test_given_every_answer_of_the_composers_when_checked_then_none_breaks_a_rule(
    language: Language, detail: Detail, build: Any, knowledge: Knowledge, check: AnswerReview
) -> None:
    page = build.page(FR if language == "fr" else EN, language)
    older = [
        replace(fact, id=f"o{fact.id}", form_of=fact.form_of and f"o{fact.form_of}", date=date(2024, 2, 1))
        for fact in page
    ]
    for facts in (page, (*page, *older), ()):
        for question, answer, first in composed(facts, knowledge, language, detail):
            if facts or question:
                assert not check.broken(draft(question, answer, facts, language, first=first)), (question, len(facts))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["loop", "night", "next", "when", "rest", "paused"])
def test_given_the_sentences_of_comfort_when_checked_then_none_breaks_a_rule(
    name: str, language: Language, check: AnswerReview
) -> None:
    answer = Answer(
        text=Sensitive(say(language, f"comfort.{name}", count=None, **LINES[language])), facts=(), sources=()
    )

    assert not check.broken(draft("est-ce grave ?", answer, (), language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_refusals_when_checked_then_none_breaks_a_rule(language: Language, check: AnswerReview) -> None:
    for name in (
        "dose",
        "change",
        "double",
        "mixing",
        "missed",
        "share",
        "image",
        "eating",
        "eating_signs",
        "soon",
        "safe",
    ):
        text = Sensitive(say(language, f"scope.{name}", count=None, **LINES[language]))
        assert not check.broken(draft("?", Answer(text=text, facts=(), sources=()), (), language)), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_a_composed_text_that_says_more_than_its_facts_when_checked_then_it_is_refused(
    language: Language, lab_fr: Report, lab_en: Report, knowledge: Knowledge, check: AnswerReview
) -> None:
    facts = (lab_fr if language == "fr" else lab_en).facts
    question = QUESTIONS[language][0]
    answer = compose.answer(Sensitive(question), facts, knowledge, language, lines=LINES[language])

    for more in (ALARMING[language], "47"):
        said = replace(answer, text=Sensitive(f"{answer.text.reveal()}\n{more}"))
        assert check.broken(draft(question, said, facts, language)), more


def test_given_a_check_that_crashes_when_asked_then_the_answer_is_not_given() -> None:
    class Crashing:
        def broken(self, draft: Draft) -> Sequence[str]:
            raise RuntimeError(draft.text.reveal())

    answer = Answer(text=Sensitive("all is well"), facts=(), sources=())

    assert broken_rules(Crashing(), draft("?", answer, (), "en")) == [CRASHED]


@pytest.mark.parametrize(
    "text",
    [
        "Beat 3 eggs with 200 g of flour and bake for 25 minutes at 180 °C.",
        "17 × 24 = 408.",
        "Le train part à 8 h 15 et arrive à 11 h 42.",
        "The Treaty of Rome was signed on 25 March 1957.",
    ],
)
def test_given_ordinary_talk_with_numbers_when_checked_in_general_then_it_passes(
    text: str, check: AnswerReview
) -> None:
    answer = Answer(text=Sensitive(text), facts=(), sources=())

    assert not check.broken(draft("?", answer, (), "en", space=Space.GENERAL, composed=False, prepared=()))


@pytest.mark.parametrize(
    "text",
    [
        "You have diabetes.",
        "Vous avez un diabète.",
        "Take 800 mg of ibuprofen every four hours.",
        "Arrêtez votre traitement dès ce soir.",
        "Read https://example.org/cure for more.",
        "Your ferritin of 12 is fine.",
    ],
)
def test_given_medical_claims_or_links_when_checked_in_general_then_they_are_refused(
    text: str, check: AnswerReview
) -> None:
    answer = Answer(text=Sensitive(text), facts=(), sources=())

    assert check.broken(draft("?", answer, (), "en", space=Space.GENERAL, composed=False, prepared=()))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["greeting", "thanks", "abilities", "no_model"])
def test_given_a_fixed_sentence_of_general_when_checked_there_then_it_passes(
    name: str, language: Language, check: AnswerReview
) -> None:
    lines = guardrail(utc_now).lines(language, None)
    answer = Answer(text=Sensitive(say(language, f"general.{name}", count=None, **lines)), facts=(), sources=())

    assert not check.broken(draft("?", answer, (), language, space=Space.GENERAL, prepared=tuple(lines.values())))
