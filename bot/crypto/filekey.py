"""One key a file, sealed chunk by chunk while it comes in: each chunk opens at its own place and nowhere else.

    B1 | 04 | nonce (12) | ciphertext | tag (16)

A chunk is bound to its file, its number and whether it is the last: one that is missing, moved, repeated or cut off is
noticed. Nonces are random, because a chunk that was cut off is sent, and sealed, again.
"""

import os
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.crypto.binding import bind
from bot.crypto.envelope import KEY_BYTES, NONCE_BYTES, TAG_BYTES
from bot.crypto.errors import UnknownVersionError, UnsealError

TOKEN_BYTES: Final = 32
_MARK: Final = b"\xb1\x04"
_LENT: Final = b"\xb1\x05"
CHUNK_OVERHEAD: Final = len(_MARK) + NONCE_BYTES + TAG_BYTES


@dataclass(frozen=True, slots=True)
class FileKey:
    """The key of one file."""

    file: UUID
    secret: bytes = field(repr=False)

    def seal(self, number: int, chunk: bytes, *, last: bool) -> bytes:
        """Seal chunk *number*, counted from 0."""
        nonce = os.urandom(NONCE_BYTES)
        return _MARK + nonce + AESGCM(self.secret).encrypt(nonce, chunk, self._place(number, last=last))

    def open(self, number: int, sealed: bytes, *, last: bool) -> bytes:
        """Open what `seal` made for this very place; anything else is an error."""
        if len(sealed) < CHUNK_OVERHEAD:
            raise UnsealError(f"chunk {number} of {self.file} is cut short")
        if sealed[: len(_MARK)] != _MARK:
            raise UnknownVersionError("not a sealed chunk of a format known here")
        nonce, body = sealed[len(_MARK) :][:NONCE_BYTES], sealed[len(_MARK) + NONCE_BYTES :]
        try:
            return AESGCM(self.secret).decrypt(nonce, body, self._place(number, last=last))
        except InvalidTag:
            raise UnsealError(f"chunk {number} of {self.file}: wrong key, wrong place or altered") from None

    def _place(self, number: int, *, last: bool) -> bytes:
        return bind(b"hb1/chunk", self.file.bytes, number.to_bytes(8, "big"), bytes([last]))


def new_file_key(file: UUID) -> FileKey:
    """Make the key of a new file."""
    return FileKey(file, os.urandom(KEY_BYTES))


def new_token() -> bytes:
    """Make what the holder of a link shows; only its fingerprint is kept."""
    return os.urandom(TOKEN_BYTES)


def fingerprint(token: bytes) -> bytes:
    """Give what is kept of a token. It is random, so that nothing shorter to try leads back to it."""
    return sha256(b"hb1/token" + token).digest()


def lend(key: FileKey, token: bytes) -> bytes:
    """Seal a file's key to whoever shows *token*: a server that forgot it can go on, and only while it is shown."""
    nonce = os.urandom(NONCE_BYTES)
    return _LENT + nonce + _lender(token).encrypt(nonce, key.secret, bind(b"hb1/lent", key.file.bytes))


def borrow(file: UUID, lent: bytes, token: bytes) -> FileKey:
    """Open what `lend` made for this file and token."""
    if lent[: len(_LENT)] != _LENT:
        raise UnknownVersionError("not a lent key of a format known here")
    nonce, body = lent[len(_LENT) :][:NONCE_BYTES], lent[len(_LENT) + NONCE_BYTES :]
    try:
        return FileKey(file, _lender(token).decrypt(nonce, body, bind(b"hb1/lent", file.bytes)))
    except (InvalidTag, ValueError):
        raise UnsealError(f"key of {file}: wrong token, wrong file or altered") from None


def _lender(token: bytes) -> AESGCM:
    derived = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"hb1/lender").derive(token)
    return AESGCM(derived)
