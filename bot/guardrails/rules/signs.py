"""Which concepts the messages of the last minutes named, so that each new one need not have all of them searched again.

In memory only, tied to nobody, and dropped after minutes. Messages are known by a keyed hash whose key ends with the process.
"""

import hashlib
import secrets
import time
from collections.abc import Iterable
from typing import Final

_REMEMBERED: Final = 10_000  # messages; the oldest are forgotten first
_FOR: Final = 600.0  # seconds: no message is judged together with an older one


class Signs:
    """The names of concepts, by message."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._names: dict[bytes, tuple[float, frozenset[str]]] = {}  # the oldest first

    def put(self, message: str, names: Iterable[str]) -> None:
        """Remember what *message* names, and forget what is too old."""
        now, key = time.monotonic(), self._hashed(message)
        self._names.pop(key, None)
        while self._names:
            oldest, (since, _) = next(iter(self._names.items()))
            if now - since < _FOR and len(self._names) < _REMEMBERED:
                break
            del self._names[oldest]
        self._names[key] = now, frozenset(names)

    def get(self, message: str) -> frozenset[str] | None:
        """Give what *message* named; None if it was forgotten, or never seen."""
        known = self._names.get(self._hashed(message))
        return None if known is None else known[1]

    def _hashed(self, message: str) -> bytes:
        return hashlib.blake2b(message.encode("utf-8", "surrogatepass"), digest_size=16, key=self._key).digest()
