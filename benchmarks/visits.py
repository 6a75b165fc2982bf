"""One life of one bot: started, warmed up, loaded, checked, stopped; what it used goes into the phases."""

import tempfile
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bots import Bot
from benchmarks.measure import Comparison, Effort, percentile
from benchmarks.process import Fleet, Used, fleet
from benchmarks.stand import TEXT, Load, Stand, stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """A load, and what it took to the last row."""

    load: Load
    used: Used
    server_cpu: float | None  # seconds; None where there is no server, or the kernel does not say
    written: int | None  # bytes of the server's write-ahead log


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A bot that is up, and the people it talks to."""

    bot: Bot
    ground: Stand
    fleet: Fleet

    async def loading(self, load: Awaitable[Load]) -> Cost:
        """Give what *load* gave, and what it cost the bot and its database's server."""
        server = self.bot.server
        written = 0 if server is None else server.written()
        before, served = await self.fleet.used(), None if server is None else server.cpu()
        done = await load
        await self.ground.check()  # a row is closed after its answer has arrived: that counts as well
        after = None if server is None else server.cpu()
        used = await self.fleet.used() - before
        return Cost(
            load=done,
            used=used,
            server_cpu=None if served is None or after is None else after - served,
            written=None if server is None else server.written() - written,
        )


@asynccontextmanager
async def visit(
    bot: Bot, folder: Path, effort: Effort, *, names: Sequence[str] | None = None, text: str = TEXT
) -> AsyncIterator[Visit]:
    """Start *bot*, warm it up with *text*, and stop it well; every message must be answered exactly once."""
    logs = Path(tempfile.mkdtemp(dir=folder))
    async with stand(names) as ground:
        async with fleet(bot.programs, ground.url, logs) as running:
            await running.until(ground.hooked if bot.webhook else ground.polled)
            await ground.learn(text)
            await ground.load(effort.warm_up, in_flight=min(4, len(ground.chats)), text=text)
            await ground.check()
            yield Visit(bot=bot, ground=ground, fleet=running)
            await ground.check()
        await ground.check()


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """Everything measured while so many messages were in flight, or came so often."""

    cpu: Comparison
    server: Comparison
    typical: Comparison
    slow: Comparison
    rate: Comparison
    stand: Comparison
    late: Comparison | None = None

    @classmethod
    def of(cls, when: str, floor: str | None, *, scheduled: bool = False) -> "Phase":
        """Name the quantities."""
        return cls(
            cpu=Comparison(f"CPU a message, {when}", "ms", floor),
            server=Comparison(f"database server's CPU a message, {when}", "ms"),
            typical=Comparison(f"latency p50, {when}", "ms", floor),
            slow=Comparison(f"latency p99, {when}", "ms", floor),
            rate=Comparison(f"answered, {when}", "messages/s", floor),
            stand=Comparison(f"load generator's share of its core, {when}", "%"),
            late=Comparison(f"messages sent late by, p99, {when}", "ms") if scheduled else None,
        )

    async def take(self, here: Visit, loading: Awaitable[Load]) -> Cost:
        """Measure one load of one bot; gives what it cost."""
        cost = await here.loading(loading)
        subject, load, messages = here.bot.subject, cost.load, len(cost.load.latencies)
        self.cpu.add(subject, cost.used.cpu / messages * 1e3)
        self.server.add(subject, None if cost.server_cpu is None else cost.server_cpu / messages * 1e3)
        self.typical.add(subject, percentile(load.latencies, 0.5) * 1e3)
        self.slow.add(subject, percentile(load.latencies, 0.99) * 1e3)
        self.rate.add(subject, messages / load.seconds)
        self.stand.add(subject, load.stand_cpu / load.seconds * 100)
        if self.late is not None:
            self.late.add(subject, percentile(load.late, 0.99) * 1e3)
        return cost

    @property
    def comparisons(self) -> Sequence[Comparison]:
        """All that is measured, in the order it is read."""
        shown = (self.cpu, self.server, self.typical, self.slow, self.rate, self.stand)
        return shown if self.late is None else (*shown, self.late)
