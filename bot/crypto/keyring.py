"""Key-encryption keys by version: they wrap the small secrets of a store and live apart from it.

    B1 | 02 | KEK version (2) | nonce (12) | secret (32) | tag (16)

The version stands in every wrapped value, so that a rotation can find what still needs it.
"""

import contextlib
import os
import stat
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bot.crypto.envelope import KEY_BYTES, NONCE_BYTES, TAG_BYTES
from bot.crypto.errors import KekError, KeyMissingError, UnknownVersionError, UnsealError

_MARK: Final = b"\xb1\x02"
_HEADER_BYTES: Final = len(_MARK) + 2
_WRAPPED_BYTES: Final = _HEADER_BYTES + NONCE_BYTES + KEY_BYTES + TAG_BYTES


class Keyring:
    """The key-encryption keys of one store; the newest wraps, all of them unwrap."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take the keys of versions 1, 2, … in order."""
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise KekError("a key-encryption key is 32 bytes, written as 64 hexadecimal digits")
        if len(set(keys)) != len(keys):
            raise KekError("two versions of a key-encryption key are the same: every line must be a new key")
        self._ciphers = {version: AESGCM(key) for version, key in enumerate(keys, start=1)}
        self.current = len(keys)

    def __repr__(self) -> str:
        return f"Keyring(current={self.current})"

    def wrap(self, secret: bytes, context: bytes) -> bytes:
        """Seal a 32-byte secret under the newest key, bound to *context*."""
        if len(secret) != KEY_BYTES:
            raise ValueError("only 32-byte secrets are wrapped")
        nonce = os.urandom(NONCE_BYTES)
        header = _MARK + self.current.to_bytes(2, "big")
        return header + nonce + self._ciphers[self.current].encrypt(nonce, secret, context)

    def unwrap(self, blob: bytes, context: bytes) -> bytes:
        """Open what `wrap` made for the same *context*, under whichever version it names."""
        version = self.kek_version_of(blob)
        cipher = self._ciphers.get(version)
        if cipher is None:
            raise UnknownVersionError(f"wrapped under key-encryption key {version}, loaded are 1 to {self.current}")
        nonce = blob[_HEADER_BYTES : _HEADER_BYTES + NONCE_BYTES]
        try:
            return cipher.decrypt(nonce, blob[_HEADER_BYTES + NONCE_BYTES :], context)
        except InvalidTag:
            raise UnsealError(f"wrapped key does not open with key-encryption key {version}") from None

    def kek_version_of(self, blob: bytes) -> int:
        """Give the version of the key-encryption key that *blob* needs."""
        if len(blob) != _WRAPPED_BYTES:
            raise UnsealError(f"a wrapped key has {_WRAPPED_BYTES} bytes, this one {len(blob)}")
        if blob[: len(_MARK)] != _MARK:
            raise UnknownVersionError("not a wrapped key of a format known here")
        return int.from_bytes(blob[len(_MARK) : _HEADER_BYTES], "big")


def keyring_from_secret(hex_text: str) -> Keyring:
    """Read keys from a secret: one hexadecimal key per word, oldest first."""
    try:
        return Keyring([bytes.fromhex(word) for word in hex_text.split()])
    except ValueError:
        raise KekError("a key-encryption key is 32 bytes, written as 64 hexadecimal digits") from None


def keyring_from_folder(folder: Path, name: Literal["main", "health"], *, may_create: bool) -> Keyring:
    """Read `<folder>/<name>.kek`, one hexadecimal key per line, oldest first.

    With *may_create*, a missing file is made once; processes that start together agree on one. Give it only where
    no sealed row exists yet: a new key would not open them.
    """
    path = folder / f"{name}.kek"
    try:
        if may_create and not path.exists():
            _create(path)
        text = _read_private(path)
    except FileNotFoundError:
        raise KeyMissingError(f"{path} is missing: put the key-encryption key back before starting") from None
    except OSError as error:
        raise KekError(f"{path} cannot be used ({type(error).__name__}): check its owner and rights") from None
    try:
        return keyring_from_secret(text)
    except KekError as error:
        raise KekError(f"{path}: {error}") from None


def _read_private(path: Path) -> str:
    with path.open(encoding="ascii", errors="replace") as file:
        # Of the open file, not of the path: nobody can swap it in between.
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise KekError(f"{path} can be read by others: chmod 600 {path}")
        return file.read()


def _create(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp: O_EXCL, mode 0600
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(os.urandom(KEY_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        # A link appears whole or not at all and never replaces: whoever comes second reads the first one's key.
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        Path(draft).unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)  # a key that vanishes in a power cut would take everything it wraps with it
    finally:
        os.close(folder)
