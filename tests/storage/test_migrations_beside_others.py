"""A schema that changes while others use it: the program of before, a long reader, a twin that starts just then."""

import asyncio
import io
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from bot.kernel.clock import utc_now
from bot.storage import migrate
from bot.storage.engine import BusyError, ConflictError, Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, is_current, upgrade
from bot.storage.schema import lane, work
from bot.storage.work import Work

ROOT = Path(__file__).parents[2]
TOTAL = 400
LANES = 6  # of the child


@pytest.fixture
def url(postgresql: Any) -> str:
    name = f"beside_{uuid4().hex}"
    postgresql.create(name)
    address: str = postgresql.url(name)
    return address


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    db = Database(url)
    yield db
    await db.close()


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """The program as it was before the newest script of the main database, from the history."""
    scripts = ScriptDirectory(str(MAIN_SCRIPTS))
    newest = scripts.get_revision(scripts.get_current_head() or "")
    assert newest is not None
    # By the main line: what a merge brought was not there before it.
    line = ("log", "-m", "--first-parent", "--no-renames", "--diff-filter=A", "--format=%H")
    added = _git(*line, "--", newest.path).decode().split()
    # A script not committed yet was not there at the last commit.
    commit = f"{added[0]}^" if added else "HEAD"
    tree = _git("archive", commit, "bot", "tests/storage/work_child.py")
    if not tree:  # a shallow clone, or a copy of the files alone
        pytest.skip("there is no program of before here: its history is missing")
    with tarfile.open(fileobj=io.BytesIO(tree)) as archive:
        archive.extractall(tmp_path / "before", filter="data")
    return tmp_path / "before"


def _git(*words: str) -> bytes:
    if not shutil.which("git"):
        return b""
    safe = ["git", "-c", f"safe.directory={ROOT}", "-C", str(ROOT)]
    return subprocess.run([*safe, *words], capture_output=True, check=False).stdout


@contextmanager
def _running(program: Path, child: str, *words: object) -> Iterator[subprocess.Popen[bytes]]:
    environment = os.environ | {"PYTHONPATH": str(program)}
    command = [sys.executable, str(program / "tests/storage" / child), *map(str, words)]
    with subprocess.Popen(command, cwd=program, env=environment) as process:
        try:
            yield process
        finally:
            process.kill()


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


async def _until(path: Path, enough: int, child: subprocess.Popen[bytes]) -> None:
    async with asyncio.timeout(120):
        while len(_lines(path)) < enough:
            assert child.poll() is None, "the program of before died"
            await asyncio.sleep(0.005)


