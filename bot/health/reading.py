"""One file being read in its limited process, with what its owner sees meanwhile."""

import time
from collections.abc import Awaitable
from typing import Final, Protocol

from bot.chat.model import Turn
from bot.chat.ports import Progress
from bot.health.facts import Report
from bot.health.importers.extract import Feed, Watch
from bot.health.importers.importer import MassUnit
from bot.i18n import Language, say
from bot.kernel.sensitive import Sensitive

_BETWEEN_NOTES: Final = 2.0  # seconds: a passing message edited more often only costs Telegram's patience


class ReadReport(Protocol):
    """Reads a file in its limited process."""

    def __call__(
        self,
        file: bytes | Feed,
        *,
        name: str = "",
        language: Language,
        password: Sensitive[str] | None = None,
        mass_unit: MassUnit | None = None,
        watch: Watch | None = None,
    ) -> Awaitable[Report]: ...


class Reading:
    """One file being read, its progress shown at most every other second."""

    def __init__(self, read: ReadReport, turn: Turn, original: bytes | Feed, name: str, show: Progress) -> None:
        self._read = read
        self._turn = turn
        self._original = original
        self._name = name
        self._show = show
        self._told = time.monotonic()

    def __call__(self, password: Sensitive[str] | None) -> Awaitable[Report]:
        language = self._turn.language
        return self._read(self._original, name=self._name, language=language, password=password, watch=self._watch)

    async def _watch(self, share: float) -> None:
        if time.monotonic() - self._told >= _BETWEEN_NOTES:
            self._told = time.monotonic()
            percent = round(share * 100)
            await self._show.note(Sensitive(say(self._turn.language, "health.reading_share", percent=percent)))
