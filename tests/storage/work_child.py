"""A process to kill: it accepts updates as a poller would and answers them, leaving a trace it cannot take back."""

import asyncio
import os
import sys
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from bot.kernel.clock import utc_now
from bot.storage.engine import Database
from bot.storage.work import Claim, LeaseLostError, Work

LANES = 6


def append(path: Path, line: str) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


async def accept(queue: Work, numbers: Iterable[int], acknowledged: Path) -> None:
    """Like Telegram: what was not acknowledged comes again, from the first such update on."""
    for number in numbers:
        lane = f"chat:{number % LANES}"
        await queue.put(key=f"tg:{number}", lane=lane, space="general", payload=b"sealed", received_at=utc_now())
        append(acknowledged, str(number))


async def answer(queue: Work, claim: Claim, effects: Path) -> None:
    current: Claim | None = claim
    while current:
        if current.item.state == "pending":
            append(effects, f"computed {current.lane} {current.item.key}")
            await queue.answer(current, [b"sealed reply"])
        append(effects, f"sent {current.lane} {current.item.key}")
        current = await queue.finish(current, {0: 1})


async def work(queue: Work, effects: Path) -> None:
    while True:
        claims = await queue.claim(LANES, spaces=["general"])
        results = await asyncio.gather(*(answer(queue, claim, effects) for claim in claims), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, LeaseLostError):
                raise result
        if not claims:
            await queue.wait(0.02)


async def main(url: str, folder: Path, total: int) -> None:
    queue = Work(Database(url), utc_now, lease=timedelta(milliseconds=300))
    acknowledged = folder / "acknowledged"
    done = len(set(acknowledged.read_text().split())) if acknowledged.exists() else 0
    async with asyncio.TaskGroup() as group:
        group.create_task(accept(queue, range(done, total), acknowledged))
        group.create_task(work(queue, folder / "effects"))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
