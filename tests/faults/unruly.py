"""A Telegram that misbehaves at random, by a seed: it fails, loses answers, floods, and serves updates twice."""

import math
import random
import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.playground.faults import Fault, Faults
from tests.faults.stage import Updates

SENDING = frozenset({"sendmessage", "editmessagetext"})
EVERYONE = 0
GRACE = 1.0  # seconds: what was under way when a flood began is no disobedience
_RECENT = 50  # updates that may come again


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Which part of the calls meets which trouble."""

    fails: float = 0.0  # 500, not carried out
    loses: float = 0.0  # carried out, but the answer is lost
    hangs: float = 0.0  # no answer until the client gives up
    floods: float = 0.0  # 429 for one chat
    floods_all: float = 0.0  # 429 for everybody
    seconds: int = 1  # how long a flood lasts
    most: Mapping[str, int] = field(default_factory=dict)  # times, by kind; no bound when it is not named


class Unruly(Faults):
    """Misbehaves towards sending and polling, each by its own shares."""

    def __init__(self, dice: random.Random, *, sending: Shares, polling: Shares) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()
        self.disobeyed: Counter[str] = Counter()  # sends into a flood the bot had been told of
        self._dice = dice
        self._sending = sending
        self._polling = polling
        self._floods: dict[int, tuple[float, float]] = {}  # by chat, or everyone: from, until

    def befalling(self, method: str, chat: int) -> Fault | None:
        """Choose what happens to this call."""
        name = method.lower()
        if name in SENDING:
            return self._flooded(chat) or self._trouble(self._sending, chat)
        return self._trouble(self._polling, EVERYONE) if name == "getupdates" else None

    def _flooded(self, chat: int) -> Fault | None:
        now = time.monotonic()
        for place in (chat, EVERYONE):
            since, until = self._floods.get(place, (0.0, 0.0))
            if now < until:
                self.disobeyed["one" if place else "all"] += now - since > GRACE
                return _fault(429, retry_after=math.ceil(until - now))
        return None

    def _trouble(self, shares: Shares, chat: int) -> Fault | None:
        drawn = self._dice.random()
        for name, share in (
            ("fails", shares.fails),
            ("loses", shares.loses),
            ("hangs", shares.hangs),
            ("floods", shares.floods),
            ("floods_all", shares.floods_all),
        ):
            if drawn < share:
                if self.counts[name] == shares.most.get(name):
                    return None
                self.counts[name] += 1
                return self._begin(name, shares, chat)
            drawn -= share
        return None

    def _begin(self, name: str, shares: Shares, chat: int) -> Fault:
        if name in {"floods", "floods_all"}:
            now = time.monotonic()
            self._floods[chat if name == "floods" else EVERYONE] = (now, now + shares.seconds)
            return _fault(429, retry_after=shares.seconds)
        return _fault(502, done=True) if name == "loses" else _fault(500, hang=name == "hangs")


def _fault(status: int, *, retry_after: int = 0, hang: bool = False, done: bool = False) -> Fault:
    return Fault(status=status, retry_after=retry_after, hang=hang, done=done)


class Repeating(Updates):
    """Serves some updates again though they were confirmed, as Telegram does when a confirmation is lost."""

    def __init__(self, dice: random.Random, *, share: float) -> None:
        super().__init__()
        self.repeated = 0
        self._dice = dice
        self._share = share
        self._served: deque[dict[str, Any]] = deque(maxlen=_RECENT)

    async def take(self, **asked: Any) -> list[dict[str, Any]]:
        fresh = await super().take(**asked)
        again = [update for update in self._served if self._dice.random() < self._share] if fresh else []
        self.repeated += len(again)
        self._served.extend(update for update in fresh if update not in self._served)
        return [*(update for update in again if update not in fresh), *fresh]
