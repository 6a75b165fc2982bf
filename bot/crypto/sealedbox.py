"""Bytes that anyone can seal to a space's workers and only they can open: a fresh X25519 key for every message.

    B1 | 03 | ephemeral public key (32) | ciphertext | tag (16)

Key and nonce come from HKDF over the shared secret and both public keys; each is used once, so no nonce is stored.
"""

from functools import lru_cache
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.crypto.binding import bind
from bot.crypto.envelope import KEY_BYTES, NONCE_BYTES, TAG_BYTES
from bot.crypto.errors import KeyMissingError, UnknownVersionError, UnsealError

_MARK: Final = b"\xb1\x03"
_POINT_BYTES: Final = 32
OVERHEAD: Final = len(_MARK) + _POINT_BYTES + TAG_BYTES


def new_pair() -> tuple[bytes, bytes]:
    """Make a (private, public) pair."""
    private = X25519PrivateKey.generate()
    return private.private_bytes_raw(), private.public_key().public_bytes_raw()


def seal_to(public: bytes, plaintext: bytes, context: bytes) -> bytes:
    """Seal *plaintext* so that only the holder of the private key opens it, and only for *context*."""
    ephemeral = X25519PrivateKey.generate()
    point = ephemeral.public_key().public_bytes_raw()
    try:
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError:
        raise KeyMissingError("not a usable public key to seal to") from None
    key, nonce = _derive(shared, point, public)
    return _MARK + point + AESGCM(key).encrypt(nonce, plaintext, bind(b"box", context))


def open_with(private: bytes, blob: bytes, context: bytes) -> bytes:
    """Open what `seal_to` made for the public half of *private* and the same *context*."""
    if len(blob) < OVERHEAD:
        raise UnsealError(f"a sealed message of {len(blob)} bytes is cut short")
    if blob[: len(_MARK)] != _MARK:
        raise UnknownVersionError("not a sealed message of a format known here")
    point, sealed = blob[len(_MARK) :][:_POINT_BYTES], blob[len(_MARK) + _POINT_BYTES :]
    try:
        mine, recipient = _receiver(private)
        shared = mine.exchange(X25519PublicKey.from_public_bytes(point))
        key, nonce = _derive(shared, point, recipient)
        return AESGCM(key).decrypt(nonce, sealed, bind(b"box", context))
    except (InvalidTag, ValueError):  # ValueError: a point that yields no secret, or a private key of a wrong length
        raise UnsealError("sealed message: wrong key, wrong context or altered") from None


@lru_cache(maxsize=8)  # one for each space, and their predecessors
def _receiver(private: bytes) -> tuple[X25519PrivateKey, bytes]:
    mine = X25519PrivateKey.from_private_bytes(private)
    return mine, mine.public_key().public_bytes_raw()


def _derive(shared: bytes, ephemeral: bytes, recipient: bytes) -> tuple[bytes, bytes]:
    info = bind(b"hb1/box", ephemeral, recipient)
    material = HKDF(algorithm=SHA256(), length=KEY_BYTES + NONCE_BYTES, salt=None, info=info).derive(shared)
    return material[:KEY_BYTES], material[KEY_BYTES:]
