"""What belongs to a sealed file and not into it: its key, its name, its size. Sealed to the workers of its space."""

import json
from dataclasses import dataclass, field
from uuid import UUID

from bot.crypto import FileKey, open_with, seal_to
from bot.kernel.sensitive import Sensitive


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """A file's own words about itself."""

    key: FileKey = field(repr=False)
    name: Sensitive[str]
    size: int


def seal_head(public: bytes, head: Head) -> bytes:
    """Seal *head*; only whoever holds the other half of *public* opens it, and for this file only."""
    values = {"key": head.key.secret.hex(), "name": head.name.reveal(), "size": head.size}
    return seal_to(public, json.dumps(values, ensure_ascii=False).encode("utf-8", "replace"), _context(head.key.file))


def open_head(private: bytes, file: UUID, sealed: bytes) -> Head:
    """Open what `seal_head` made for *file*."""
    values = json.loads(open_with(private, sealed, _context(file)))
    key = FileKey(file, bytes.fromhex(values["key"]))
    return Head(key=key, name=Sensitive(values["name"]), size=values["size"])


def _context(file: UUID) -> bytes:
    return f"upload:{file}".encode()
