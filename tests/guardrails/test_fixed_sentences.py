"""A sentence of the general catalogue is judged once for every question there may be; what a question could spoil is not."""

from dataclasses import dataclass, field, replace
from functools import cache

import pytest

from bot.app.checking import AnswerReview
from bot.chat.checks import Draft
from bot.chat.model import Alarm, Space
from bot.guardrails.after import Answer, Review, Reviewer
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder


@cache
def rules() -> Reviewer:
    return Reviewer.load(config_folder())


@dataclass
class Counted:
    """The rules, and what they were asked."""

    seen: list[Answer] = field(default_factory=list)

    def review(self, answer: Answer, *, grounded: bool = True) -> Review:
        self.seen.append(answer)
        return rules().review(answer, grounded=grounded)


class Nothing:
    def health_words(self, text: str, language: str) -> bool:
        return False


SAID = Draft(
    space=Space.GENERAL, language="en", question=Sensitive("hello"), text=Sensitive("You can call 112 at any time."),
    prepared=("112",), composed=True,
)  # fmt: skip
PRAISED = replace(SAID, text=Sensitive("Well done, keep going!"))


def asking(draft: Draft, question: str) -> Draft:
    return replace(draft, question=Sensitive(question))


def review(counted: Counted) -> AnswerReview:
    return AnswerReview(counted, Nothing())  # type: ignore[arg-type]


def test_given_a_fixed_sentence_when_said_to_other_questions_then_it_is_judged_once() -> None:
    counted = Counted()
    check = review(counted)

    found = [check.broken(asking(SAID, question)) for question in ("hello", "I ate nothing today", "is it the photo?")]

    assert found == [[], [], []]
    assert [one.any_question for one in counted.seen] == [True]


@pytest.mark.parametrize(("question", "broken"), [("I ate nothing today", True), ("I cleaned my room", False)])
def test_given_a_sentence_that_some_question_spoils_when_said_then_its_own_question_decides(
    question: str, *, broken: bool
) -> None:
    check = review(Counted())

    assert bool(check.broken(asking(PRAISED, question))) is broken
    assert bool(check.broken(asking(PRAISED, question))) is broken


@pytest.mark.parametrize(
    "other",
    [
        replace(SAID, text=Sensitive("You can call 113 at any time.")),  # a number nobody gave
        replace(SAID, alarm=Alarm(level="emergency", category="medical_emergency", rule="r"), text=Sensitive("Hello.")),
    ],
)
def test_given_a_sentence_that_fits_when_another_or_another_alarm_comes_then_that_is_judged_for_itself(
    other: Draft,
) -> None:
    check = review(Counted())

    assert check.broken(SAID) == []
    assert check.broken(other) != []


def test_given_words_of_a_model_when_judged_twice_then_nothing_is_remembered() -> None:
    counted = Counted()
    check = review(counted)
    written = replace(SAID, composed=False, prepared=())

    for _ in range(2):
        check.broken(written)

    assert [one.any_question for one in counted.seen] == [False, False]
