"""Chats that have been here for a while, written in bulk: known people, their keys, lanes and sealed history.

Everything is as Carnet itself would have left it and opens with its keys. The people of the stand are among them.
"""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from benchmarks.bots import POSTGRESQL, SQLITE, Engine
from benchmarks.bulk import fill
from benchmarks.measure import Effort
from benchmarks.postgresql import Server, available, postgresql
from benchmarks.stand import PEOPLE, people
from bot.app.stores import load_keyring, open_stores
from bot.chat.reception import chat_lane
from bot.crypto import DataKey, Keyring, Place, key_context, new_secret, seal
from bot.kernel.clock import utc_now
from bot.kernel.ids import new_id, turn_id
from bot.playground import Playground
from bot.settings import Settings, load
from bot.storage.engine import store_url
from bot.storage.schema import data_key, general_turn, lane, person, work

_STRANGERS: Final = 20_000_000_000  # Telegram ids from here on are nobody's at the stand
_LONG_AGO: Final = timedelta(days=3)  # long before the last minutes, which guard-rails read again
_KEPT: Final = 2  # finished work rows of a chat: they are purged after two days
_SAID: Final = (
    ("user", b"What shall I cook tonight, with three leeks and not much else?"),
    ("assistant", b"A tart, a soup or a risotto: leeks carry all three. " * 4),
)

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """How much there is already."""

    chats: int = PEOPLE
    people: int = PEOPLE  # of them at the stand
    messages: int = 0  # of history, in all chats together, answers included

    @property
    def described(self) -> str:
        """Say so."""
        return f"{self.chats:,} chats, {self.messages:,} messages"

    @property
    def turns(self) -> int:
        """Give how many turns each chat has had."""
        return self.messages // len(_SAID) // self.chats


@dataclass(frozen=True, slots=True)
class _Chat:
    telegram: int
    person: UUID
    key: DataKey


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where databases are made, and a server for them."""

    folder: Path
    server: Server | None
    only: str = ""  # of the engines

    def engines(self, past: Past | None = None) -> Sequence[Engine]:
        """Make SQLite's, and PostgreSQL's where there is one, each with *past* in it."""
        here = Path(tempfile.mkdtemp(dir=self.folder))
        made = []
        if self.only in {"", SQLITE}:
            made.append(Engine(name=SQLITE, settings={"CARNET_STATE": str(here / "sqlite" / "state")}))
        if self.server is not None:
            settings = {"CARNET_STATE": str(here / "postgresql" / "state"), **self.server.new_stores()}
            made.append(Engine(name=POSTGRESQL, settings=settings, server=self.server))
        for engine in made:
            Path(engine.settings["CARNET_STATE"]).parent.mkdir()
            seed(engine.settings, past or Past())
        return made


@contextmanager
def workshop(effort: Effort) -> Iterator[Workshop]:
    """Open one for the engines wanted; everything made in it is gone afterwards."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        served = effort.engine in {"", POSTGRESQL} and available()
        yield Workshop(folder, stack.enter_context(postgresql()) if served else None, effort.engine)


def seed(given: Mapping[str, str], past: Past) -> None:
    """Put *past* into the new stores that settings name."""
    settings = load(given)
    asyncio.run(_migrate(settings))
    main, keys = store_url(settings, "main"), store_url(settings, "main_keys")
    keyring = load_keyring(settings, "main", may_create=False)
    begun = utc_now() - _LONG_AGO
    chats = [_Chat(one, new_id(), DataKey(1, new_secret())) for one in _telegram_ids(past)]
    fill(main, person, _people(chats, begun))
    fill(main, lane, ({"name": chat_lane(one.telegram), "epoch": past.turns, "express": False} for one in chats))
    fill(keys, data_key, _keys(chats, keyring, begun))
    fill(main, work, _done(chats, past, begun), last_id=past.turns * past.chats)
    fill(main, general_turn, _history(chats, past, begun))


async def _migrate(settings: Settings) -> None:
    async with open_stores(settings, utc_now):
        pass


def _telegram_ids(past: Past) -> Iterator[int]:
    playground = Playground()
    yield from (playground.person(name, "en").id for name in people(past.people))
    yield from range(_STRANGERS, _STRANGERS + past.chats - past.people)


def _people(chats: Sequence[_Chat], begun: datetime) -> Iterator[Row]:
    for one in chats:
        yield {
            "id": one.person,
            "telegram_id": one.telegram,
            "chat_id": one.telegram,
            "language": "en",
            "space": "general",
            "mode_order": 0,
            "created_at": begun,
            "seen_at": begun,
        }


def _keys(chats: Sequence[_Chat], keyring: Keyring, begun: datetime) -> Iterator[Row]:
    for one in chats:
        yield {
            "person_id": one.person,
            "version": one.key.version,
            "kek_version": keyring.current,
            "wrapped": keyring.wrap(one.key.secret, key_context(one.person, "main", one.key.version)),
            "created_at": begun,
        }


def _done(chats: Sequence[_Chat], past: Past, begun: datetime) -> Iterator[Row]:
    for turn in range(max(0, past.turns - _KEPT), past.turns):
        for place, one in enumerate(chats):
            number = _work_id(turn, place, past)
            yield {
                "id": number,
                "dedupe_key": f"tg:1:{one.telegram}:{number}",
                "lane": chat_lane(one.telegram),
                "space": "general",
                "state": "done",
                "attempts": 0,
                "received_at": begun,
                "done_at": begun,
            }


def _history(chats: Sequence[_Chat], past: Past, begun: datetime) -> Iterator[Row]:
    for turn in range(past.turns):
        for place, one in enumerate(chats):
            for role, text in _SAID:
                row = new_id()
                cell = Place(person=one.person, table=general_turn.name, column="body", row=row)
                yield {
                    "id": row,
                    "person_id": one.person,
                    "turn_id": turn_id(_work_id(turn, place, past)),
                    "role": role,
                    "body": seal(one.key, cell, text),
                    "created_at": begun,
                }


def _work_id(turn: int, place: int, past: Past) -> int:
    return turn * past.chats + place + 1
