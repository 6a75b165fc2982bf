"""Where a message that waits ("…") is shown and its id committed: one at a time, so that a crash there leaves one behind.

One more goes in for every few that wait: where a process shows more than it can one by one, a crash may leave several.
Waiting for Telegram's pace is done outside, so that a chat it slows down keeps nobody back.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bot.chat.ports import Enter

CROWD: Final = 16  # that wait, for one more to go in
PATIENCE: Final = 1.0  # seconds until somebody goes in whoever is there, and until they keep nobody out


@dataclass(slots=True)
class _Stay:
    """Whether somebody who went in still keeps others out."""

    counts: bool = True


class Door:
    """That of one process."""

    def __init__(self) -> None:
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def visit(self) -> AsyncIterator[Enter]:
        """Give what lets in, called by whoever is about to go; the block's end lets the next one in."""
        stays: list[_Stay] = []

        async def enter() -> None:
            if not stays:
                await self._enter()
                stays.append(_Stay())
                asyncio.get_running_loop().call_later(PATIENCE, self._leave, stays[0])

        try:
            yield enter
        finally:
            for stay in stays:
                self._leave(stay)

    async def _enter(self) -> None:
        room = asyncio.get_running_loop().create_future()
        self._waiting.append(room)
        self._let_in()
        if room.done():
            return
        try:
            await asyncio.wait([room], timeout=PATIENCE)
        except asyncio.CancelledError:
            if room.done():
                self._leave(_Stay())
            else:
                self._waiting.remove(room)
            raise
        if not room.done():
            self._waiting.remove(room)
            self._inside += 1

    def _leave(self, stay: _Stay) -> None:
        """Let the next one in, once, whether *stay* ends or has lasted too long."""
        if stay.counts:
            stay.counts = False
            self._inside -= 1
            self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._inside <= len(self._waiting) // CROWD:
            self._inside += 1
            self._waiting.popleft().set_result(None)
