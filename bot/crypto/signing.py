"""Signed statements others can check without asking us: RS256 JSON Web Tokens, and the public key they are checked with."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_pem_public_key

from bot.crypto.errors import KeyMissingError

_LEAST_BITS: Final = 2048


class SigningKey:
    """One RSA key."""

    def __init__(self, pem: str) -> None:
        """Read an unencrypted PEM. Raises `KeyMissingError`."""
        try:
            key = load_pem_private_key(pem.encode(), password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            key = None
        if not isinstance(key, RSAPrivateKey) or key.key_size < _LEAST_BITS:
            raise KeyMissingError(f"not an RSA key of {_LEAST_BITS} bits or more: `openssl genrsa 3072` makes one")
        self._key = key
        self.id = _listed(key.public_key())["kid"]

    def __repr__(self) -> str:
        return f"SigningKey({self.id})"

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Give *claims* as a signed token."""
        head = {"alg": "RS256", "kid": self.id, "typ": "JWT"}
        body = f"{_plain(_compact(head))}.{_plain(_compact(claims))}"
        return f"{body}.{_plain(self._key.sign(body.encode(), PKCS1v15(), SHA256()))}"


def public_jwk(pem: str) -> dict[str, str]:
    """Give a public key as a set of them lists it, for whoever may hold no private one. Raises `KeyMissingError`."""
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey):
        raise KeyMissingError("not an RSA public key: `openssl rsa -pubout` gives it")
    return _listed(key)


def _listed(key: RSAPublicKey) -> dict[str, str]:
    numbers = key.public_numbers()
    public = {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
    named = _plain(sha256(_compact(public)).digest())  # RFC 7638
    return {**public, "use": "sig", "alg": "RS256", "kid": named}


def _number(value: int) -> str:
    return _plain(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def _compact(values: Mapping[str, Any]) -> bytes:
    return json.dumps(values, separators=(",", ":"), sort_keys=True).encode()


def _plain(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
