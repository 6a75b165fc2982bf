"""How often one general message touches the database: counted, not timed, so the same on every machine."""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event
from sqlalchemy.engine import Engine

from benchmarks.measure import Comparison, Effort
from benchmarks.stand import Stand, stand
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
                await _talk(ground, messages)
    return {name: counted[name] / messages for name in _COUNTED}


async def _talk(ground: Stand, messages: int) -> None:
    await ground.load(ground.people, messages, in_flight=1)


@contextmanager
def _counting() -> Iterator[Counter[str]]:
    counted: Counter[str] = Counter()
    listeners = {name: _listener(counted, name) for name in _COUNTED}
    for name, listener in listeners.items():
        event.listen(Engine, name, listener)
    try:
        yield counted
    finally:
        for name, listener in listeners.items():
            event.remove(Engine, name, listener)


def _listener(counted: Counter[str], name: str) -> Any:
    if name == "before_cursor_execute":

        def statement(_1: object, _2: object, _3: object, _4: object, _5: object, _6: object) -> None:
            counted[name] += 1

        return statement

    def ended(_: object) -> None:
        counted[name] += 1

    return ended
