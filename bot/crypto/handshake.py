"""What a round trip through somebody else's sign-in page needs: a state that opens what waits for it, and PKCE.

    B1 | 06 | nonce (12) | ciphertext | tag (16)

What waits is found by the state's digest and opened by the state itself: whoever holds the table alone opens nothing.
"""

import os
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.crypto.envelope import KEY_BYTES, NONCE_BYTES, TAG_BYTES
from bot.crypto.errors import UnknownVersionError, UnsealError

_MARK: Final = b"\xb1\x06"
_OVERHEAD: Final = len(_MARK) + NONCE_BYTES + TAG_BYTES
_RANDOM_BYTES: Final = 32


def new_state() -> str:
    """Make a state: 43 characters that an address takes as they are."""
    return _plain(os.urandom(_RANDOM_BYTES))


def new_verifier() -> str:
    """Make a PKCE code verifier (RFC 7636)."""
    return _plain(os.urandom(_RANDOM_BYTES))


def challenge(verifier: str) -> str:
    """Give the S256 code challenge of *verifier*."""
    return _plain(sha256(verifier.encode()).digest())


def state_digest(state: str) -> bytes:
    """Give what is kept of a state. It is random, so that nothing shorter to try leads back to it."""
    return sha256(b"hb1/state" + state.encode()).digest()


def seal_for_state(state: str, data: bytes) -> bytes:
    """Seal *data* so that only who shows *state* opens it."""
    nonce = os.urandom(NONCE_BYTES)
    return _MARK + nonce + _cipher(state).encrypt(nonce, data, state_digest(state))


def open_for_state(state: str, blob: bytes) -> bytes:
    """Open what `seal_for_state` made for this very state; anything else is an error."""
    if len(blob) < _OVERHEAD:
        raise UnsealError(f"a handshake of {len(blob)} bytes is cut short")
    if blob[: len(_MARK)] != _MARK:
        raise UnknownVersionError("not a handshake of a format known here")
    nonce, body = blob[len(_MARK) :][:NONCE_BYTES], blob[len(_MARK) + NONCE_BYTES :]
    try:
        return _cipher(state).decrypt(nonce, body, state_digest(state))
    except InvalidTag:
        raise UnsealError("handshake: wrong state or altered") from None


def _cipher(state: str) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"hb1/handshake").derive(state.encode()))


def _plain(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
