"""The machine's clock jumps by an hour, ahead or back: with SQLite it is the clock that leases are measured by."""

import asyncio
import random
import signal
from pathlib import Path

import pytest

from tests.faults.conftest import Report
from tests.faults.process import JUMPING
from tests.faults.stage import staged, strikes


@pytest.mark.parametrize("way", [signal.SIGUSR1, signal.SIGUSR2], ids=["ahead", "back"])
async def test_given_a_clock_that_jumps_when_chats_are_being_answered_then_each_message_has_one_answer_in_order(
    tmp_path: Path, report: Report, whole: bool, way: signal.Signals
) -> None:
    chats, each, jumps = (50, 40, 4) if whole else (25, 8, 1)
    dice = random.Random(6)  # noqa: S311
    async with staged(tmp_path, {}, chats=chats, each=each) as stage:
        stage.model.seconds = 0.3  # so that lanes are held when it happens
        running = stage.start(JUMPING)
        await stage.ready()

        async def jump() -> None:
            running.signal(way)
            await asyncio.sleep(0)

        await stage.play(strikes(stage.crowd, jumps, dice, jump))
        verdict = stage.verdict(jumps)
        report(f"clock jumps {'ahead' if way is signal.SIGUSR1 else 'back'}", verdict)

        assert verdict.clean, verdict
        await stage.check_rows()
