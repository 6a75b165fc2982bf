"""What the benchmarks put into databases beforehand is what Carnet itself would have left there."""

import asyncio
import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.app.stores import open_stores
from bot.chat.memory import Memory
from bot.chat.people import People
from bot.kernel.clock import utc_now
from bot.kernel.ids import turn_id
from bot.playground import Playground
from bot.settings import load
from bot.storage.schema import general_memory, general_turn
from bot.storage.sealing import Sealer

ROOT = Path(__file__).parents[2]
STORES = ("main", "main_keys", "health", "health_keys")


async def test_given_seeded_chats_when_opened_then_their_people_are_known_and_their_history_reads(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, new_database_url: Callable[[str], str]
) -> None:
    monkeypatch.syspath_prepend(ROOT)
    given = {f"CARNET_{store.upper()}__URL": new_database_url(store) for store in STORES}
    given["CARNET_STATE"] = str(tmp_path / "state")
    seed = importlib.import_module("benchmarks.seed")
    await asyncio.to_thread(seed.seed, given, seed.Past(chats=5, people=2, messages=30))

    async with open_stores(load(given), utc_now) as stores:
        people = People(stores.main, utc_now, default_language="en")
        known = await people.by_telegram(Playground().person("Person 1", "en").id)
        memory = Memory(stores.main, Sealer(stores.main_keys), utc_now, turns=general_turn, notes=general_memory)
        said = await memory.latest(known.id, limit=50) if known else []
        first = await memory.exchange(known.id, turn_id(2)) if known else []
    assert [one.role for one in said] == ["user", "assistant"] * 3
    assert [one.text.reveal() for one in first] == [one.text.reveal() for one in said[:2]]
