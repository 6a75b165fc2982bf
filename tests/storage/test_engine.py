import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table, insert, select, text

from bot.kernel.errors import SettingsError, StoreError
from bot.settings import Settings, StoreSettings
from bot.storage.engine import ConflictError, Database, store_url
from bot.storage.types import UtcDateTime

pytestmark = pytest.mark.pooled

CANARY = "CANARY-4b1d"

metadata = MetaData()
thing = Table(
    "thing",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), unique=True),
    Column("at", UtcDateTime),
)


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    db = Database(database_url)
    async with db.write() as connection:
        await connection.run_sync(metadata.create_all)
    yield db
    await db.close()


async def _names(db: Database) -> list[str]:
    async with db.read() as connection:
        return list(await connection.scalars(select(thing.c.name).order_by(thing.c.id)))


async def test_given_a_transaction_when_it_ends_then_it_is_kept_and_when_it_fails_then_nothing_is(db: Database) -> None:
    async with db.write() as connection:
        await connection.execute(insert(thing).values(name="kept"))

    async def fail() -> None:
        async with db.write() as connection:
            await connection.execute(insert(thing).values(name="lost"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()

    assert await _names(db) == ["kept"]


async def test_given_a_read_when_something_is_written_through_it_then_it_fails(db: Database) -> None:
    with pytest.raises(StoreError):
        async with db.read() as connection:
            await connection.execute(insert(thing).values(name="sneaked"))
    async with db.write() as connection:
        await connection.execute(insert(thing).values(name="after"))

    assert await _names(db) == ["after"]


async def test_given_a_writer_at_work_when_others_read_then_they_do_not_wait(db: Database) -> None:
    async with db.write() as connection:
        await connection.execute(insert(thing).values(name="first"))
        seen = await asyncio.wait_for(_names(db), 2)

    assert seen == []
    assert await _names(db) == ["first"]


async def test_given_many_writers_in_two_processes_worth_of_pools_when_they_meet_then_all_are_served(
    db: Database, database_url: str
) -> None:
    other = Database(database_url)

    async def add(to: Database, number: int) -> None:
        async with to.write() as connection:
            await connection.execute(select(thing.c.id))  # read, then write: what a deferred transaction loses at
            await connection.execute(insert(thing).values(name=str(number)))

    await asyncio.gather(*(add(one, number) for number, one in enumerate([db, other] * 15)))

    assert len(await _names(db)) == 30
    await other.close()


async def test_given_a_refused_row_when_it_fails_then_the_error_is_typed_and_holds_no_value(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="sqlalchemy.engine")

    async def add() -> None:
        async with db.write() as connection:
            await connection.execute(insert(thing).values(name=CANARY))

    await add()
    with pytest.raises(ConflictError) as caught:
        await add()

    # PostgreSQL puts "Key (name)=(…)" into DETAIL, which hide_parameters does not reach.
    assert CANARY not in "".join(traceback.format_exception(caught.value))
    assert CANARY not in repr(caught.value)
    assert ("23505" if db.dialect == "postgresql" else "SQLITE_CONSTRAINT") in str(caught.value)
    assert CANARY not in caplog.text
    assert "INSERT INTO thing" in caplog.text


async def test_given_a_statement_that_quotes_a_value_when_it_fails_then_the_error_holds_no_value(db: Database) -> None:
    with pytest.raises(StoreError) as caught:
        async with db.write() as connection:
            await connection.execute(text("SELECT 'CANARY-4b1d' FROM \"CANARY-4b1d\""))

    assert not isinstance(caught.value, ConflictError)
    assert CANARY not in "".join(traceback.format_exception(caught.value))


async def test_given_a_moment_when_stored_then_it_comes_back_aware_in_utc_and_naive_ones_are_refused(
    db: Database,
) -> None:
    paris = datetime(2026, 11, 22, 20, 30, tzinfo=timezone(timedelta(hours=1)))
    earlier = datetime(2026, 11, 22, 19, 0, tzinfo=UTC)
    async with db.write() as connection:
        await connection.execute(insert(thing), [{"name": "a", "at": paris}, {"name": "b", "at": None}])
    with pytest.raises(StoreError):
        async with db.write() as connection:
            await connection.execute(insert(thing).values(name="c", at=datetime(2026, 11, 22)))  # noqa: DTZ001 the refused one

    async with db.read() as connection:
        stored = list(await connection.scalars(select(thing.c.at).order_by(thing.c.id)))
        later = list(await connection.scalars(select(thing.c.name).where(thing.c.at > earlier)))
    assert stored == [paris, None]
    assert stored[0].tzinfo is UTC
    assert later == ["a"]


async def test_given_an_open_database_when_pinged_then_it_answers_and_an_absent_one_does_not(
    db: Database, tmp_path: Path
) -> None:
    await db.ping()
    absent = Database(f"postgresql+psycopg://carnet@/none?host={tmp_path}")

    with pytest.raises(StoreError):
        await absent.ping()
    await absent.close()


async def test_given_a_sqlite_store_when_opened_then_its_files_are_private_and_its_writes_survive_a_power_cut(
    tmp_path: Path,
) -> None:
    settings = Settings(state=tmp_path / "var")
    db = Database(store_url(settings, "health"))
    async with db.write() as connection:
        await connection.run_sync(metadata.create_all)
        pragmas = {
            name: (await connection.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "temp_store", "busy_timeout")
        }

    files = {path.name: oct(path.stat().st_mode & 0o777) for path in (tmp_path / "var").iterdir()}
    assert files == {"health.db": "0o600", "health.db-wal": "0o600", "health.db-shm": "0o600"}
    assert oct((tmp_path / "var").stat().st_mode & 0o777) == "0o700"
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "temp_store": 2,
        "busy_timeout": 10000,
    }
    await db.close()


async def test_given_a_long_reader_when_checkpointed_then_it_is_not_called_done(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'one.db'}"
    db = Database(url)
    async with db.write() as connection:
        await connection.run_sync(metadata.create_all)
    async with db.read() as reader:
        await reader.execute(select(thing))
        async with db.write() as connection:
            await connection.execute(insert(thing).values(name="later"))
            await connection.exec_driver_sql("PRAGMA busy_timeout=50")
        assert not await db.checkpoint()

    assert await db.checkpoint()
    assert (tmp_path / "one.db-wal").stat().st_size == 0
    await db.close()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://carnet:CANARY-4b1d@host/name",
        "postgresql+asyncpg://carnet:CANARY-4b1d@host/name",
        "mysql://carnet:CANARY-4b1d@host/name",
        "CANARY-4b1d",
        "postgresql+psycopg://host:CANARY-4b1d/name",
        "sqlite+aiosqlite://",
        "sqlite+aiosqlite:///:memory:",
        "sqlite:///file.db",
    ],
)
def test_given_a_url_we_cannot_serve_when_opened_then_one_line_says_so_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Database(url)

    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_given_a_configured_store_when_asked_for_then_its_url_is_used_as_written(tmp_path: Path) -> None:
    url = "postgresql+psycopg://carnet@/main"
    settings = Settings.model_validate({"state": tmp_path / "var", "main": StoreSettings.model_validate({"url": url})})

    assert store_url(settings, "main") == url
    assert not (tmp_path / "var").exists()


def test_given_a_state_folder_that_cannot_be_made_when_opened_then_the_error_says_which(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SettingsError, match="state"):
        store_url(Settings(state=tmp_path / "file" / "var"), "main")


async def test_given_writers_cancelled_at_any_moment_when_others_write_then_they_are_served(db: Database) -> None:
    async def add(name: str) -> None:
        async with db.write() as connection:
            await connection.execute(insert(thing).values(name=name))
            await connection.execute(select(thing.c.name))

    for step in range(60):
        task = asyncio.create_task(add(f"cancelled {step}"))
        await asyncio.sleep(step / 20_000)
        task.cancel()
        async with asyncio.timeout(5):  # SQLite's patience with a lock left behind is ten
            await asyncio.gather(task, return_exceptions=True)

    await asyncio.wait_for(add("after"), 5)
    assert (await _names(db))[-1] == "after"
