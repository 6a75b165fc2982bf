"""Seals bytes to a person, or to a space's workers; the only importer of `cryptography`.

Everything that fails here fails loudly: no caller can mistake a wrong key for an empty history.
"""

from bot.crypto.binding import bind
from bot.crypto.envelope import DataKey, Place, blind_index, key_context, new_secret, seal, unseal, version_of
from bot.crypto.errors import KekError, KeyErasedError, KeyMissingError, UnknownVersionError, UnsealError
from bot.crypto.filekey import CHUNK_OVERHEAD, TOKEN_BYTES, FileKey, borrow, fingerprint, lend, new_file_key, new_token
from bot.crypto.handshake import challenge, new_state, new_verifier, open_for_state, seal_for_state, state_digest
from bot.crypto.keyring import Keyring, keyring_from_folder, keyring_from_secret
from bot.crypto.sealedbox import new_pair, open_with, seal_to
from bot.crypto.signing import SigningKey, public_jwk

__all__ = [
    "CHUNK_OVERHEAD",
    "TOKEN_BYTES",
    "DataKey",
    "FileKey",
    "KekError",
    "KeyErasedError",
    "KeyMissingError",
    "Keyring",
    "Place",
    "SigningKey",
    "UnknownVersionError",
    "UnsealError",
    "bind",
    "blind_index",
    "borrow",
    "challenge",
    "fingerprint",
    "key_context",
    "keyring_from_folder",
    "keyring_from_secret",
    "lend",
    "new_file_key",
    "new_pair",
    "new_secret",
    "new_state",
    "new_token",
    "new_verifier",
    "open_for_state",
    "open_with",
    "public_jwk",
    "seal",
    "seal_for_state",
    "seal_to",
    "state_digest",
    "unseal",
    "version_of",
]
