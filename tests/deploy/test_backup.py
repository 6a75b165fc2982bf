"""Backups of a running Carnet: data first, keys second. Whoever came in between is then unharmed, and who left stays gone."""

import subprocess
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert

from bot.chat.memory import Memory, Said
from bot.crypto import KeyErasedError, KeyMissingError, Keyring
from bot.kernel.clock import utc_now
from bot.kernel.ids import PersonId, TurnId
from bot.kernel.sensitive import Sensitive
from bot.storage.engine import Database
from bot.storage.keys import KeyStore
from bot.storage.migrate import KEYS_SCRIPTS, MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.schema import general_memory, general_turn, person
from bot.storage.sealing import Sealer
from tests.conftest import PostgreSQL
from tests.deploy.conftest import Require, psql

KEYRING = Keyring([bytes(range(32))])
WORDS = Sensitive("remember the milk")


@dataclass(frozen=True)
class House:
    """The data and the keys of a space, in two databases."""

    data: Database
    keys: KeyStore
    names: tuple[str, str]

    @property
    def memory(self) -> Memory:
        return Memory(self.data, Sealer(self.keys), utc_now, turns=general_turn, notes=general_memory)

    async def moves_in(self) -> PersonId:
        who = PersonId(uuid4())
        row = {"id": who, "telegram_id": who.int % 10**12, "chat_id": 1, "language": "fr"}
        at = datetime(2026, 11, 29, tzinfo=UTC)
        async with self.data.write() as connection:
            await connection.execute(insert(person).values(**row, created_at=at, seen_at=at))
        await self.memory.remember(who, TurnId("0000000000000001"), [Said(role="user", text=WORDS)])
        return who

    async def reads(self, who: PersonId) -> list[str]:
        return [said.text.reveal() for said in await self.memory.latest(who, limit=5)]


@dataclass(frozen=True)
class Operator:
    """Whoever makes backups with the server's own programs, and restores them elsewhere."""

    server: PostgreSQL
    programs: Path
    folder: Path
    stack: AsyncExitStack

    async def house(self, names: tuple[str, str]) -> House:
        data, keys = (Database(self.server.url(name)) for name in names)
        for db in (data, keys):
            self.stack.push_async_callback(db.close)
        return House(data, KeyStore(keys, KEYRING, store="main", clock=utc_now), names)

    def new(self) -> tuple[str, str]:
        names = (f"data_{uuid4().hex}", f"keys_{uuid4().hex}")
        for name in names:
            self.server.create(name)
        return names

    def dump(self, name: str) -> Path:
        file = self.folder / name
        self._run("pg_dump", "--format=custom", f"--file={file}", name)
        return file

    async def restore(self, data: Path, keys: Path) -> House:
        names = self.new()
        for file, name in zip((data, keys), names, strict=True):
            self._run("pg_restore", "--exit-on-error", f"--dbname={name}", file)
        return await self.house(names)

    def _run(self, program: str, *words: str | Path) -> None:
        there = ["-h", str(self.server.sockets), "-U", "carnet"]
        subprocess.run([self.programs / program, *there, *words], check=True, capture_output=True, timeout=60)


@pytest.fixture
async def operator(postgresql: PostgreSQL, require: Require, tmp_path: Path) -> AsyncIterator[Operator]:
    program = psql()
    require("pg_dump", program, "apt-get install postgresql-client")
    async with AsyncExitStack() as stack:
        yield Operator(postgresql, Path(str(program)).parent, tmp_path, stack)


@pytest.fixture
async def house(operator: Operator) -> House:
    house = await operator.house(operator.new())
    await upgrade(house.data, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    keys = Database(operator.server.url(house.names[1]))
    await upgrade(keys, KEYS_SCRIPTS, version_table=VERSION_TABLE)
    await keys.close()
    await house.keys.self_check()
    return house


async def test_given_data_backed_up_before_keys_when_restored_then_everything_in_it_opens_but_for_the_erased(
    house: House, operator: Operator
) -> None:
    stayed, left = await house.moves_in(), await house.moves_in()
    data = operator.dump(house.names[0])
    newcomer = await house.moves_in()
    await house.keys.destroy(left)
    keys = operator.dump(house.names[1])

    restored = await operator.restore(data, keys)

    await restored.keys.self_check()
    assert await restored.reads(stayed) == [WORDS.reveal()]
    assert await restored.reads(newcomer) == []  # not lost to a missing key: not in the backup
    with pytest.raises(KeyErasedError):
        await restored.reads(left)


async def test_given_keys_backed_up_before_data_when_restored_then_a_newcomer_s_words_are_lost_and_that_is_said(
    house: House, operator: Operator
) -> None:
    keys = operator.dump(house.names[1])
    newcomer = await house.moves_in()
    data = operator.dump(house.names[0])

    restored = await operator.restore(data, keys)

    with pytest.raises(KeyMissingError):
        await restored.reads(newcomer)
