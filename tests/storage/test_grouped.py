import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Connection, Integer, MetaData, String, Table, insert, select

from bot.kernel.errors import StoreError
from bot.storage.engine import ConflictError, Database
from bot.storage.grouped import MOST, Grouped, Job

metadata = MetaData()
thing = Table("thing", metadata, Column("id", Integer, primary_key=True), Column("name", String(40), unique=True))


@pytest.fixture
async def db(database_url: str) -> AsyncIterator[Database]:
    db = Database(database_url)
    async with db.write() as connection:
        await connection.run_sync(metadata.create_all)
    yield db
    await db.close()


def _add(connection: Connection, *, name: str) -> str:
    connection.execute(insert(thing), {"name": name})
    return name


def _names(connection: Connection) -> Sequence[str]:
    return connection.scalars(select(thing.c.name).order_by(thing.c.name)).all()


def _adds(db: Database, *names: str) -> list[asyncio.Future[str]]:
    return [asyncio.ensure_future(db.run(partial(_add, name=name), order=name)) for name in names]


async def test_given_jobs_at_once_when_run_then_each_gets_its_own_result_and_all_is_committed(db: Database) -> None:
    names = [f"n{number:03}" for number in range(150)]

    results = await asyncio.gather(*_adds(db, *names))

    assert results == names
    assert list(await db.look(_names)) == names


async def test_given_one_job_that_fails_when_grouped_then_only_its_caller_hears_of_it(db: Database) -> None:
    await db.run(partial(_add, name="there"))

    results = await asyncio.gather(*_adds(db, "a", "there", "b", "c"), return_exceptions=True)

    assert [type(one) if isinstance(one, Exception) else one for one in results] == ["a", ConflictError, "b", "c"]
    assert list(await db.look(_names)) == ["a", "b", "c", "there"]


async def test_given_a_job_of_ours_that_raises_when_run_then_the_error_itself_comes_back_and_nothing_stays(
    db: Database,
) -> None:
    class OurOwnError(StoreError):
        pass

    def fails(connection: Connection) -> None:
        _add(connection, name="half")
        raise OurOwnError("told")

    with pytest.raises(OurOwnError, match="told"):
        await db.run(fails)

    assert list(await db.look(_names)) == []


async def test_given_a_caller_that_stops_waiting_when_the_group_commits_then_its_job_is_done_and_others_are_told(
    db: Database,
) -> None:
    first, gone, last = _adds(db, "a", "b", "c")
    await asyncio.sleep(0)
    gone.cancel()

    assert list(await asyncio.gather(first, last)) == ["a", "c"]
    with pytest.raises(asyncio.CancelledError):
        await gone
    await db.run(partial(_add, name="later"))
    assert list(await db.look(_names)) == ["a", "b", "c", "later"]


async def test_given_both_ways_to_write_at_once_when_they_meet_then_neither_loses_anything(db: Database) -> None:
    async def long_way(name: str) -> None:
        async with db.write() as connection:
            await connection.execute(insert(thing), {"name": name})
            await asyncio.sleep(0)

    await asyncio.gather(*_adds(db, *[f"a{n}" for n in range(20)]), *[long_way(f"b{n}") for n in range(20)])

    assert len(await db.look(_names)) == 40


async def test_given_a_look_into_a_file_when_it_writes_then_it_fails(tmp_path: Path) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'looked'}.db")
    async with db.write() as connection:
        await connection.run_sync(metadata.create_all)

    with pytest.raises(StoreError):
        await db.look(partial(_add, name="sneaked"))

    await db.close()


class _Slow:
    """Carries jobs out when told, and remembers the groups they came in."""

    def __init__(self) -> None:
        self.groups: list[list[str]] = []
        self.go_on = asyncio.Event()
        self.fails: set[str] = set()

    async def commit(self, jobs: Sequence[Job[Any]]) -> list[Any]:
        names = [job(None) for job in jobs]  # type: ignore[arg-type]
        self.groups.append(names)
        await self.go_on.wait()
        if self.fails & set(names):
            raise StoreError("refused")
        return names


def _named(name: str) -> Callable[[Connection], str]:
    return lambda _: name


async def test_given_jobs_that_come_while_one_commits_when_it_ends_then_they_share_the_next_in_their_order() -> None:
    slow = _Slow()
    grouped = Grouped(slow.commit, at_once=1)
    alone = asyncio.ensure_future(grouped.run(_named("alone"), order="z"))
    await asyncio.sleep(0.01)
    others = [asyncio.ensure_future(grouped.run(_named(name), order=name)) for name in ("c", "a", "b")]
    await asyncio.sleep(0.01)

    slow.go_on.set()

    assert await asyncio.gather(alone, *others) == ["alone", "c", "a", "b"]
    assert slow.groups == [["alone"], ["a", "b", "c"]]


async def test_given_more_jobs_than_a_group_holds_when_run_then_none_is_left_over() -> None:
    slow = _Slow()
    slow.go_on.set()
    grouped = Grouped(slow.commit, at_once=2)

    names = await asyncio.gather(*(grouped.run(_named(str(n)), order="") for n in range(3 * MOST + 1)))

    assert names == [str(n) for n in range(3 * MOST + 1)]
    assert max(map(len, slow.groups)) <= MOST


async def test_given_a_group_of_which_one_is_refused_when_done_again_then_each_stands_alone() -> None:
    slow = _Slow()
    slow.fails = {"b"}
    slow.go_on.set()
    grouped = Grouped(slow.commit, at_once=1)

    results = await asyncio.gather(*(grouped.run(_named(name), order=name) for name in "abc"), return_exceptions=True)

    assert [type(one) if isinstance(one, Exception) else one for one in results] == ["a", StoreError, "c"]
    assert slow.groups == [["a", "b", "c"], ["a"], ["b"], ["c"]]


async def test_given_a_job_that_comes_just_as_the_last_one_ends_when_run_then_it_is_not_forgotten() -> None:
    slow = _Slow()
    slow.go_on.set()
    grouped = Grouped(slow.commit, at_once=1)

    for number in range(50):  # each is put in the very step in which the one before was told
        assert await grouped.run(_named(str(number)), order="") == str(number)
    await grouped.settle()

    assert len(slow.groups) == 50


async def test_given_a_database_when_closed_then_its_threads_end(database_url: str) -> None:
    before = threading.active_count()
    db = Database(database_url)
    async with db.write() as connection:
        await connection.run_sync(metadata.create_all)
    await db.run(partial(_add, name="a"))

    await db.close()

    assert threading.active_count() <= before
