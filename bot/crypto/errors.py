"""What can go wrong with keys and sealed bytes, one class per thing a caller can act on."""

from bot.kernel.errors import CryptoError


class UnsealError(CryptoError):
    """Sealed bytes do not open: wrong key, wrong place, or tampered with."""


class UnknownVersionError(CryptoError):
    """Sealed bytes name a format or a key version that is not loaded here."""


class KeyMissingError(CryptoError):
    """There is no key where one must be: restored without its keys, or configured wrongly."""


class KeyErasedError(CryptoError):
    """This person's key was destroyed on purpose; what it sealed is gone for good."""


class KekError(CryptoError):
    """A key-encryption key cannot be used; the message says which one and what to do."""
