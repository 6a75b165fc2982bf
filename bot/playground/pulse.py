"""Wakes everyone who waits for a change, and forgets none: test the condition, then wait, with no `await` between."""

import asyncio


class Pulse:
    """A bell without memory; all of it happens on one event loop."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def beat(self) -> None:
        """Wake whoever waits now."""
        woken, self._next = self._next, asyncio.Event()
        woken.set()

    async def wait(self) -> None:
        """Return at the next beat."""
        await self._next.wait()
