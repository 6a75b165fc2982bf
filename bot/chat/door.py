"""Where a message that waits ("…") is shown and its id committed: one at a time, so that a crash there leaves one behind.

One more goes in for every few that wait: where a process shows more than it can one by one, a crash may leave several.
Waiting for Telegram's pace is done outside, so that a chat it slows down keeps nobody back. When somebody fails inside,
those who waited meanwhile make sure first that they would not: the database may be away, or every lease lost.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Final

from bot.chat.ports import Enter
from bot.kernel.errors import BotError

CROWD: Final = 16  # that wait, for one more to go in
PATIENCE: Final = 1.0  # seconds until somebody goes in whoever is there, and until they keep nobody out

Sure = Callable[[], Awaitable[None]]


@dataclass(slots=True, eq=False)
class _Visitor:
    """Somebody who waits, or has gone in and still keeps others out."""

    room: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    doubts: bool = False
    counts: bool = False


class Door:
    """That of one process."""

    def __init__(self) -> None:
        self._inside = 0
        self._waiting: deque[_Visitor] = deque()

    @asynccontextmanager
    async def visit(self, sure: Sure) -> AsyncIterator[Enter]:
        """Give what lets in, called by whoever is about to go; the block's end lets the next one in.

        *sure* raises when what is done inside would fail.
        """
        visitor = _Visitor()

        async def enter() -> None:
            if not visitor.room.done():
                await self._enter(visitor)
                if visitor.doubts:
                    await sure()

        try:
            yield enter
        except BotError:
            for other in self._waiting:
                other.doubts = True
            raise
        finally:
            self._leave(visitor)

    async def _enter(self, visitor: _Visitor) -> None:
        self._waiting.append(visitor)
        self._let_in()
        if not visitor.counts:
            try:
                await asyncio.wait([visitor.room], timeout=PATIENCE)
            finally:
                if not visitor.counts:
                    self._waiting.remove(visitor)
            if not visitor.counts:
                self._admit(visitor)
        asyncio.get_running_loop().call_later(PATIENCE, self._leave, visitor)

    def _admit(self, visitor: _Visitor) -> None:
        visitor.counts = True
        visitor.room.set_result(None)
        self._inside += 1

    def _leave(self, visitor: _Visitor) -> None:
        """Let the next one in, once, whether a visit ends or has lasted too long."""
        if visitor.counts:
            visitor.counts = False
            self._inside -= 1
            self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._inside <= len(self._waiting) // CROWD:
            self._admit(self._waiting.popleft())
