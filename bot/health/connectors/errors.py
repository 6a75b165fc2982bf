"""What can go wrong with somebody else's server: a code of ours and a status, never a word or an address of theirs."""

from typing import Final, Literal

from bot.kernel.errors import BotError

Code = Literal[
    "refused",  # 4xx: it does not give this kind
    "scope",  # the person did not grant it; it was not asked for
    "later",  # 429, 503: it wants to be left alone for longer than we wait
    "server",  # 5xx
    "network",  # no connection, or cut off in the middle
    "slow",  # no answer in time
    "time",  # our own time for one synchronisation is over
    "redirect",  # it sends elsewhere
    "off_origin",  # an address in its answer leads to another server
    "too_large",  # of a page
    "full",  # of everything
    "not_json",  # HTML, a cut body, anything that is no JSON object
    "malformed",  # JSON of another shape
    "cycle",  # pages that lead back to one another
    "pages",  # more of them than are read
    "fewer",  # it announced more than it gave
]
GIVES_UP: Final[frozenset[Code]] = frozenset({"time", "full"})


class ConnectorError(BotError):
    """The server could not be used."""

    reply = "connect.unreachable"

    def __init__(self, code: Code, status: int | None = None) -> None:
        super().__init__(f"{code}, status {status}")
        self.code = code
        self.status = status


class UnauthorisedError(ConnectorError):
    """Status 401: the access was not accepted."""

    def __init__(self) -> None:
        super().__init__("refused", 401)


class ExpiredError(BotError):
    """The access is over and cannot be renewed: only the person can open it again."""

    reply = "connect.expired"


class DeniedError(BotError):
    """The person, or their provider, said no at the sign-in page."""

    reply = "connect.denied"


class UnusableError(BotError):
    """The sign-in went well and what came of it cannot be used: no patient, a wrong issuer, a code not taken."""

    reply = "connect.unusable"
