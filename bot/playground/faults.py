"""Misbehaviour on request: the failures of a real network and a real Telegram, at a chosen method."""

from dataclasses import dataclass
from typing import Final

from bot.playground.errors import ApiError

_WORDS: Final = {
    400: "Bad Request: misbehaviour asked for",
    401: "Unauthorized",
    403: "Forbidden: bot was blocked by the user",
    404: "Not Found",
    409: "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failure to come."""

    status: int
    retry_after: int
    hang: bool  # never answer, until the client gives up or the server stops
    done: bool  # carry the call out first: what a lost answer looks like

    def error(self) -> ApiError:
        """Word the failure as Telegram does."""
        if self.status == 429:  # noqa: PLR2004
            words = f"Too Many Requests: retry after {self.retry_after}"
            return ApiError(429, words, retry_after=self.retry_after)
        return ApiError(self.status, _WORDS.get(self.status, "misbehaviour asked for"))


class Faults:
    """The failures planned, in order, by method."""

    def __init__(self) -> None:
        self._planned: dict[str, list[Fault]] = {}

    def plan(self, method: str, fault: Fault, times: int) -> None:
        """Make the next *times* calls of *method* fail so."""
        self._planned.setdefault(method.lower(), []).extend([fault] * times)

    def befalling(self, method: str, chat: int) -> Fault | None:  # noqa: ARG002  (for misbehaviour towards one chat)
        """Give what befalls a call about *chat*, which is 0 for none; what was planned asks for the method only."""
        return self.next(method)

    def next(self, method: str) -> Fault | None:
        """Take the failure planned for this call, if there is one."""
        planned = self._planned.get(method.lower())
        return planned.pop(0) if planned else None
