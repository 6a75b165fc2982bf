"""The machine's clock is set by an hour, ahead or back: with SQLite it is the clock that leases are measured by."""

import random
import signal
from pathlib import Path

import pytest

from tests.faults.conftest import Report
from tests.faults.process import JUMPING
from tests.faults.stage import WHOLE, staged, strikes


@pytest.mark.parametrize("way", ["ahead", "back", "back, then killed"] if WHOLE else ["ahead", "back, then killed"])
async def test_given_a_clock_that_jumps_when_chats_are_being_answered_then_each_message_has_one_answer_in_order(
    tmp_path: Path, report: Report, whole: bool, way: str
) -> None:
    chats, each, jumps = (50, 40, 4) if whole else (25, 8, 1)
    dice, told = random.Random(6), tmp_path / "clock"  # noqa: S311
    told.write_text("0", encoding="ascii")
    async with staged(tmp_path, {}, chats=chats, each=each, settings={"CLOCK": str(told)}) as stage:
        stage.model.seconds = 0.3  # so that lanes are held when it happens
        running = stage.start(JUMPING)
        await stage.ready()

        async def jump() -> None:
            nonlocal running
            hours = int(told.read_text(encoding="ascii"))
            told.write_text(str(hours + (1 if way == "ahead" else -1)), encoding="ascii")
            if way == "back, then killed":
                running = await stage.replace(running)
            else:
                running.signal(signal.SIGUSR1)

        await stage.play(strikes(stage.crowd, jumps, dice, jump))
        verdict = stage.verdict(jumps)
        report(f"clock set {way}", verdict)

        assert verdict.clean, verdict
        await stage.check_rows()
