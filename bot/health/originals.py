"""Originals too large for a row: each a sealed file of its own, whose key is sealed in its document's place."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from bot.crypto import FileKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One such file, and what opens it."""

    key: FileKey = field(repr=False)
    size: int
    digest: str = ""  # SHA-256 of what it holds

    def packed(self) -> bytes:
        """Give what stands in the document, to be sealed like any original."""
        return self.size.to_bytes(8, "big") + self.key.secret


def unpacked(file: UUID, packed: bytes) -> Kept:
    """Read what `Kept.packed` wrote for *file*."""
    return Kept(key=FileKey(file, packed[8:]), size=int.from_bytes(packed[:8], "big"))


class Originals(Protocol):
    """Where these files are."""

    async def remove(self, files: Collection[UUID]) -> None: ...