async def test_given_the_program_of_before_at_work_when_the_schema_changes_then_it_goes_on_and_nothing_is_lost(
    db: Database, url: str, before: Path, tmp_path: Path
) -> None:
    await upgrade(db, before / "bot/storage/migrations/main", version_table=VERSION_TABLE)
    assert not await is_current(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    acknowledged, effects = tmp_path / "acknowledged", tmp_path / "effects"
    with _running(before, "work_child.py", url, tmp_path, TOTAL) as child:
        await _until(effects, TOTAL // 2, child)
        await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
        accepted_before = len(_lines(acknowledged))
        await _until(acknowledged, TOTAL, child)
        await _until(effects, 2 * TOTAL, child)
        async with asyncio.timeout(60):
            while await _unfinished(db):
                assert child.poll() is None, "the program of before died"
                await asyncio.sleep(0.02)

    assert accepted_before < TOTAL
    sent = [line.split()[1:] for line in _lines(effects) if line.startswith("sent ")]
    for one in range(LANES):
        first = list(dict.fromkeys(key for name, key in sent if name == f"chat:{one}"))
        assert first == [f"tg:{number}" for number in range(one, TOTAL, LANES)]


async def _unfinished(db: Database) -> int:
    count = select(func.count()).select_from(work).where(work.c.state != "done")
    async with db.read() as connection:
        return (await connection.execute(count)).scalar_one()


def _folder(path: Path, *scripts: str) -> Path:
    """Make scripts whose `upgrade` is what is given; the first line says whether it is run outside a transaction."""
    (path / "versions").mkdir(parents=True)
    for number, body in enumerate(scripts):
        before = f"x{number - 1}" if number else None
        (path / "versions" / f"x{number}.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\nfrom bot.storage.index import build_index\n"
            f"revision = 'x{number}'\ndown_revision = {before!r}\n{body}\n"
        )
    return path


COLUMN = "def upgrade():\n    op.add_column('lane', sa.Column('more', sa.Integer))"
INDEX = (
    "outside_transaction = True\n"
    "def upgrade():\n    build_index('ix_work_newly', 'work', ['received_at'], unique=True, where=\"state = 'done'\")"
)


async def test_given_a_long_reader_when_its_table_is_to_change_then_nobody_waits_for_the_change_for_long(
    db: Database, tmp_path: Path
) -> None:
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    queue = Work(db, utc_now, lease=timedelta(seconds=30))
    scripts = _folder(tmp_path / "scripts", COLUMN)
    async with db.read() as reader:
        await reader.execute(select(lane))
        changing = asyncio.create_task(upgrade(db, scripts, version_table="other_version"))
        async with asyncio.timeout(20):  # for ever, if the change waited for the reader
            for number in range(300):
                await queue.put(
                    key=f"tg:{number}", lane="chat:1", space="general", payload=b"sealed", received_at=utc_now()
                )
                await asyncio.sleep(0.002)
        assert not changing.done()
    await asyncio.wait_for(changing, 20)

    assert await is_current(db, scripts, version_table="other_version")


async def test_given_a_table_that_is_never_free_when_it_is_to_change_then_starting_is_given_up(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "_PATIENCE", 0.5)
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    scripts = _folder(tmp_path / "scripts", COLUMN)
    async with db.read() as reader:
        await reader.execute(select(lane))
        with pytest.raises(BusyError):
            await upgrade(db, scripts, version_table="other_version")

    assert not await is_current(db, scripts, version_table="other_version")


async def test_given_three_processes_that_start_when_an_index_is_built_concurrently_then_one_builds_and_writers_go_on(
    db: Database, url: str, tmp_path: Path
) -> None:
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    scripts = _folder(
        tmp_path / "scripts", INDEX, "def upgrade():\n    op.create_table('later', sa.Column('id', sa.Uuid))"
    )
    queue = Work(db, utc_now, lease=timedelta(seconds=30))
    with ExitStack() as starting:
        async with db.write() as writer:  # a build waits for it, and it for nobody
            await writer.execute(text("UPDATE work SET attempts = 0"))
            children = [starting.enter_context(_running(ROOT, "upgrade_child.py", url, scripts)) for _ in range(3)]
            async with asyncio.timeout(60):
                while not await _building(db):  # noqa: ASYNC110  (the state of a server has no event)
                    await asyncio.sleep(0.02)
                await queue.put(key="tg:1", lane="chat:1", space="general", payload=b"sealed", received_at=utc_now())
        codes = [await asyncio.to_thread(child.wait, 60) for child in children]

    assert codes == [0, 0, 0]
    assert await _valid(db, "ix_work_newly")
    assert await is_current(db, scripts, version_table="other_version")


async def test_given_an_index_whose_build_failed_when_tried_again_then_what_was_left_is_replaced(
    db: Database, tmp_path: Path
) -> None:
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    scripts = _folder(tmp_path / "scripts", INDEX)
    twice = (
        "INSERT INTO work (dedupe_key, lane, space, state, attempts, received_at)"
        " SELECT n::text, 'chat:1', 'general', 'done', 0, now() FROM generate_series(1, 2) AS n"
    )
    async with db.write() as connection:
        await connection.execute(text(twice))
    with pytest.raises(ConflictError):
        await upgrade(db, scripts, version_table="other_version")
    left_behind = await _valid(db, "ix_work_newly")
    async with db.write() as connection:
        await connection.execute(text("DELETE FROM work WHERE dedupe_key = '2'"))
    await upgrade(db, scripts, version_table="other_version")

    assert left_behind is False
    assert await _valid(db, "ix_work_newly") is True


async def _building(db: Database) -> bool:
    building = text("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE 'CREATE UNIQUE INDEX CONCURRENTLY%')")
    async with db.read() as connection:
        return bool((await connection.execute(building)).scalar_one())


async def _valid(db: Database, index: str) -> bool | None:
    valid = text("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:index)")
    async with db.read() as connection:
        found: bool | None = (await connection.execute(valid, {"index": index})).scalar_one_or_none()
    return found
