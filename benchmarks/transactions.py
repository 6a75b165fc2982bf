"""How often one general message touches the database: counted, not timed, so the same on every machine."""

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

from benchmarks.measure import Comparison, Effort
from benchmarks.stand import stand
from benchmarks.visits import WARM_UP
from bot.app import running
from bot.cli.playground import behind
from bot.kernel import logs
from bot.settings import load

_SUBJECT: Final = "Carnet, one general message"
_COUNTED: Final = {
    "commit": "transactions that may write",
    "rollback": "transactions that only read",
    "before_cursor_execute": "statements, BEGIN included",
}


def run(effort: Effort) -> Sequence[Comparison]:
    """Give transactions and statements of a message of a person already known, one in flight."""
    comparisons = {name: Comparison(what, "a message") for name, what in _COUNTED.items()}
    for name, each in asyncio.run(_count(effort.messages)).items():
        comparisons[name].add(_SUBJECT, each)
    return list(comparisons.values())


async def _count(messages: int) -> dict[str, float]:
    logs.configure("ERROR")
    with tempfile.TemporaryDirectory() as folder:
        settings = load({"CARNET_STATE": str(Path(folder) / "state")})
        async with stand() as ground, running(behind(settings, ground.url)):
            await ground.load(ground.people, WARM_UP, in_flight=4)
            await ground.check()
            with _counting() as counted:
                await ground.load(ground.people, messages, in_flight=1)
                await ground.check()  # the last row is closed after its answer has arrived
    return {name: counted[name] / messages for name in _COUNTED}


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
