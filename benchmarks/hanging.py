"""One person's language model hangs: does anybody else wait longer?

Messages come at the same moments before, while and after it hangs, in one life of the bot.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.bots import Engine, carnet
from benchmarks.measure import Comparison, Effort, percentile
from benchmarks.modelserver import HANG, ModelServer, model_server
from benchmarks.process import BenchmarkError
from benchmarks.seed import workshop
from benchmarks.stand import answered
from benchmarks.visits import Visit, visit

_RATE: Final = 20  # messages a second
_QUIET: Final = "none hangs"
_MANY: Final = 64  # hanging at once: half the turns that one process runs at a time
_GRACE: Final = 60.0  # seconds Carnet is told to wait beyond the hanging


class _Hanging:
    """What everybody else saw."""

    def __init__(self, engine: str) -> None:
        self._typical = Comparison(f"everybody else's latency p50, {engine}", "ms", _QUIET)
        self._slow = Comparison(f"everybody else's latency p99, {engine}", "ms", _QUIET)
        self._more = Comparison(f"everybody else's latency p99, more than while none hangs, {engine}", "ms")

    async def measure(self, engine: Engine, folder: Path, effort: Effort) -> None:
        """Compare whiles of quiet, before and after, with whiles of hanging."""
        seconds = effort.seconds
        async with model_server() as (model, url):
            patience = str(seconds + _GRACE)
            told = {
                "CARNET_LLM__BASE_URL": url,
                "CARNET_LLM__MODEL": "benchmark",
                "CARNET_LLM__FIRST_TOKEN_SECONDS": patience,
                "CARNET_LLM__OVERALL_SECONDS": patience,
            }
            async with visit(carnet(engine, settings=told), folder, effort) as here:
                quiet = [*(await here.ground.arrive(_RATE, seconds)).latencies]
                hanging = {number: await self._beside(here, model, number, seconds) for number in (1, _MANY)}
                quiet += (await here.ground.arrive(_RATE, seconds)).latencies
        slow = self._add(_QUIET, quiet)
        for number, latencies in hanging.items():
            subject = f"{number} hang{'s' if number == 1 else ''}"
            self._more.add(subject, self._add(subject, latencies) - slow)

    async def _beside(self, here: Visit, model: ModelServer, number: int, seconds: float) -> Sequence[float]:
        victims = [chat.ask(HANG) for chat in here.ground.aside(number)]
        await model.hold(number)
        load = await here.ground.arrive(_RATE, seconds)
        if any(victim.done() for victim in victims):
            raise BenchmarkError("a model that was to hang did not")
        model.release()
        await answered(victims)
        return load.latencies

    def _add(self, subject: str, latencies: Sequence[float]) -> float:
        slow = percentile(latencies, 0.99) * 1e3
        self._typical.add(subject, percentile(latencies, 0.5) * 1e3)
        self._slow.add(subject, slow)
        return slow

    @property
    def comparisons(self) -> Sequence[Comparison]:
        """All of it."""
        return self._typical, self._slow, self._more


def run(effort: Effort) -> Sequence[Comparison]:
    """Give it for each engine."""
    measured: dict[str, _Hanging] = {}
    with workshop(effort) as shop:
        made = shop.engines()
        for _ in range(effort.long_rounds):
            for engine in made:
                hanging = measured.setdefault(engine.name, _Hanging(engine.name))
                asyncio.run(hanging.measure(engine, shop.folder, effort))
    return [one for hanging in measured.values() for one in hanging.comparisons]
