"""Where a message that waits ("…") is shown and its id committed: one at a time, so that a crash there leaves one behind.

Whoever has waited here long goes through beside the one before: only where a process does more than it can does a crash
leave several. Waiting for Telegram's pace is done outside, so that a chat it slows down keeps nobody back.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from bot.chat.ports import Enter

PATIENCE: Final = 1.0  # seconds


class Door:
    """That of one process."""

    def __init__(self) -> None:
        self._one = asyncio.Lock()

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[Enter]:
        """Give what lets in, called by whoever is about to go; the block's end lets the next one in."""
        alone = False

        async def enter() -> None:
            nonlocal alone
            alone = alone or await self._alone()

        try:
            yield enter
        finally:
            if alone:
                self._one.release()

    async def _alone(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._one.acquire()
        except TimeoutError:
            return False
