"""The people of the benchmarks time an answer by its last word, and from when they were to write. Nothing is timed."""

import asyncio
import importlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TEXT = "hello"


@pytest.fixture
def harness(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT)
    return lambda name: importlib.import_module(f"benchmarks.{name}")


@pytest.fixture
async def ground(harness: Any) -> AsyncIterator[Any]:
    async with harness("stand").stand(harness("stand").people(2)) as ground:
        for chat in ground.chats:
            chat.final = TEXT
        yield ground


def says(ground: Any, chat: Any, text: str) -> Any:
    return ground.playground.talk(chat.persona.id).add(author="bot", text=text)


def edits(ground: Any, chat: Any, shown: Any, text: str) -> None:
    ground.playground.talk(chat.persona.id).edit(shown, text=text)


def answer_all(ground: Any) -> None:
    for chat in ground.chats:
        for message in ground.playground.messages(chat.persona):
            if message.author == "person":
                says(ground, chat, TEXT)


async def test_given_a_placeholder_when_it_is_edited_then_the_answer_counts_once_and_only_then(ground: Any) -> None:
    chat = ground.chats[0]
    answer = chat.ask(TEXT)
    shown = says(ground, chat, "…")
    before = answer.done()
    edits(ground, chat, shown, TEXT)

    assert not before
    assert answer.done()
    await ground.check()


async def test_given_two_questions_in_one_chat_when_answered_then_each_has_its_own_answer(ground: Any) -> None:
    chat = ground.chats[0]
    first, second = chat.ask(TEXT), chat.ask(TEXT)
    placeholders = [says(ground, chat, "…"), says(ground, chat, "…")]
    edits(ground, chat, placeholders[1], TEXT)

    assert (first.done(), second.done()) == (False, True)


@pytest.mark.parametrize("answers", [0, 2])
async def test_given_a_message_not_answered_exactly_once_when_checked_then_nothing_is_reported(
    harness: Any, ground: Any, answers: int
) -> None:
    ground.chats[0].ask(TEXT)
    for _ in range(answers):
        says(ground, ground.chats[0], TEXT)

    with pytest.raises(harness("process").BenchmarkError, match=f"1 messages had {answers} answers"):
        await ground.check()


async def test_given_a_placeholder_that_stays_when_checked_then_nothing_is_reported(harness: Any, ground: Any) -> None:
    ground.chats[0].ask(TEXT)
    says(ground, ground.chats[0], "…")

    with pytest.raises(harness("process").BenchmarkError, match="not what the first one was"):
        await ground.check()


async def test_given_a_bot_that_edits_when_learned_from_then_the_last_word_is_what_counts(ground: Any) -> None:
    learning = asyncio.create_task(ground.learn(TEXT))
    await ground.chats[0].wait()
    shown = says(ground, ground.chats[0], "…")
    await asyncio.sleep(0.01)
    edits(ground, ground.chats[0], shown, "the end")
    await learning

    assert {chat.final for chat in ground.chats} == {"the end"}


async def test_given_a_bot_that_stalls_when_messages_come_on_a_schedule_then_everyone_it_kept_waiting_counts(
    ground: Any,
) -> None:
    rate, seconds = 40, 0.5
    loading = asyncio.create_task(ground.arrive(rate, seconds, text=TEXT))
    await asyncio.sleep(seconds + 0.2)  # it does not answer before the last one is sent
    answer_all(ground)
    load = await loading

    assert len(load.latencies) > rate * seconds / 2
    assert min(load.latencies) >= 0.2
    assert max(load.latencies) > seconds / 2  # a closed loop would have sent two messages, and seen two slow answers


async def test_given_people_who_are_held_up_themselves_when_they_write_late_then_that_counts_too(ground: Any) -> None:
    loading = asyncio.create_task(ground.arrive(40, 0.5, text=TEXT))
    await asyncio.sleep(0)
    time.sleep(0.6)  # noqa: ASYNC251  (this process does nothing else meanwhile)
    await asyncio.sleep(0.05)
    answer_all(ground)
    load = await loading

    assert max(load.late) > 0.3
    assert max(load.latencies) > 0.5
