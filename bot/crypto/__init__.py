"""Seals bytes to a person, or to a space's workers; the only importer of `cryptography`.

Everything that fails here fails loudly: no caller can mistake a wrong key for an empty history.
"""

from bot.crypto.binding import bind
from bot.crypto.envelope import DataKey, Place, blind_index, key_context, new_secret, seal, unseal, version_of
from bot.crypto.errors import KekError, KeyErasedError, KeyMissingError, UnknownVersionError, UnsealError
from bot.crypto.filekey import CHUNK_OVERHEAD, TOKEN_BYTES, FileKey, borrow, fingerprint, lend, new_file_key, new_token
from bot.crypto.keyring import Keyring, keyring_from_folder, keyring_from_secret
from bot.crypto.sealedbox import new_pair, open_with, seal_to

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
    "UnknownVersionError",
    "UnsealError",
    "bind",
    "blind_index",
    "borrow",
    "fingerprint",
    "key_context",
    "keyring_from_folder",
    "keyring_from_secret",
    "lend",
    "new_file_key",
    "new_pair",
    "new_secret",
    "new_token",
    "open_with",
    "seal",
    "seal_to",
    "unseal",
    "version_of",
]
