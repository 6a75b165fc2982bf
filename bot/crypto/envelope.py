"""Sealed fields: bytes that open only with their person's key and only in the cell they were made for.

    B1 | algorithm (1) | key version (2) | nonce (12) | ciphertext | tag (16)

The format is frozen: a golden vector holds it. A new algorithm gets a new second byte.
"""

import hashlib
import hmac
import os
import unicodedata
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from bot.crypto.binding import bind
from bot.crypto.errors import UnknownVersionError, UnsealError

SCHEME: Final = b"hb1"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
_MARK: Final = b"\xb1\x01"  # format B1, algorithm 1: AES-256-GCM
_HEADER_BYTES: Final = len(_MARK) + 2
OVERHEAD: Final = _HEADER_BYTES + NONCE_BYTES + TAG_BYTES
_INDEX_BYTES: Final = 16


def new_secret() -> bytes:
    """Make the secret of a new data key."""
    return os.urandom(KEY_BYTES)


@dataclass(frozen=True)
class DataKey:
    """One version of a person's key in one store. Its derived keys live as long as it does."""

    version: int
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.secret) != KEY_BYTES or not 1 <= self.version < 2**16:
            raise ValueError("a data key is 32 bytes and its version fits two")

    @cached_property
    def cipher(self) -> AESGCM:
        return AESGCM(self._expand(b"hb1/enc"))

    @cached_property
    def index_secret(self) -> bytes:
        return self._expand(b"hb1/index")

    def _expand(self, purpose: bytes) -> bytes:
        return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=purpose).derive(self.secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The one cell a sealed value belongs to."""

    person: UUID
    table: str
    column: str
    row: UUID


def seal(key: DataKey, place: Place, plaintext: bytes) -> bytes:
    """Seal *plaintext* for *place*."""
    nonce = os.urandom(NONCE_BYTES)
    header = _MARK + key.version.to_bytes(2, "big")
    return header + nonce + key.cipher.encrypt(nonce, plaintext, _context(place, key.version))


def unseal(key: DataKey, place: Place, blob: bytes) -> bytes:
    """Open what `seal` made with this key for this place; anything else is an error."""
    version = version_of(blob)
    if version != key.version:
        raise UnknownVersionError(f"sealed under key version {version}, given version {key.version}")
    nonce = blob[_HEADER_BYTES : _HEADER_BYTES + NONCE_BYTES]
    try:
        return key.cipher.decrypt(nonce, blob[_HEADER_BYTES + NONCE_BYTES :], _context(place, version))
    except InvalidTag:
        raise UnsealError(f"{place.table}.{place.column} {place.row}: wrong key, wrong place or altered") from None


def version_of(blob: bytes) -> int:
    """Give the key version a sealed field names in its header."""
    if len(blob) < OVERHEAD:
        raise UnsealError(f"a sealed field of {len(blob)} bytes is cut short")
    if blob[: len(_MARK)] != _MARK:
        raise UnknownVersionError("not a sealed field of a format known here")
    return int.from_bytes(blob[len(_MARK) : _HEADER_BYTES], "big")


def blind_index(key: DataKey, name: str, value: str) -> bytes:
    """Give a keyed fingerprint of *value* for equality look-ups in the field *name*; case and width do not matter."""
    normal = unicodedata.normalize("NFKC", value).strip().casefold()
    return hmac.digest(key.index_secret, bind(name.encode()) + normal.encode(), hashlib.sha256)[:_INDEX_BYTES]


def key_context(person: UUID, store: str, version: int) -> bytes:
    """Bind a wrapped data key to its person, store and version, so that a row moved elsewhere does not open."""
    return bind(b"dek", person.bytes, store.encode(), version.to_bytes(2, "big"))


def _context(place: Place, version: int) -> bytes:
    return bind(
        SCHEME,
        place.person.bytes,
        place.table.encode(),
        place.column.encode(),
        place.row.bytes,
        version.to_bytes(2, "big"),
    )
