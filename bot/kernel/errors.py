"""One tree of errors: each names the sentence the person reads, none carries the person's words."""

from typing import ClassVar


class BotError(Exception):
    """Anything Carnet refuses or cannot do. The message is for operators: ids and counts only."""

    reply: ClassVar[str] = "errors.unexpected"  # catalogue key of what the person reads


class SettingsError(BotError):
    """The configuration cannot be used as it is; the message says which key and what to do."""


class StoreError(BotError):
    """A database could not be reached or refused a write. The cause is dropped: drivers quote values."""

    reply = "errors.storage"


class CryptoError(BotError):
    """Sealed bytes or keys could not be used. Never to be read as "there is nothing here"."""

    reply = "errors.sealed"
