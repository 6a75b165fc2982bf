"""An end to waiting that does not count the time in which this process did not run.

A machine that was paused wakes with every deadline passed and every answer waiting unread. Taken for a slow model, that
would make the breaker rest, and people would hear for a while that the model is away.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

SLEPT: Final = 1.0  # seconds by which a deadline is noticed too late when it was us who slept


class Deadline:
    """When a whole call must be over, on the event loop's clock; it moves on by what was slept through."""

    def __init__(self, at: float) -> None:
        self.at = at

    @asynccontextmanager
    async def within(self, seconds: float) -> AsyncIterator[None]:
        """End the block with `TimeoutError` after *seconds*, or when the call must be over."""
        loop = asyncio.get_running_loop()
        due = max(loop.time(), min(self.at, loop.time() + seconds))
        alarm: asyncio.TimerHandle
        async with asyncio.timeout(None) as block:

            def strike() -> None:
                nonlocal due, alarm
                slept = loop.time() - due
                if slept < SLEPT:
                    block.reschedule(loop.time())
                    return
                self.at += slept
                due = min(self.at, loop.time() + seconds)
                alarm = loop.call_at(due, strike)

            alarm = loop.call_at(due, strike)
            try:
                yield
            finally:
                alarm.cancel()
