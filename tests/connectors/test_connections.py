"""Connections as rows, on both engines: whose they are, what goes with them, and what is due at night."""

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from bot.crypto.keyring import keyring_from_secret
from bot.health.connections.runs import Runs
from bot.health.connections.store import Connection, Connections
from bot.health.connectors.model import Beginning, Grant, Harvest, Item
from bot.health.store import MIGRATIONS, VERSION_TABLE, schema
from bot.health.vault import Vault
from bot.kernel.ids import PersonId, TurnId
from bot.storage.engine import Database
from bot.storage.handshakes import Handshakes
from bot.storage.keys import KeyStore
from bot.storage.migrate import upgrade
from bot.storage.sealing import Sealer

BEGINNING = Beginning(address="https://clinic.example/sign-in", kept={"verifier": "canary-verifier"})


class Shelf:
    """Connections of two persons, and a clock set by hand."""

    def __init__(self, db: Database, keys: Database) -> None:
        self.now = datetime(2026, 11, 29, 12, tzinfo=UTC)
        self.db = db
        store = KeyStore(keys, keyring_from_secret("11" * 32), store="health", clock=self.clock)
        vault = Vault(Sealer(store))
        self.connections = Connections(db, vault, self.clock)
        self.runs = Runs(db, vault, self.clock)
        self.ann, self.bob = PersonId(uuid4()), PersonId(uuid4())

    def clock(self) -> datetime:
        return self.now

    def grant(self, patient: str = "p1") -> Grant:
        return Grant(
            access="canary-access", refresh="canary-refresh", expires_at=self.now + timedelta(hours=1),
            patient=patient, scopes=("patient/*.read",), endpoints={"token": "https://clinic.example/token"},
        )  # fmt: skip

    async def pending(self, person: PersonId) -> Connection:
        ends = self.now + timedelta(minutes=10)
        row = await self.connections.begin(person, "clinic", "s" * 43, BEGINNING, expires_at=ends, label="Clinic")
        found = await self.connections.get(person, row)
        assert found is not None
        return found

    async def connected(self, person: PersonId, turn: str = "1", patient: str = "p1") -> Connection:
        return await self.connections.connect(person, await self.pending(person), self.grant(patient), TurnId(turn))

    async def note(self, connection: Connection, turn: str, *kinds: str) -> None:
        harvest = Harvest(lines=b"", items=tuple(Item(kind=kind, fetched=1) for kind in kinds), fresh=())
        await self.runs.keep(self.ann, connection.id, TurnId(turn), harvest, started_at=self.now)

    async def count(self, name: str) -> int:
        async with self.db.read() as connection:
            counted = select(func.count()).select_from(schema.metadata.tables[name])
            return (await connection.execute(counted)).scalar_one()


@pytest.fixture
async def shelf(new_database_url: Callable[[str], str], keys_db: Database) -> AsyncIterator[Shelf]:
    db = Database(new_database_url("health"))
    await upgrade(db, MIGRATIONS, version_table=VERSION_TABLE)
    yield Shelf(db, keys_db)
    await db.close()


async def test_given_a_sign_in_when_completed_then_its_access_is_kept_and_its_verifier_forgotten(shelf: Shelf) -> None:
    connection = await shelf.connected(shelf.ann)

    assert (connection.state, connection.allowed, connection.kept) == ("connected", "ask", {})
    assert connection.grant == shelf.grant()
    assert connection.expires_at == shelf.grant().expires_at
    assert await shelf.connections.get(shelf.bob, connection.id) is None
    assert await shelf.connections.of(shelf.bob) == []


async def test_given_a_second_sign_in_to_the_same_record_when_completed_then_the_first_goes_on(shelf: Shelf) -> None:
    first = await shelf.connected(shelf.ann)
    await shelf.connections.allow(shelf.ann, first.source, "always")
    await shelf.connections.stand(shelf.ann, first.id, "disconnected")
    again = await shelf.connected(shelf.ann, "2")
    other = await shelf.connected(shelf.ann, "3", patient="p2")

    assert (again.id, again.allowed, again.state) == (first.id, "always", "connected")
    assert other.id != first.id
    assert (await shelf.count("connection"), await shelf.count("source")) == (2, 2)


