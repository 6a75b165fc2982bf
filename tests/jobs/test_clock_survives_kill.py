import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import select

from bot.crypto import new_pair
from bot.storage.engine import Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.schema import work

CHILD = Path(__file__).with_name("clock_child.py")
ROOT = CHILD.parents[2]
PROCESSES = 3
SLOTS = 8
PERIOD = timedelta(seconds=1)  # long enough that a busy machine does not make all three sleep through one


@contextlib.contextmanager
def _processes(url: str, trace: Path) -> Iterator[list[subprocess.Popen[bytes]]]:
    private, public = new_pair()
    command = [sys.executable, str(CHILD), url, str(trace), private.hex(), public.hex()]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    children = [subprocess.Popen(command, cwd=ROOT, env=environment) for _ in range(PROCESSES)]
    try:
        yield children
    finally:
        for child in children:
            child.kill()
            child.wait()


async def _rows(db: Database) -> list[tuple[datetime, str]]:
    async with db.read() as connection:
        rows = await connection.execute(select(work.c.dedupe_key, work.c.state).order_by(work.c.id))
        return [(datetime.fromisoformat(key.removeprefix("cron:tick:")), state) for key, state in rows]


async def _until(db: Database, enough: int, *, state: str = "") -> None:
    async with asyncio.timeout(90):
        while sum(not state or one == state for _, one in await _rows(db)) < enough:  # noqa: ASYNC110  (no event)
            await asyncio.sleep(0.02)


async def test_given_three_processes_when_one_is_killed_midway_then_every_slot_is_one_row_and_none_is_missed(
    database_url: str, tmp_path: Path
) -> None:
    db, trace = Database(database_url), tmp_path / "trace"
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    with _processes(database_url, trace) as children:
        await _until(db, SLOTS // 2)
        busiest, _ = Counter(line.split()[1] for line in trace.read_text().splitlines()).most_common(1)[0]
        os.kill(int(busiest), signal.SIGKILL)
        await _until(db, SLOTS)
        assert sum(child.poll() is None for child in children) == PROCESSES - 1
        await _until(db, SLOTS, state="done")  # what the killed one had under way is done after its lease

    slots = [at for at, _ in await _rows(db)]
    assert {later - earlier for earlier, later in pairwise(slots)} == {PERIOD}
    times = Counter(datetime.fromisoformat(line.split()[0]) for line in trace.read_text().splitlines())
    assert set(slots[:SLOTS]) <= set(times)
    assert sum(times.values()) - len(times) <= 1  # repeated only what was under way in the kill
    await db.close()
