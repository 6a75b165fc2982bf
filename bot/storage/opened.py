"""Opened data keys in memory: not many, not for long, and never one that was destroyed while it was being opened."""

from collections import OrderedDict
from datetime import datetime, timedelta
from uuid import UUID

from bot.crypto import DataKey
from bot.kernel.clock import Clock


class OpenedKeys:
    """A small cache by person and version; version None is "the newest"."""

    def __init__(self, clock: Clock, *, most: int, kept: timedelta) -> None:
        self._clock = clock
        self._most = most
        self._kept = kept
        self._keys: OrderedDict[tuple[UUID, int | None], tuple[datetime, DataKey]] = OrderedDict()
        self.moment = 0  # counts evictions; `put` takes the one read before the key was fetched

    def get(self, person: UUID, version: int | None = None) -> DataKey | None:
        """Give the key if it is here and fresh."""
        found = self._keys.get((person, version))
        if found is None or found[0] <= self._clock():
            return None
        self._keys.move_to_end((person, version))
        return found[1]

    def put(self, person: UUID, version: int | None, key: DataKey, moment: int) -> None:
        """Keep *key*, unless something was evicted since *moment*: it may be this very key."""
        if moment != self.moment:
            return
        self._keys[person, version] = (self._clock() + self._kept, key)
        self._keys.move_to_end((person, version))
        if len(self._keys) > self._most:
            self._keys.popitem(last=False)

    def evict(self, person: UUID) -> None:
        """Drop every key of *person*."""
        self.moment += 1
        for place in [place for place in self._keys if place[0] == person]:
            del self._keys[place]
