"""What a process knows of itself: whether it goes on, whether it could work, and what it has counted.

Alive means that starting again would not help: a loop that runs, polls that are answered, a worker that looks for rows.
A database that cannot be reached makes a process unready, not dead.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Final

from bot.app.part import Intake, Part
from bot.app.stores import SCHEMAS, SomeStores
from bot.chat.turns import Turns
from bot.kernel.background import background
from bot.kernel.errors import BotError, StoreError
from bot.kernel.logs import get_logger
from bot.settings import WebSettings
from bot.storage.engine import Database
from bot.storage.migrate import is_behind
from bot.storage.work import Work
from bot.telegram import Gateway
from bot.web import PrometheusMetrics, health_app, serving

log = get_logger()

LAG_EVERY: Final = 0.5  # seconds
LAG_KEPT: Final = 20  # measures: ten seconds of them
LONGEST_LAG: Final = 2.0  # seconds the loop may be late, each time it is measured; once is no illness
LONGEST_SILENCE: Final = 150.0  # seconds without an answered poll: several long polls and their pauses
LONGEST_LOOK: Final = 60.0  # seconds without a look for rows
PATIENCE: Final = 3.0  # seconds for one answer to "are you ready"


class ProcessVitals:
    """Fulfils `Vitals`. What is not there yet, while a process starts, is not missed."""

    def __init__(
        self, part: Part, stores: SomeStores, work: Work, gateway: Gateway, metrics: PrometheusMetrics
    ) -> None:
        self._part = part
        self._stores = stores
        self._work = work
        self._gateway = gateway
        self._metrics = metrics
        self._lags: deque[float] = deque([0.0], maxlen=LAG_KEPT)
        self.turns: Turns | None = None
        self.serving_since: float | None = None  # None while it starts, and once it is being stopped

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Be in service while the block runs."""
        self.serving_since = time.monotonic()
        try:
            yield
        finally:
            self.serving_since = None

    async def watch(self) -> None:
        """Measure how late the loop is, until cancelled."""
        while True:
            due = time.monotonic() + LAG_EVERY
            await asyncio.sleep(LAG_EVERY)
            self._lags.append(max(0.0, time.monotonic() - due))

    def alive(self) -> Mapping[str, bool]:
        """Say what goes on."""
        now = time.monotonic()
        checks = {"loop": min(self._lags) < LONGEST_LAG}
        if self._part.intake is Intake.POLLING and self.serving_since is not None:
            silence = self._gateway.silence
            checks["polling"] = (now - self.serving_since if silence is None else silence) < LONGEST_SILENCE
        if self.turns is not None:
            checks["worker"] = self.turns.unseen < LONGEST_LOOK
        return checks

    async def ready(self) -> Mapping[str, bool]:
        """Say what works."""
        opened = self._stores.opened
        keys = [store for store in (self._stores.main_keys, self._stores.health_keys) if store is not None]
        schemas = [(opened[name], scripts, table) for name, scripts, table in SCHEMAS if name in opened]
        reached, migrated, opens = await asyncio.gather(
            asyncio.gather(*(_holds(db.ping()) for db in opened.values())),
            asyncio.gather(*(_holds(_current(db, scripts, table)) for db, scripts, table in schemas)),
            asyncio.gather(*(_holds(store.opens()) for store in keys)),
        )
        checks: dict[str, bool] = dict(zip(opened, reached, strict=True))
        return checks | {
            "migrations": all(migrated),
            "keys": all(opens),
            "started": self.serving_since is not None,
        }

    async def counted(self) -> bytes:
        """Give the metrics."""
        gauges = dict.fromkeys(("work_pending", "work_oldest_seconds", "work_dead", "leases"), math.nan)
        try:
            async with asyncio.timeout(PATIENCE):
                figures = await self._work.figures()
        except (BotError, TimeoutError) as error:
            log.warning("queue_not_counted", error=type(error).__name__)
        else:
            gauges = {
                "work_pending": figures.pending,
                "work_oldest_seconds": figures.oldest.total_seconds(),
                "work_dead": figures.dead,
                "leases": figures.leases,
            }
        silence = self._gateway.silence
        return self._metrics.shown(
            **gauges,
            turns_running=self.turns.running if self.turns is not None else 0,
            loop_lag_seconds=max(self._lags),
            last_poll_seconds=math.nan if silence is None else silence,
        )


async def _current(db: Database, scripts: Path, table: str) -> None:
    if await is_behind(db, scripts, version_table=table):
        raise StoreError(f"{table} is behind")


async def _holds(check: Awaitable[None]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await check
    except (BotError, TimeoutError) as error:
        log.warning("not_ready", error=type(error).__name__)
        return False
    return True


@asynccontextmanager
async def attended(vitals: ProcessVitals, web: WebSettings) -> AsyncIterator[None]:
    """Watch over a process, and tell whoever asks at the operator's port, if there is one."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(background(vitals.watch()))
        if web.health_port:
            page = serving(health_app(vitals), host=web.health_host, port=web.health_port)
            await stack.enter_async_context(page)
        yield
