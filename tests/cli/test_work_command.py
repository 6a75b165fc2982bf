"""`carnet work`: what an operator sees of the queue, and does with its dead rows; never what they say or whose they are."""

import os
import pty
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.kernel.clock import utc_now
from bot.storage.engine import Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.schema import work
from bot.storage.work import Work
from tests.cli.conftest import CARNET, Outcome, run

CHATS = (777000111, 777000222)
NOW = timedelta(0)


@dataclass
class Queue:
    """A queue, and `carnet work` on it."""

    db: Database
    url: str
    state: Path

    def run(self, *words: str) -> Outcome:
        return run("work", *words, state=self.state, CARNET_MAIN__URL=self.url)

    async def states(self) -> dict[int, tuple[str, bool]]:
        async with self.db.read() as connection:
            rows = await connection.execute(select(work.c.id, work.c.state, work.c.payload).order_by(work.c.id))
            return {row.id: (row.state, row.payload is not None) for row in rows}


@pytest.fixture
async def queue(database_url: str, state: Path) -> AsyncIterator[Queue]:
    """One row of each kind: dead of two chats and of a job, done, and waiting."""
    db = Database(database_url)
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    rows = Work(db, utc_now, lease=timedelta(seconds=30))
    lanes = [f"chat:{CHATS[0]}", f"chat:{CHATS[1]}", "job:tidy-health", f"chat:{CHATS[0]}"]
    for number, lane in enumerate(lanes):
        await rows.put(key=f"tg:{number}", lane=lane, space="health", payload=b"sealed words", received_at=utc_now())
        while not (claims := await rows.claim(1, spaces=["health"])):
            pass
        await rows.fail(claims[0], "ModelError", retry_in=NOW, give_up_after=1)
    await rows.put(key="tg:9", lane="chat:9", space="general", payload=b"sealed words", received_at=utc_now())
    yield Queue(db, database_url, state)
    await db.close()


async def test_given_dead_rows_when_listed_then_states_and_errors_show_and_neither_words_nor_people(
    queue: Queue,
) -> None:
    listed = queue.run("list", "--json")
    shown = queue.run("list")

    assert (listed.code, listed.err, shown.code) == (0, "", 0)
    assert listed.data["rows"] == {"pending": 1, "answered": 0, "done": 0, "dead": 4}
    assert listed.data["leases"] == 0
    assert [one["lane"] for one in listed.data["dead"]] == ["chat 1", "chat 2", "job:tidy-health", "chat 1"]
    assert {(one["error"], one["attempts"], one["space"], one["can_retry"]) for one in listed.data["dead"]} == {
        ("ModelError", 1, "health", True)
    }
    assert "pending 1, answered 0, done 0, dead 4" in shown.out
    for text in (listed.out, shown.out):
        assert not [chat for chat in CHATS if str(chat) in text]
        assert "sealed" not in text


async def test_given_the_wish_to_name_chats_when_listed_then_they_are_named_and_the_list_may_be_short(
    queue: Queue,
) -> None:
    named = queue.run("list", "--json", "--lanes", "--limit", "1")

    assert [one["lane"] for one in named.data["dead"]] == [f"chat:{CHATS[0]}"]


async def test_given_dead_rows_when_one_and_then_all_are_put_back_then_they_wait_again(queue: Queue) -> None:
    first, *others = [row for row, (state, _) in (await queue.states()).items() if state == "dead"]
    one = queue.run("retry", str(first), "--json")
    rest = queue.run("retry", "--all")

    assert one.data == {"retried": [first], "not_kept": []}
    assert (rest.code, rest.out) == (0, "put back: 3\n")
    assert {state for state, _ in (await queue.states()).values()} == {"pending"}
    again = queue.run("retry", str(others[0]))
    assert (again.code, again.out) == (1, "")
    assert again.complaints == [f"carnet: nothing was done: not dead, or not there: {others[0]}"]


async def test_given_a_row_whose_content_is_gone_when_put_back_then_it_is_refused_or_left(queue: Queue) -> None:
    async with queue.db.write() as connection:
        await connection.execute(work.update().where(work.c.id == 1).values(payload=None))

    named = queue.run("retry", "1", "2")
    assert (named.code, named.out, len(named.complaints)) == (1, "", 1)
    assert "1 is not kept any more" in named.err
    assert (await queue.states())[2][0] == "dead"
    assert queue.run("retry", "--all").out == "put back: 3, 1 not: their content is not kept\n"


async def test_given_no_yes_when_dropping_from_a_script_then_nothing_is_erased(queue: Queue) -> None:
    refused = queue.run("drop", "--all")

    assert (refused.code, refused.out) == (1, "")
    assert refused.complaints == ["carnet: nothing was erased: this cannot be undone, so say --yes"]
    assert [kept for state, kept in (await queue.states()).values() if state == "dead"] == [True] * 4


async def test_given_yes_when_dropped_then_what_they_carried_is_gone_and_the_rest_stays(queue: Queue) -> None:
    dropped = queue.run("drop", "1", "2", "--yes", "--json")

    assert dropped.data == {"dropped": [1, 2]}
    states = await queue.states()
    assert (states[1], states[2], states[3]) == (("done", False), ("done", False), ("dead", True))
    assert queue.run("drop", "--all", "--yes").out == "dropped: 2\n"


def at_terminal(*words: str, said: str, queue: Queue) -> subprocess.CompletedProcess[str]:
    ours, theirs = pty.openpty()
    try:
        os.write(ours, said.encode())
        return subprocess.run(
            [CARNET, *words],
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            cwd=queue.state.parent,
            env=os.environ | {"CARNET_STATE": str(queue.state), "CARNET_MAIN__URL": queue.url},
        )
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(("said", "left"), [("n\n", 4), ("y\n", 0)])
async def test_given_somebody_at_a_terminal_when_dropping_then_they_are_asked(
    queue: Queue, said: str, left: int
) -> None:
    asked = at_terminal("work", "drop", "--all", said=said, queue=queue)

    assert "Erase what 4 dead rows carry, for good?" in asked.stdout
    assert asked.returncode == (1 if left else 0)
    assert sum(state == "dead" for state, _ in (await queue.states()).values()) == left


@pytest.mark.parametrize(
    "words", [["retry"], ["drop", "--yes"], ["retry", "1", "--all"], ["retry", "x"], ["list", "--limit", "0"], ["look"]],
    ids=" ".join,
)  # fmt: skip
def test_given_wrong_usage_when_run_then_it_is_2_and_nothing_starts(state: Path, words: list[str]) -> None:
    refused = run("work", *words, state=state)

    assert (refused.code, refused.out) == (2, "")
    assert list(state.parent.iterdir()) == []


def test_given_no_state_when_listed_then_one_line_says_so_and_none_is_made(state: Path) -> None:
    refused = run("work", "list", state=state)

    assert (refused.code, refused.out) == (1, "")
    assert refused.err == "carnet: there is no queue: this state holds nothing yet\n"
    assert list(state.parent.iterdir()) == []
