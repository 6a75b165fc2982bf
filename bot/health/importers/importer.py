"""What reads a format: it recognises the file by its name and first bytes, and gives what it says as proposals.

An importer runs in the worker process. It opens no file, writes none, and learns nothing of the person but their
language. What it does not understand it counts or lists; it never guesses.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final, Protocol

from bot.health.documents.errors import TooLargeError
from bot.health.documents.labels import Entry, Recognise
from bot.health.facts import Report
from bot.health.facts.units import Units
from bot.i18n import Language

HEAD: Final = 65_536  # bytes an importer may look at before anything is read
MOST_WHOLE: Final = 64_000_000  # bytes of a file that is held at once; larger ones are streamed or refused


class Source:
    """A file as a forward stream of bytes, of which the first are known beforehand."""

    def __init__(self, stream: BinaryIO, *, name: str = "") -> None:
        self.name = (
            name  # as the person or the archive calls it, "" when unknown; may itself tell something: never logged
        )
        self.head = stream.read(HEAD)
        self._stream = stream
        self._kept = self.head

    def read(self, size: int) -> bytes:
        """Give up to *size* further bytes, `b""` at the end."""
        if self._kept:
            given, self._kept = self._kept[:size], self._kept[size:]
            return given
        return self._stream.read(size)

    def whole(self) -> bytes:
        """Give all that is left. Raises `TooLargeError` beyond `MOST_WHOLE`."""
        parts, held = [], 0
        while chunk := self.read(1 << 20):
            parts.append(chunk)
            held += len(chunk)
            if held > MOST_WHOLE:
                raise TooLargeError(f"more than {MOST_WHOLE} bytes at once")
        return b"".join(parts)


def _no_code(_code: str) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """What an importer may use."""

    recognise: Recognise  # a printed label and its heading to the analyte it names
    coded: Callable[[str], Entry | None] = _no_code  # a LOINC code to the analyte it stands for
    units: Units
    now: datetime  # aware; nothing measured is later than this
    language: Language  # the person's, for files that are in none
    max_pages: int
    password: str | None
    progress: Callable[[int], None]  # told how many bytes of the file were read


class Importer(Protocol):
    """One format. Fulfilled by modules' classes without state; the registry lists them."""

    def recognises(self, name: str, head: bytes) -> bool:
        """Say whether a file of this *name* that begins with *head* is of this format."""
        ...

    def read(self, source: Source, tools: Tools) -> Report:
        """Propose what *source* says. Raises a `DocumentError` for each reason why it cannot."""
        ...
