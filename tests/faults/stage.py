"""Everything one run needs: a Telegram and a model in this process, Carnet in processes of its own, a crowd.

A run ends when every message is answered and no accepted row waits: what a crash left half done shows only then.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from bot.kernel.errors import StoreError
from bot.playground import TOKEN, Playground, serving
from bot.playground.faults import Faults
from bot.playground.updates import UpdateQueue
from bot.storage.engine import Database
from bot.storage.schema import lane, outbox, work
from tests.faults.crowd import Crowd
from tests.faults.echo import EchoModel, echo_model
from tests.faults.judge import Verdict, judge, troubled
from tests.faults.process import Process

WHOLE = os.environ.get("CARNET_TEST_FAULTS") == "whole"  # `make faults`; else the short form
LEASE = 10.0 if WHOLE else 4.0  # seconds: what a killed process held waits so long, and a busy machine must still renew
PATIENCE = 120.0  # seconds for a run, and for each of its messages: many times what a quiet machine takes
SECONDS_EACH = 0.2
UNFINISHED = ("pending", "answered")
MESSAGES, CHATS = work.c.dedupe_key.startswith("tg:"), lane.c.name.startswith("chat:")  # the clock has rows too


class Updates(UpdateQueue):
    """Tells when the bot asks for updates the first time."""

    def __init__(self) -> None:
        super().__init__(first_id=time.time_ns() // 1000)
        self.polled = asyncio.Event()

    async def take(self, **asked: Any) -> list[dict[str, Any]]:
        self.polled.set()
        return await super().take(**asked)


@dataclass(slots=True)
class Stage:
    """One run's parts."""

    url: str
    playground: Playground
    updates: Updates
    model: EchoModel
    crowd: Crowd
    db: Database
    log: Path
    settings: dict[str, str]
    processes: list[Process] = field(default_factory=list)

    def start(self, verb: str) -> Process:
        """Start one process more."""
        process = Process(verb, settings=self.settings, log=self.log)
        self.processes.append(process)
        return process

    async def replace(self, process: Process) -> Process:
        """Kill *process* and start another in its place, as a supervisor would."""
        await process.kill()
        self.processes.remove(process)
        return self.start(process.verb)

    async def ready(self) -> None:
        """Wait until the bot asks for updates."""
        async with asyncio.timeout(60):
            await self.updates.polled.wait()

    async def play(self, trouble: Awaitable[None]) -> None:
        """Let everybody write while *trouble* happens; return when all is answered and nothing waits."""
        try:
            async with asyncio.timeout(PATIENCE + self.crowd.total * SECONDS_EACH), asyncio.TaskGroup() as group:
                group.create_task(self.crowd.write())
                group.create_task(_awaited(trouble))
            async with asyncio.timeout(60):
                while await self.waiting():  # noqa: ASYNC110  (rows of a database have no event)
                    await asyncio.sleep(0.05)
        except TimeoutError:
            pass  # the verdict says what is missing
        await asyncio.sleep(0.2)  # a late message would come by now
        self.crowd.look()

    async def waiting(self) -> int:
        """Count accepted rows that are not finished, and chats in use; a database that is away has some."""
        with suppress(StoreError):
            async with self.db.read() as connection:
                rows = select(func.count()).select_from(work).where(work.c.state.in_(UNFINISHED), MESSAGES)
                used = select(func.count()).select_from(lane).where(lane.c.due_at.is_not(None), CHATS)
                return (await connection.execute(rows)).scalar_one() + (await connection.execute(used)).scalar_one()
        return -1

    def verdict(self, faults: int) -> Verdict:
        """Judge the run."""
        log = self.log.read_text(encoding="utf-8", errors="replace")
        return judge(self.crowd, self.model.asked, faults=faults, log=log)

    async def check_rows(self) -> None:
        """Make sure that the database agrees: one row a message, all done, nothing of their content left."""
        async with self.db.read() as connection:
            states = Counter(await connection.scalars(select(work.c.state).where(MESSAGES)))
            bodies = set(await connection.scalars(select(outbox.c.body)))
            held = set((await connection.execute(select(lane.c.due_at, lane.c.lease_until).where(CHATS))).all())
        assert states == {"done": self.crowd.total}
        assert bodies == {None}
        assert held == {(None, None)}


async def _awaited(trouble: Awaitable[None]) -> None:
    await trouble


@asynccontextmanager
async def staged(
    folder: Path,
    stores: Mapping[str, str],
    *,
    chats: int,
    each: int,
    updates: Updates | None = None,
    faults: Faults | None = None,
    settings: Mapping[str, str] | None = None,
) -> AsyncIterator[Stage]:
    """Set everything up but Carnet itself; whatever runs at the end is stopped well, or killed after a failure."""
    playground, updates = Playground(), updates or Updates()
    playground.updates, playground.faults = updates, faults or Faults()
    async with serving(playground) as url, echo_model() as model:
        told = {
            "CARNET_TELEGRAM__TOKEN": TOKEN,
            "CARNET_TELEGRAM__BASE_URL": url,
            "CARNET_TELEGRAM__POLL_SECONDS": "5",
            "CARNET_TELEGRAM__MESSAGES_PER_SECOND": "1000",  # the pace has tests of its own
            "CARNET_TELEGRAM__CHAT_MESSAGES_PER_SECOND": "1000",
            "CARNET_LLM__BASE_URL": model.base_url,
            "CARNET_LLM__MODEL": "echo",
            "CARNET_LLM__DAILY_TOKENS": "1000000000",
            "CARNET_LEASE_SECONDS": str(LEASE),
            "CARNET_STATE": str(folder / "state"),
            **stores,
            **(settings or {}),
        }
        (folder / "state").mkdir(mode=0o700)
        db = Database(stores.get("CARNET_MAIN__URL") or f"sqlite+aiosqlite:///{folder / 'state' / 'main.db'}")
        crowd = Crowd(playground, chats=chats, each=each)
        stage = Stage(
            url=url,
            playground=playground,
            updates=updates,
            model=model,
            crowd=crowd,
            db=db,
            log=folder / "log",
            settings=told,
        )
        try:
            yield stage
            for process in stage.processes:
                await process.stop()
        except BaseException:
            print(*troubled(crowd), stage.log.read_text(encoding="utf-8", errors="replace")[-4000:], sep="\n")  # noqa: T201
            raise
        finally:
            for process in stage.processes:
                process.abandon()
            await db.close()


async def strikes(
    crowd: Crowd, times: int, dice: random.Random, strike: Callable[[], Awaitable[None]], *, late: float = 0.3
) -> None:
    """Strike *times* times, spread over the run: each at a random part of its share of the answers, a moment later."""
    for n in range(times):
        await crowd.until(crowd.total * 0.95 * (n + dice.random()) / times)
        await asyncio.sleep(dice.uniform(0, late))
        await strike()


def pick(dice: random.Random, processes: Sequence[Process]) -> Process:
    """Choose whom it hits."""
    return processes[dice.randrange(len(processes))]
