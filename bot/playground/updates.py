"""The updates waiting for the bot: kept until a later offset confirms them, served to one poll at a time.

Or posted to the bot's webhook, while it has one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.playground.courier import Address, Courier
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
    """`getUpdates` with its real rules: offsets, long polls, one reader, and none beside a webhook."""

    def __init__(self, first_id: int) -> None:
        self._next_id = first_id
        self._waiting: dict[int, _Waiting] = {}  # in order of id
        self._allowed: frozenset[str] = frozenset()  # empty: every kind
        self._pulse = Pulse()
        self._poll: object = None
        self.courier: Courier | None = None
        self._changing = asyncio.Lock()
        self.closed = False

    def put(self, person: int, kind: str, content: dict[str, Any]) -> None:
        """Offer the bot one update about *person*. Kinds the bot does not ask for are dropped, as there."""
        if self._allowed and kind not in self._allowed:
            return
        if len(self._waiting) >= _KEPT:
            raise PlaygroundError(f"{_KEPT} updates wait for the bot; is it running?")
        update_id = self._next_id
        self._next_id += 1
        waiting = self._waiting[update_id] = _Waiting(update_id, person, {"update_id": update_id, kind: content})
        if self.courier is not None:
            self.courier.feed(person, update_id, waiting.payload)
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
        if self.courier is not None:
            raise ApiError(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the "
                "webhook first",
            )
        self._confirm(offset)
        self.allow(allowed)
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

    def allow(self, kinds: Sequence[object] | None) -> None:
        """Keep only updates of *kinds* from now on; empty is every kind, None changes nothing."""
        if kinds is not None:
            self._allowed = frozenset(str(kind) for kind in kinds)

    async def post_to(self, address: Address | None) -> None:
        """Have what waits posted to *address*, instead of anywhere before; None: it waits to be asked for."""
        async with self._changing:
            if self.courier is not None:
                if self.courier.address == address:
                    return  # several processes may name the same
                await self.courier.stop()
            self.courier = None if address is None else Courier(address, self._delivered)
            if self.courier is None:
                return
            for waiting in self._waiting.values():
                self.courier.feed(waiting.person, waiting.id, waiting.payload)
            self._poll = None
            self._pulse.beat()  # a poll that waits ends
            if not self.closed:
                self.courier.start()

    def _delivered(self, update_id: int) -> None:
        self._waiting.pop(update_id, None)

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

    async def settle(self) -> None:
        """Wait until nothing is posted any more."""
        if self.courier is not None:
            await self.courier.stop()

    def open(self) -> None:
        """Serve again."""
        self.closed = False
        if self.courier is not None:
            self.courier.start()
