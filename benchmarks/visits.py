"""One life of one bot: started, warmed up, loaded, checked, stopped; what it used goes into the phases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.measure import Comparison, percentile
from benchmarks.postgresql import Server
from benchmarks.process import child
from benchmarks.stand import TEXT, Load, stand

WARM_UP: Final = 40  # messages before the first measured one


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Everything measured while so many messages were in flight."""

    in_flight: int
    cpu: Comparison
    server: Comparison
    typical: Comparison
    slow: Comparison
    rate: Comparison
    stand: Comparison

    @classmethod
    def of(cls, in_flight: int, floor: str) -> "Phase":
        """Name the quantities of one level."""
        when = f"{in_flight} in flight"
        return cls(
            in_flight=in_flight,
            cpu=Comparison(f"CPU a message, {when}", "ms", floor),
            server=Comparison(f"database server's CPU a message, {when}", "ms"),
            typical=Comparison(f"latency p50, {when}", "ms", floor),
            slow=Comparison(f"latency p99, {when}", "ms", floor),
            rate=Comparison(f"throughput, {when}", "messages/s", floor),
            stand=Comparison(f"load generator's share of its core, {when}", "%"),
        )

    def add(self, subject: str, load: Load, *, cpu: float, server: float | None) -> None:
        """Take one load of one bot."""
        messages = len(load.latencies)
        self.cpu.add(subject, cpu / messages * 1e3)
        self.server.add(subject, None if server is None else server / messages * 1e3)
        self.typical.add(subject, percentile(load.latencies, 0.5) * 1e3)
        self.slow.add(subject, percentile(load.latencies, 0.99) * 1e3)
        self.rate.add(subject, messages / load.seconds)
        self.stand.add(subject, load.stand_cpu / load.seconds * 100)

    @property
    def comparisons(self) -> Sequence[Comparison]:
        """All that is measured, in the order it is read."""
        return (self.cpu, self.server, self.typical, self.slow, self.rate, self.stand)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Which bot, with what, asked what, by whom."""

    subject: str
    bot: str
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    server: Server | None = None
    text: str = TEXT
    people: Sequence[str] = ()  # names; empty: everybody at the stand

    async def measure(self, messages: int, phases: Sequence[Phase], memory: Comparison) -> None:
        """Live it; raises `BenchmarkError` if any message was not answered exactly once."""
        async with stand() as ground:
            people = [ground.playground.person(name, "en") for name in self.people] or ground.people
            async with child(self.bot, ground.url, self.folder, self.settings) as bot:
                await bot.until(ground.polled)
                await ground.load(people, WARM_UP, in_flight=min(4, len(people)), text=self.text)
                await ground.check()
                for phase in phases:
                    before, served = await bot.cpu(), self._served()
                    load = await ground.load(people, messages, in_flight=phase.in_flight, text=self.text)
                    await ground.check()  # the row is closed after its answer has arrived: that counts as well
                    after = self._served()
                    phase.add(
                        self.subject,
                        load,
                        cpu=await bot.cpu() - before,
                        server=None if after is None or served is None else after - served,
                    )
                memory.add(self.subject, bot.peak_memory())
            await ground.check()

    def _served(self) -> float | None:
        return self.server.cpu() if self.server is not None else None
