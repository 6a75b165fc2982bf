"""How much each source may ask: a token bucket by address, in bounded memory.

When there are too many addresses the one seen longest ago is forgotten, and starts with a full bucket should it return:
a flood from many addresses is for what stands before us to stop.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

MOST: Final = 10_000


@dataclass(slots=True)
class _Bucket:
    left: float
    at: float


class Buckets:
    """Lets each source take *burst* at once and *per_second* after that."""

    def __init__(
        self, *, per_second: float, burst: float, most: int = MOST, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._most = most
        self._ticks = ticks
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, source: str) -> bool:
        """Take one from *source*'s bucket; False when it is empty."""
        now = self._ticks()
        bucket = self._buckets.setdefault(source, _Bucket(self._burst, now))
        self._buckets.move_to_end(source)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        bucket.left = min(self._burst, bucket.left + (now - bucket.at) * self._per_second)
        bucket.at = now
        if bucket.left < 1:
            return False
        bucket.left -= 1
        return True
