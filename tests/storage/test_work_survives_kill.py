import asyncio
import contextlib
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.storage.engine import Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.schema import lane, outbox, work

pytestmark = pytest.mark.pooled

CHILD = Path(__file__).with_name("work_child.py")
ROOT = CHILD.parents[2]
TOTAL = 150
KILLS = 3
LANES = 6


@contextlib.contextmanager
def _process(url: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the child, and kill it with SIGKILL at the end whatever happened."""
    command = [sys.executable, str(CHILD), url, str(folder), str(TOTAL)]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}) as child:
        try:
            yield child
        finally:
            child.kill()


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


async def _until(path: Path, enough: int, child: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(60):
        while len(_lines(path)) < enough:
            assert child.poll() is None, "the child died by itself"
            await asyncio.sleep(0.005)


async def _finished(db: Database) -> None:
    count = select(func.count()).select_from(work).where(work.c.state == "done")
    async with asyncio.timeout(60):
        while True:
            async with db.read() as connection:
                if (await connection.execute(count)).scalar_one() == TOTAL:
                    return
            await asyncio.sleep(0.02)


async def test_given_kill_9_in_the_middle_when_restarted_then_nothing_acknowledged_is_lost_and_lanes_keep_their_order(
    database_url: str, tmp_path: Path
) -> None:
    db = Database(database_url)
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    effects = tmp_path / "effects"
    for _ in range(KILLS):
        enough = len(_lines(effects)) + 2 * TOTAL // (KILLS + 2)
        with _process(database_url, tmp_path) as child:
            await _until(effects, enough, child)
    with _process(database_url, tmp_path) as child:
        await _until(effects, 2 * TOTAL, child)
        await _finished(db)

    lines = [line.split() for line in _lines(effects)]
    for kind in ("computed", "sent"):
        times = Counter(key for what, _, key in lines if what == kind)
        assert set(times) == {f"tg:{number}" for number in range(TOTAL)}  # 0 lost
        assert sum(times.values()) - TOTAL <= KILLS * LANES  # repeated only what was under way in a kill
    for one in range(LANES):
        first = list(dict.fromkeys(key for what, name, key in lines if name == f"chat:{one}"))
        assert first == [f"tg:{number}" for number in range(one, TOTAL, LANES)]
    async with db.read() as connection:
        assert (await connection.execute(select(func.count()).select_from(work))).scalar_one() == TOTAL
        assert set(await connection.scalars(select(outbox.c.body))) == {None}
        assert set((await connection.execute(select(lane.c.due_at, lane.c.lease_until))).all()) == {(None, None)}
    await db.close()
