"""Telegram at its worst, on a real port: failures, lost answers, floods, silence, repeated updates, a rival poller."""

import asyncio
import random
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import httpx

from bot.playground import TOKEN
from tests.faults.conftest import Report, engines
from tests.faults.stage import Stage, Updates, staged
from tests.faults.unruly import Repeating, Shares, Unruly

LEASE = {"CARNET_LEASE_SECONDS": "60"}  # as it is shipped: half of it is what a call may take


async def nothing() -> None:
    """The trouble is in the calls already."""


async def judged(stage: Stage, trouble: Awaitable[None], report: Report, case: str, *, faults: Unruly) -> None:
    await stage.play(trouble)
    verdict = stage.verdict(faults.counts.total())
    report(case, verdict)

    assert verdict.clean, (verdict, faults.counts)
    assert verdict.repeated_placeholders <= faults.counts["loses"] + faults.counts["hangs"]
    await stage.check_rows()


def size(*, whole: bool) -> Any:
    return {"chats": 50, "each": 40} if whole else {"chats": 25, "each": 8}


@engines("sqlite")
async def test_given_failures_lost_answers_silence_and_repeated_updates_when_all_is_over_then_each_message_has_one_answer(
    tmp_path: Path, stores: dict[str, str], report: Report, whole: bool
) -> None:
    dice = random.Random(11)  # noqa: S311
    worst = Shares(fails=0.06, loses=0.06, hangs=0.01, most={"hangs": 6 if whole else 1})
    faults, updates = Unruly(dice, sending=worst, polling=worst), Repeating(dice, share=0.2)
    async with staged(tmp_path, stores, **size(whole=whole), faults=faults, updates=updates) as stage:
        stage.start("run")
        await judged(stage, nothing(), report, "telegram fails", faults=faults)

    assert faults.counts["fails"]
    assert faults.counts["loses"]
    assert faults.counts["hangs"]
    assert updates.repeated


async def test_given_floods_of_one_chat_and_of_everybody_when_told_to_wait_then_the_wait_is_kept(
    tmp_path: Path, report: Report, whole: bool
) -> None:
    floods = Shares(floods=0.03, floods_all=0.01, seconds=3, most={} if whole else {"floods": 2, "floods_all": 2})
    faults = Unruly(random.Random(12), sending=floods, polling=Shares())  # noqa: S311
    async with staged(tmp_path, {}, **size(whole=whole), faults=faults, settings=LEASE) as stage:
        stage.start("run")
        await judged(stage, nothing(), report, "telegram floods", faults=faults)

    assert faults.counts["floods"]
    assert faults.counts["floods_all"]
    assert not faults.disobeyed["one"]
    # Telegram does not say whom it means: a chat may learn of a flood of everybody by asking once.
    assert faults.disobeyed["all"] <= faults.counts["floods_all"] * len(stage.crowd.chats)


async def test_given_a_rival_that_polls_too_when_it_gives_up_then_each_message_has_one_answer(
    tmp_path: Path, report: Report, whole: bool
) -> None:
    faults = Unruly(random.Random(14), sending=Shares(), polling=Shares())  # noqa: S311
    async with staged(tmp_path, {}, **size(whole=whole), faults=faults, updates=Updates()) as stage:
        stage.start("run")
        await stage.ready()

        async with httpx.AsyncClient() as client:

            async def disturb() -> None:
                """End Carnet's poll, as a second bot with the same token does, and confirm nothing."""
                await client.get(f"{stage.url}/bot{TOKEN}/getUpdates", params={"timeout": 0})
                faults.counts["rivals"] += 1
                await asyncio.sleep(0.1)

            async def rival() -> None:
                while stage.crowd.answered < stage.crowd.total * 0.9:
                    await disturb()

            while "error=Conflict" not in stage.log.read_text(encoding="utf-8"):  # while nobody writes, polls are long
                await disturb()
            await judged(stage, rival(), report, "telegram has a rival", faults=faults)
