"""The client's rules that need no network: waits, token budgets."""

from datetime import UTC, datetime

import pytest

from bot.chat.ports import ModelMessage
from bot.kernel.sensitive import Sensitive
from bot.llm import ModelBudgetError
from bot.llm.deadline import Deadline
from bot.llm.errors import FailureError, ModelBusyError, ModelRefusedError
from bot.llm.retry import Patience, asked_wait, full_jitter
from bot.llm.usage import Ruler

NOW = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": "Mon, 02 Nov 2026 12:00:20 GMT"}, 20.0),
        ({"retry-after": "Mon, 02 Nov 2026 11:00:00 GMT"}, 0.0),
        ({"retry-after": "Mon, 02 Nov 2026 12:00:20"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
    ],
)
def test_given_a_providers_wish_when_read_then_seconds(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_wait(headers, NOW) == seconds


def test_given_full_jitter_when_failures_repeat_then_the_bound_doubles_up_to_a_cap() -> None:
    bounds = [full_jitter(attempt, pick=lambda low, high: high - low) for attempt in (1, 2, 3, 9)]

    assert bounds == [0.5, 1.0, 2.0, 8.0]


async def test_given_a_failure_when_judged_then_waits_honour_the_provider_and_the_deadline() -> None:
    import asyncio

    now = asyncio.get_running_loop().time()
    asked = FailureError(ModelBusyError("x"), again=True, after=4.0)

    assert Patience(Deadline(now + 60))(asked) == 4.0
    assert Patience(Deadline(now + 3))(asked) is False
    assert Patience(Deadline(now + 60))(FailureError(ModelRefusedError("x"))) is False
    assert Patience(Deadline(now + 60))(ValueError("a bug is not retried")) is False


def talk(*turns: tuple[str, int]) -> list[ModelMessage]:
    return [ModelMessage(role=role, text=Sensitive("x" * size)) for role, size in turns]


def test_given_a_long_talk_when_fitted_then_the_oldest_turns_go_and_system_and_question_stay() -> None:
    messages = talk(("system", 700), ("user", 700), ("assistant", 700), ("user", 70), ("assistant", 70), ("user", 350))

    kept = Ruler().fit(messages, room=400)

    assert [(message.role, len(message.text.reveal())) for message in kept] == [
        ("system", 700),
        ("user", 70),
        ("assistant", 70),
        ("user", 350),
    ]


def test_given_a_dropped_question_when_fitted_then_its_answer_goes_too() -> None:
    messages = talk(("system", 7), ("user", 700), ("assistant", 7), ("user", 7))

    kept = Ruler().fit(messages, room=100)

    assert [message.role for message in kept] == ["system", "user"]


def test_given_a_question_larger_than_the_context_when_fitted_then_refused_not_cut() -> None:
    with pytest.raises(ModelBudgetError):
        Ruler().fit(talk(("system", 700), ("user", 3500)), room=1000)


def test_given_the_providers_count_when_learned_then_estimates_move_towards_it() -> None:
    ruler, messages = Ruler(), talk(("user", 1000))
    before = ruler.tokens(1000)
    for _ in range(12):
        ruler.learn(messages, 504)

    assert before == 286
    assert 470 < ruler.tokens(1000) <= 500


def test_given_an_absurd_count_when_learned_then_estimates_stay_within_reason() -> None:
    ruler, messages = Ruler(), talk(("user", 1000))
    for _ in range(50):
        ruler.learn(messages, 10**9)
        ruler.learn(messages, -5)

    assert ruler.tokens(1500) <= 1001
