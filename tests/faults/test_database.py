"""The database goes away, is held by somebody, has no room left: what was accepted waits, and nothing else is accepted."""

import asyncio
import random
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.postgresql import Server
from tests.faults.conftest import Report
from tests.faults.disk import Disk
from tests.faults.stage import WHOLE, Stage, staged, strikes


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT] if WHOLE else [signal.SIGQUIT])
async def test_given_postgresql_stopped_in_the_middle_when_it_is_back_then_every_message_is_answered_once_in_order(
    tmp_path: Path, server: Server, report: Report, whole: bool, how: signal.Signals
) -> None:
    chats, each, times = (60, 40, 5) if whole else (25, 8, 1)
    dice = random.Random(3)  # noqa: S311
    async with staged(tmp_path, server.new_stores(), chats=chats, each=each) as stage:
        stage.start("run")
        await stage.ready()

        async def restart() -> None:
            await asyncio.to_thread(server.stop, how)
            await asyncio.sleep(dice.uniform(0.2, 1.5))
            await asyncio.to_thread(server.restart)

        await stage.play(strikes(stage.crowd, times, dice, restart))
        await judged(stage, report, f"postgresql stopped, {how.name}", times)


async def test_given_another_program_holding_the_database_when_it_lets_go_then_every_message_is_answered_once_in_order(
    tmp_path: Path, report: Report, whole: bool
) -> None:
    chats, each, times, seconds = (50, 20, 3, 14.0) if whole else (20, 8, 1, 5.0)  # 10 s is our own patience
    dice = random.Random(4)  # noqa: S311
    async with staged(tmp_path, {}, chats=chats, each=each) as stage:
        stage.start("run")
        await stage.ready()

        async def hold() -> None:
            await asyncio.to_thread(_hold, tmp_path / "state" / "main.db", seconds)

        await stage.play(strikes(stage.crowd, times, dice, hold))
        await judged(stage, report, "database locked", times)


async def test_given_a_full_disk_when_there_is_room_again_then_every_message_is_answered_once_in_order(
    tmp_path: Path, report: Report, whole: bool, small: Disk
) -> None:
    chats, each, times = (50, 20, 3) if whole else (20, 8, 1)
    dice = random.Random(5)  # noqa: S311
    async with staged(small.folder, {}, chats=chats, each=each) as stage:
        process = stage.start("run")
        await stage.ready()

        async def fill() -> None:
            with small.full(process.pid):
                await asyncio.sleep(3)

        await stage.play(strikes(stage.crowd, times, dice, fill))
        await judged(stage, report, f"disk full, {small.kind}", times)


def _hold(path: Path, seconds: float) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        other.execute("ROLLBACK")


async def judged(stage: Stage, report: Report, case: str, times: int) -> None:
    verdict = stage.verdict(times)
    report(case, verdict)

    assert verdict.clean, verdict
    assert verdict.repeated_placeholders <= times * len(stage.crowd.chats)  # one a chat in hand, an outage
    await stage.check_rows()
