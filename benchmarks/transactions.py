"""How often one message touches the database: counted, not timed, so the same on every machine."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Final

from sqlalchemy import event
from sqlalchemy.engine import Engine

from benchmarks.bots import ONE_CHAT
from benchmarks.measure import Comparison, Effort
from benchmarks.member import NAME, QUESTION, settle_in
from benchmarks.stand import TEXT, people, stand
from bot.app import running
from bot.cli.playground import behind
from bot.settings import load

_GENERAL: Final = "Carnet, a general message"
_HEALTH: Final = f'Carnet, "{QUESTION}" in Health'
_PEOPLE: Final = 30  # everybody is known after the warm-up
_COUNTED: Final = {
    "commit": "transactions that may write",
    "rollback": "transactions that only read",
    "before_cursor_execute": "statements, BEGIN included",
}


def run(effort: Effort) -> Sequence[Comparison]:
    """Give transactions and statements of a message of a person already known, one in flight."""
    comparisons = {name: Comparison(what, "a message") for name, what in _COUNTED.items()}
    for subject, counted in asyncio.run(_count(effort)).items():
        for name, comparison in comparisons.items():
            comparison.add(subject, counted[name] / effort.messages)
    return list(comparisons.values())


async def _count(effort: Effort) -> dict[str, Counter[str]]:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        await settle_in(state)
        return {
            _GENERAL: await _counted(state, people(_PEOPLE), TEXT, effort),
            _HEALTH: await _counted(state, [NAME], QUESTION, effort),
        }


async def _counted(state: Path, names: Sequence[str], text: str, effort: Effort) -> Counter[str]:
    async with stand(names) as ground, running(behind(load({"CARNET_STATE": str(state), **ONE_CHAT}), ground.url)):
        await ground.learn(text)
        await ground.load(_PEOPLE, in_flight=1, text=text)
        await ground.check()
        with _counting() as counted:
            await ground.load(effort.messages, in_flight=1, text=text)
            await ground.check()  # the last row is closed after its answer has arrived
    return counted


@contextmanager
def _counting() -> Iterator[Counter[str]]:
    counted: Counter[str] = Counter()
    listeners = {name: partial(_count_one, counted, name) for name in _COUNTED}
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield counted
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


def _count_one(counted: Counter[str], name: str, *_: object) -> None:
    counted[name] += 1
