"""A model that takes a minute over one chat's question: nobody else waits for it."""

import asyncio
import random
import time
from pathlib import Path

import pytest

from tests.faults.conftest import Remark, engines
from tests.faults.echo import question
from tests.faults.stage import Stage, staged

MOST = 1.0  # seconds: a machine that others use as well is not a failing test
A_SECOND = 15  # messages


@pytest.mark.clocked
@engines("sqlite")
async def test_given_a_model_that_hangs_for_one_chat_when_others_write_then_they_are_answered_as_without(
    tmp_path: Path, stores: dict[str, str], remark: Remark, whole: bool
) -> None:
    hang = 60.0 if whole else 4.0
    patient = {"CARNET_LLM__FIRST_TOKEN_SECONDS": "90", "CARNET_LLM__OVERALL_SECONDS": "90"}
    async with staged(tmp_path, stores, chats=40, each=2, settings=patient) as stage:
        stage.start("run")
        await stage.play(_nothing())  # everybody is known, every cache is warm
        calm = await _seconds(stage, hang * 0.4, first=2_000_000)
        beside = await _beside(stage, hang)
        calm += await _seconds(stage, hang * 0.4, first=3_000_000)

    for name, part in (("median", 0.5), ("p99", 0.99)):
        without, with_it = _quantile(calm, part), _quantile(beside, part)
        delay = f"{with_it * 1e3:.0f} ms, without {without * 1e3:.0f} ms ({len(beside)} messages, {len(calm)})"
        remark(f"model hangs {hang:.0f} s for one chat: others' {name} {delay}")
        assert with_it - without < MOST


async def _nothing() -> None:
    """The model hangs later."""


async def _beside(stage: Stage, hang: float) -> list[float]:
    """Measure the others while one chat waits for the model."""
    number = 9_000_000
    stage.model.slow[number] = hang
    sleeper = asyncio.create_task(_ask(stage, "Sleeper", number))
    while not stage.model.asked[number]:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    seconds = await _seconds(stage, hang * 0.8, first=5_000_000)

    assert not sleeper.done()
    assert await sleeper >= hang
    return seconds


async def _seconds(stage: Stage, length: float, *, first: int) -> list[float]:
    """Give how long each answer took, of people who write at random for *length* seconds."""
    dice, asked, end = random.Random(first), list[asyncio.Task[float]](), time.monotonic() + length  # noqa: S311
    people = [chat.persona.first_name for chat in stage.crowd.chats]
    while time.monotonic() < end:
        place = len(asked)
        asked.append(asyncio.create_task(_ask(stage, people[place % len(people)], first + place)))
        await asyncio.sleep(dice.expovariate(A_SECOND))
    return list(await asyncio.gather(*asked))


async def _ask(stage: Stage, name: str, number: int) -> float:
    person = stage.playground.person(name, "en")
    talk, wanted = stage.playground.talk(person.id), f"number {number} "
    seen, started = talk.count, time.monotonic()
    stage.playground.say(person, question(number))
    while not any(
        event.message is not None and event.message.author == "bot" and wanted in event.message.text
        for event in talk.since(seen)
    ):
        await talk.changed.wait()
    return time.monotonic() - started


def _quantile(seconds: list[float], part: float) -> float:
    return sorted(seconds)[min(len(seconds) - 1, int(len(seconds) * part))]
