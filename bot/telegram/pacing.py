"""How fast we may send: a bucket for each chat and one for all, and the pauses Telegram asks for.

Telegram publishes no firm limits (about one message a second to a chat, thirty a second overall), so the buckets keep
us clear of them and its "retry after" is obeyed when they were not enough: by the chat it names, and by everybody once
several chats hear it within a moment. A card waits for none of it. All of it is this process's own and forgotten with it.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from telegram.error import RetryAfter

from bot.chat.ports import DeliveryLaterError
from bot.kernel.logs import get_logger

log = get_logger()

BURST: Final = 3  # messages a chat may be sent at once after a quiet while
LONGEST_WAIT: Final = 5.0  # seconds spent here; a longer wait is the caller's to spend elsewhere
MOST_CHATS: Final = 10_000  # remembered; those that wrote longest ago are forgotten first
SEVERAL: Final = 3  # chats told to wait within `A_MOMENT` mean that all of us are too fast
A_MOMENT: Final = 10.0  # seconds

_PAUSE: Final = 1.0  # seconds, after a fault of the network
_PASSING: Final = frozenset({"sendChatAction", "sendMessageDraft"})  # dropped when refused: no message waits for them
_POLLING: Final = "getUpdates"


def seconds_to_wait(error: Exception) -> float:
    """Give the pause before trying again after *error*: what Telegram asks for, else a short one."""
    if not isinstance(error, RetryAfter):
        return _PAUSE
    wait = error.retry_after  # the library gives one or the other, depending on PTB_TIMEDELTA
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)


@dataclass(slots=True)
class _Bucket:
    """Lets *burst* through at once, then one every *every* seconds."""

    every: float
    burst: float
    full_at: float = 0.0

    def earliest(self, now: float) -> float:
        return max(now, self.full_at - (self.burst - 1) * self.every)

    def take(self, at: float) -> None:
        self.full_at = max(self.full_at, at) + self.every


@dataclass(slots=True)
class _Chat:
    bucket: _Bucket
    paused_until: float = 0.0


class Pace:
    """Says when a message may go. *overall* and *each* are messages a second, to everybody and to one chat."""

    def __init__(self, *, overall: float, each: float, now: Callable[[], float] = time.monotonic) -> None:
        self._overall = _Bucket(every=1 / overall, burst=max(1.0, overall / 10))  # a tenth of a second's worth at once
        self._every = 1 / each
        self._now = now
        self._chats: OrderedDict[int, _Chat] = OrderedDict()
        self._paused_until = 0.0
        self._told: OrderedDict[int, float] = OrderedDict()  # chats told to wait within a moment, and since when

    async def turn(self, chat: int, *, free: bool = False, urgent: bool = False) -> None:
        """Wait for the turn of a message to *chat*; `DeliveryLaterError` when that is long. A *free* one takes no place.

        An *urgent* one waits for nothing, and what follows waits longer.
        """
        if urgent:
            self._known(chat).bucket.take(self._now())
            self._overall.take(self._now())
            return
        waited = self.wait_for_chat(chat, free=free)
        if waited > 0:
            await asyncio.sleep(waited)
        crowded = 0.0 if free else self.wait_for_all()
        if crowded > 0:
            await asyncio.sleep(crowded)
        if self.held(chat) > 0:  # it was asked for meanwhile
            raise DeliveryLaterError(self.held(chat), flood=True)

    def wait_for_chat(self, chat: int, *, free: bool = False) -> float:
        """Take the next place in *chat* and give the seconds until then."""
        now = self._now()
        start = now + self.held(chat)
        bucket = self._known(chat).bucket
        if not free:
            start = max(start, bucket.earliest(now))
        if start - now > LONGEST_WAIT:
            raise DeliveryLaterError(start - now, flood=True)
        if not free:
            bucket.take(start)
        return start - now

    def wait_for_all(self) -> float:
        """Take the next place of all and give the seconds until then: only once it is the chat's turn, or all wait for it."""
        now = self._now()
        start = self._overall.earliest(now)
        if start - now > LONGEST_WAIT:
            raise DeliveryLaterError(start - now, flood=True)
        self._overall.take(start)
        return start - now

    def held(self, chat: int) -> float:
        """Give the seconds for which Telegram wants *chat*, or all of us, to be left alone."""
        known = self._chats.get(chat)
        until = max(self._paused_until, known.paused_until if known is not None else 0.0)
        return max(0.0, until - self._now())

    def refused(self, method: str, chat: int | None, seconds: float) -> None:
        """Hear that Telegram wants *seconds* of rest: from one chat, or from us when it names none."""
        if method in _PASSING or method == _POLLING:
            return
        now = self._now()
        if chat is None:
            self._pause_all(now + seconds)
            return
        known = self._known(chat)
        known.paused_until = max(known.paused_until, now + seconds)
        self._told[chat] = now
        self._told.move_to_end(chat)
        while self._told and next(iter(self._told.values())) < now - A_MOMENT:
            self._told.popitem(last=False)
        resting = [until for one in self._told if (until := self._known(one).paused_until) > now]
        if len(resting) >= SEVERAL:
            # The shortest of them: one chat may have a long rest of its own to take.
            self._pause_all(min(resting))
            self._told.clear()

    def _pause_all(self, until: float) -> None:
        self._paused_until = max(self._paused_until, until)
        log.warning("sending_paused", ms=round((until - self._now()) * 1000))

    def _known(self, chat: int) -> _Chat:
        known = self._chats.get(chat)
        if known is not None:
            self._chats.move_to_end(chat)
            return known
        now = self._now()
        for _ in range(2):  # twice as fast as new ones come: those that rested long enough mean nothing any more
            oldest = next(iter(self._chats.values()), None)
            if oldest is None or (
                len(self._chats) < MOST_CHATS and (oldest.bucket.full_at > now or oldest.paused_until > now)
            ):
                break
            self._chats.popitem(last=False)
        known = self._chats[chat] = _Chat(_Bucket(every=self._every, burst=BURST))
        return known