async def test_given_a_disconnected_one_when_opened_then_it_holds_no_token(shelf: Shelf) -> None:
    connection = await shelf.connected(shelf.ann)
    await shelf.connections.stand(shelf.ann, connection.id, "disconnected")
    found = await shelf.connections.get(shelf.ann, connection.id)

    assert found is not None
    assert (found.state, found.grant, found.expires_at) == ("disconnected", None, None)


async def test_given_runs_when_kept_then_the_newest_ten_stay_and_a_replay_is_one(shelf: Shelf) -> None:
    connection = await shelf.connected(shelf.ann)
    for n in range(12):
        shelf.now += timedelta(minutes=1)
        await shelf.note(connection, str(n), "Condition", "Immunization")
    await shelf.note(connection, "11", "Condition")
    last = await shelf.runs.last(shelf.ann, connection.id)

    assert last is not None
    assert [item.kind for item in last.items] == ["Condition"]
    assert (await shelf.count("sync_run"), await shelf.count("sync_item")) == (10, 19)


async def test_given_a_removed_one_when_looked_for_then_everything_of_it_is_gone_and_others_stay(shelf: Shelf) -> None:
    connection, other = await shelf.connected(shelf.ann), await shelf.connected(shelf.bob)
    await shelf.note(connection, "1", "Condition")
    await shelf.connections.remove(shelf.ann, connection)

    assert [await shelf.count(name) for name in ("connection", "source", "sync_run", "sync_item")] == [1, 1, 0, 0]
    assert await shelf.connections.get(shelf.bob, other.id) is not None


async def test_given_a_night_when_asked_then_those_in_use_and_rested_are_due(shelf: Shelf) -> None:
    connection, paused = await shelf.connected(shelf.ann), await shelf.connected(shelf.bob)
    await shelf.connections.stand(shelf.bob, paused.id, "paused")
    first = await shelf.connections.due(before=shelf.now, most=10)
    await shelf.note(connection, "1", "Condition")
    rested = await shelf.connections.due(before=shelf.now, most=10)
    later = await shelf.connections.due(before=shelf.now + timedelta(hours=1), most=10)
    await shelf.connections.stand(shelf.ann, connection.id, "expired")

    assert first == later == [(shelf.ann, connection.id)]
    assert rested == []
    assert await shelf.connections.due(before=shelf.now + timedelta(hours=1), most=10) == []


async def test_given_a_sign_in_nobody_came_back_from_when_time_passes_then_it_is_forgotten(shelf: Shelf) -> None:
    await shelf.pending(shelf.ann)
    kept = await shelf.connected(shelf.bob)
    shelf.now += timedelta(hours=2)

    assert await shelf.connections.forget_pending() == 1
    assert [one.id for one in await shelf.connections.of(shelf.bob)] == [kept.id]
    assert (await shelf.count("connection"), await shelf.count("source")) == (1, 1)


async def test_given_a_handshake_when_found_then_only_in_time_and_until_it_is_ended(main_db: Database) -> None:
    now = [datetime(2026, 11, 29, 12, tzinfo=UTC)]
    handshakes = Handshakes(main_db, lambda: now[0])
    for state in ("a" * 43, "b" * 43):
        await handshakes.put(state, state.encode(), expires_at=now[0] + timedelta(minutes=10))
    found = await handshakes.find("a" * 43)
    await handshakes.end("a" * 43)
    ended, strange = await handshakes.find("a" * 43), await handshakes.find("c" * 43)
    now[0] += timedelta(minutes=10)

    assert (found, ended, strange) == (b"a" * 43, None, None)
    assert await handshakes.find("b" * 43) is None
    assert await handshakes.forget_expired() == 1
