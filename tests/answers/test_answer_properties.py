"""What must hold for any record: nothing said that is not printed, no place without a range, no word of degree."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.health.answers import compose
from bot.health.answers.model import Answer
from bot.health.answers.results import Groups, Result, groups, results
from bot.health.facts import Fact, Standing, standing
from bot.health.knowledge import Knowledge
from bot.i18n import LANGUAGES, Language
from bot.i18n.catalogue import _domain  # every key of a domain
from bot.i18n.dates import spelled
from bot.kernel.sensitive import Sensitive
from tests.answers.conftest import LINES

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
EMERGENCY = "15 112 3114 24 988 116 123"
PLACES = re.compile(r"→ (?:en dessous|au-dessus|dans l’intervalle|below|above|inside)")
BANNED = re.compile(
    r"légère|légèrement|très|fortement|modéré|sévère|slight|mildly|\bvery\b|severe|strongly|moderate|critical|critique"
    r"|cancer|tumeur|tumor|mortel|fatal|life-threatening|dangereu|dangerous|alarm|inquiétant|worrying|anormal|abnormal"
    r"|vous avez (?:un|une|le|la) |you have (?:a|an) (?!feeling)|\d ?%.{0,20}(?:plus|less|more|moins)",
    re.IGNORECASE,
)
QUESTIONS = {
    "fr": [
        "ma ferritine ?",
        "résume mes résultats",
        "c'est grave ?",
        "quelles questions poser au médecin ?",
        "j'ai mal",
    ],
    "en": ["my ferritin?", "summarise my results", "is it serious?", "what should I ask my doctor?", "it hurts"],
}
numbers = st.from_regex(r"[1-9][0-9]{0,3}(,[0-9]{1,2})?", fullmatch=True)


@st.composite
def pages(draw: st.DrawFn, build: Any) -> tuple[Fact, ...]:
    """A random page, as extraction might give it: known and unknown tests, ranges, marks, words, second forms."""
    facts: list[Fact] = []
    for place in range(1, draw(st.integers(1, 6)) + 1):
        value = draw(numbers | st.builds("< {}".format, numbers) | st.sampled_from(["Négatif", "Traces"]))
        span = draw(st.none() | st.builds("{} - {}".format, numbers, numbers) | st.builds("< {}".format, numbers))
        fact = build.fact(
            draw(
                st.sampled_from(["Ferritine", "V.G.M.", "Glycémie à jeun", "Zorblaxine", "C.R.P.", "Facteur 5 Leiden"])
            ),
            value,
            draw(st.sampled_from(["g/L", "", "mL/min/1,73m²", "bananes"])),
            span,
            draw(st.sampled_from(["", "", "* H", "B", "N", "!", "CRITIQUE"])),
            id=str(place),
            taken=draw(st.none() | st.dates(date(2019, 1, 1), date(2026, 1, 1))),
            previous=draw(st.none() | numbers),
        )
        facts.append(fact)
        if draw(st.booleans()):
            again = draw(numbers)
            form = build.fact(
                fact.label, again, "mmol/L", draw(st.none() | st.just("1 - 5")), id=f"{place}b", form_of=fact.id
            )
            facts.append(replace(form, date=fact.date))
    return tuple(facts)


def answers(facts: Sequence[Fact], knowledge: Knowledge, language: Language) -> Iterable[Answer]:
    yield compose.report(
        facts, knowledge, language, laboratory=None, collected=facts[0].date, not_read=len(facts), lines=LINES[language]
    )
    for question in QUESTIONS[language]:
        yield compose.answer(Sensitive(question), facts, knowledge, language, lines=LINES[language])


def general_sentences(knowledge: Knowledge, language: Language) -> set[str]:
    said = (entry.wording(language) for entry in knowledge)
    return {sentence for w in said for sentence in (w.what, w.moves_up, w.moves_down, *w.ask)}


def grounds(facts: Sequence[Fact], language: Language) -> str:
    """Everything a number may come from: what was printed, its date, the numbers to call for help."""
    printed = [
        text
        for fact in facts
        for text in (fact.label, fact.value, fact.unit, fact.ref_text, fact.flag, fact.previous)
        if text
    ]
    days = [spelled(fact.date, language) for fact in facts if fact.date]
    return " ".join((*printed, *days, EMERGENCY))


def sorted_into(found: Groups) -> tuple[tuple[Result, ...], ...]:
    return found.out, found.contradicted, found.marked, found.inside, found.not_compared, found.no_range


relaxed = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.parametrize("language", LANGUAGES)
@relaxed
@given(data=st.data())
def test_given_any_page_when_answered_then_every_number_is_printed_on_it(
    language: Language, data: st.DataObject, build: Any, knowledge: Knowledge
) -> None:
    facts = data.draw(pages(build))
    allowed = set(NUMBER.findall(grounds(facts, language)))
    names = {number for sentence in general_sentences(knowledge, language) for number in NUMBER.findall(sentence)}
    names |= {number for entry in knowledge for number in NUMBER.findall(entry.wording(language).name)}

    for answer in answers(facts, knowledge, language):
        assert set(NUMBER.findall(answer.text.reveal())) <= allowed | names
        assert set(answer.facts) <= {fact.id for fact in facts}


@pytest.mark.parametrize("language", LANGUAGES)
@relaxed
@given(data=st.data())
def test_given_results_that_cannot_be_placed_when_answered_then_no_place_is_named(
    language: Language, data: st.DataObject, build: Any, knowledge: Knowledge
) -> None:
    facts = tuple(fact for fact in data.draw(pages(build)) if standing(fact) is Standing.UNKNOWN)

    for answer in answers(facts, knowledge, language) if facts else ():
        assert not PLACES.search(answer.text.reveal())


@pytest.mark.parametrize("language", LANGUAGES)
@relaxed
@given(data=st.data())
def test_given_any_page_when_explained_then_each_result_is_in_one_group_and_told(
    language: Language, data: st.DataObject, build: Any, knowledge: Knowledge
) -> None:
    facts = data.draw(pages(build))
    every = results(facts, knowledge)
    told = [result.fact.id for group in sorted_into(groups(every)) for result in group]
    text = compose.report(
        facts, knowledge, language, laboratory=None, collected=None, lines=LINES[language]
    ).text.reveal()

    assert sorted(told) == sorted(fact.id for fact in facts if fact.form_of is None)
    assert all(f"{fact.comparator} {fact.value} {fact.unit}".strip() in text for fact in facts)


@pytest.mark.parametrize("language", LANGUAGES)
@relaxed
@given(data=st.data())
def test_given_any_page_when_answered_then_no_word_of_degree_alarm_or_diagnosis_is_used(
    language: Language, data: st.DataObject, build: Any, knowledge: Knowledge
) -> None:
    for answer in answers(data.draw(pages(build)), knowledge, language):
        ours = answer.text.reveal().replace("CRITIQUE", "")  # the laboratory's own mark
        for sentence in general_sentences(knowledge, language):
            ours = ours.replace(sentence, "")

        assert not BANNED.search(ours)


@pytest.mark.parametrize("language", LANGUAGES)
@relaxed
@given(data=st.data())
def test_given_any_page_when_answered_then_no_sentence_is_in_the_other_language(
    language: Language, data: st.DataObject, build: Any, knowledge: Knowledge
) -> None:
    foreign = general_sentences(knowledge, "en" if language == "fr" else "fr") - general_sentences(knowledge, language)

    for answer in answers(data.draw(pages(build)), knowledge, language):
        assert not [sentence for sentence in foreign if sentence in answer.text.reveal()]


@pytest.mark.parametrize("language", LANGUAGES)
@relaxed
@given(data=st.data())
def test_given_the_same_question_five_times_when_answered_then_the_answer_is_the_same_to_the_byte(
    language: Language, data: st.DataObject, build: Any, knowledge: Knowledge
) -> None:
    facts = data.draw(pages(build))

    for question in QUESTIONS[language]:
        assert (
            len(
                {
                    compose.answer(Sensitive(question), facts, knowledge, language, lines=LINES[language])
                    for _ in range(5)
                }
            )
            == 1
        )


@pytest.mark.parametrize("domain", ["answers", "screen"])
def test_given_our_catalogues_when_compared_then_both_languages_say_the_same_things(domain: str) -> None:
    french, english = _domain("fr", domain), _domain("en", domain)

    assert french.keys() == english.keys()
    for key in french:
        names = [set(re.findall(r"\{(\w+)\}", "".join(entry[key]))) for entry in (french, english)]
        assert names[0] == names[1], key


@pytest.mark.parametrize("language", LANGUAGES)
def test_given_our_own_sentences_when_read_then_none_grades_or_alarms(language: Language) -> None:
    said = " ".join("".join(entry) for domain in ("answers", "screen") for entry in _domain(language, domain).values())

    assert not BANNED.search(said)
