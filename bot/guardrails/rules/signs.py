"""Which concepts the messages of the last minutes named, so that each new one need not have all of them searched again.

In memory only. Messages are known by a keyed hash whose key ends with the process: from what is here none can be read.
"""

import hashlib
import secrets
from collections.abc import Iterable
from typing import Final

_REMEMBERED: Final = 10_000  # messages; the oldest are forgotten first


class Signs:
    """The names of concepts, by message."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(16)
        self._names: dict[bytes, frozenset[str]] = {}

    def put(self, message: str, names: Iterable[str]) -> None:
        """Remember what *message* names."""
        if len(self._names) >= _REMEMBERED:
            del self._names[next(iter(self._names))]
        self._names[self._hashed(message)] = frozenset(names)

    def get(self, message: str) -> frozenset[str] | None:
        """Give what *message* named; None if it was forgotten, or never seen."""
        return self._names.get(self._hashed(message))

    def _hashed(self, message: str) -> bytes:
        return hashlib.blake2b(message.encode("utf-8", "surrogatepass"), digest_size=16, key=self._key).digest()
