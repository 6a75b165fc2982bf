"""Why the page is refused something. Each has a code that the page has a sentence for, and nothing of the file."""

from typing import ClassVar

from bot.kernel.errors import BotError


class RefusedError(BotError):
    """The request is refused as it is."""

    code: ClassVar[str] = "malformed"
    status: ClassVar[int] = 400


class OverError(RefusedError):
    """No link is known by this token, or it had its time: both are told alike."""

    code = "over"
    status = 404


class OtherFileError(RefusedError):
    """The link is bound to another file, or to another page."""

    code = "other_file"
    status = 409


class OffsetError(RefusedError):
    """The file stands elsewhere; the page goes on from there."""

    code = "offset"
    status = 409

    def __init__(self, received: int) -> None:
        super().__init__("another offset")
        self.received = received


class BusyError(RefusedError):
    """Another request for this file is under way, or too many for others: to be tried again."""

    code = "busy"
    status = 503


class TooLargeError(RefusedError):
    """The file, or the chunk, is larger than allowed."""

    code = "too_large"
    status = 413


class EmptyError(RefusedError):
    """The file holds no byte."""

    code = "empty"


class LengthError(RefusedError):
    """The chunk is not as long as it must be."""

    code = "length"


class SlowError(RefusedError):
    """The chunk took too long."""

    code = "busy"
    status = 408


class FullError(RefusedError):
    """There is no room for the file."""

    code = "full"
    status = 507


class StrangerError(RefusedError):
    """Telegram vouches for somebody else, or does not vouch at all."""

    code = "stranger"
    status = 403


class TooManyError(RefusedError):
    """Too many requests from one place."""

    code = "too_many"
    status = 429


class LaterError(RefusedError):
    """Our own store does not answer."""

    code = "later"
    status = 503
