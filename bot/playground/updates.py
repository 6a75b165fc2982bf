"""The updates waiting for the bot: kept until a later offset confirms them, served to one poll at a time."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.playground.errors import ApiError, PlaygroundError, bad_request
from bot.playground.pulse import Pulse

_KEPT: Final = 100_000
_BATCH: Final = 100
_LONGEST_POLL: Final = 50  # seconds


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: int
    person: int
    payload: dict[str, Any]


class UpdateQueue:
    """`getUpdates` with its real rules: offsets, long polls, one reader."""

    def __init__(self, first_id: int) -> None:
        self._next_id = first_id
        self._waiting: dict[int, _Waiting] = {}  # in order of id
        self._allowed: frozenset[str] = frozenset()  # empty: every kind
        self._pulse = Pulse()
        self._poll: object = None
        self.closed = False

    def put(self, person: int, kind: str, content: dict[str, Any]) -> None:
        """Offer the bot one update about *person*. Kinds the bot does not ask for are dropped, as there."""
        if self._allowed and kind not in self._allowed:
            return
        if len(self._waiting) >= _KEPT:
            raise PlaygroundError(f"{_KEPT} updates wait for the bot; is it running?")
        update_id = self._next_id
        self._next_id += 1
        self._waiting[update_id] = _Waiting(update_id, person, {"update_id": update_id, kind: content})
        self._pulse.beat()

    async def take(
        self,
        *,
        offset: int = 0,
        limit: int = _BATCH,
        wait: int = 0,
        allowed: Sequence[object] | None = None,
    ) -> list[dict[str, Any]]:
        """Confirm everything below *offset*, then give what waits, staying up to *wait* seconds for it."""
        if not 1 <= limit <= _BATCH:
            raise bad_request("limit must be between 1 and 100")
        self._confirm(offset)
        if allowed is not None:
            self._allowed = frozenset(str(kind) for kind in allowed)
        mine = self._poll = object()
        self._pulse.beat()  # Telegram ends the older poll with 409 and serves the newer one
        try:
            async with asyncio.timeout(min(max(wait, 0), _LONGEST_POLL)):
                while not self._waiting and not self.closed and self._poll is mine:
                    await self._pulse.wait()
        except TimeoutError:
            pass
        if self._poll is not mine:
            raise ApiError(
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            )
        self._poll = None
        return [waiting.payload for waiting in list(self._waiting.values())[:limit]]

    def _confirm(self, offset: int) -> None:
        if offset < 0:  # "the last n", and everything older is forgotten
            offset = next(reversed([*self._waiting][:offset]), offset) + 1
        for update_id in [known for known in self._waiting if known < offset]:
            del self._waiting[update_id]

    def pending(self, person: int | None = None) -> int:
        """Count the updates the bot has not confirmed yet."""
        return sum(1 for waiting in self._waiting.values() if person is None or waiting.person == person)

    def drop(self) -> None:
        """Forget what waits."""
        self._waiting.clear()

    def close(self) -> None:
        """End the poll that waits; the server is stopping."""
        self.closed = True
        self._pulse.beat()

    def open(self) -> None:
        """Serve again."""
        self.closed = False
