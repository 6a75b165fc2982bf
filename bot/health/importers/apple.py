"""Apple Health's `export.xml`: every record to one figure a day, in less time than XML alone takes.

Expat reads the structure and refuses what is not well-formed; it has most of its work in attributes, so those of a
record written as Apple writes it are taken out before by one pattern, which lets nothing through that XML would not.
Any other record keeps its attributes, and expat reads them. The DTD is skipped: Apple's own was broken for years.
"""

import re
from collections import Counter, deque
from pathlib import PurePosixPath
from typing import Final
from xml.parsers import expat

from bot.health.documents.errors import DamagedExportError, NoResultsError
from bot.health.facts import Report
from bot.health.importers.apple_days import Days
from bot.health.importers.apple_text import LONGEST, Row, head_of
from bot.health.importers.apple_workouts import Workouts
from bot.health.importers.importer import Source, Tools
from bot.health.importers.merging import REST, within

_ROOT: Final = b"<HealthData"
_DOCTYPE: Final = b"<!DOCTYPE HealthData"
_LISTED: Final = frozenset({"electrocardiograms", "clinical-records", "workout-routes"})
_CONTROLS: Final = bytes(set(range(32)) - {9, 10, 13})  # XML has no place for them; Apple writes them
_CHUNK: Final = 1 << 16
_TOLD_EACH: Final = 4 << 20
_MOST_DTD: Final = 1 << 20
_MOST_TOKEN: Final = 1 << 20
_MOST_NAMES: Final = 1_000

_RECORD: Final = re.compile(  # the head is read as XML where it is first met
    rb'<Record (type="[^"]*" sourceName="[^"]*"(?: sourceVersion="[^"]*")?(?: device="[^"]*")?(?: unit="[^"]*")?)'
    rb'(?: creationDate="[^"<&]*")? startDate="(\d{4}-\d\d-\d\d (?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d [+-]\d{4})"'
    rb' endDate="([^"<&]*)" value="([^"<&_]*)"(?=/?>)'
)
_STEP: Final = _RECORD.groups + 1
_TAKEN: Final = b"<Record"  # one without attributes has none in Apple's format, and is found out
_WITHIN_RECORD: Final = frozenset({"MetadataEntry", "HeartRateVariabilityMetadataList", "InstantaneousBeatsPerMinute"})
_OTHER: Final = re.compile(rb"<(?!Record/?>|/Record>|/?(?:" + "|".join(sorted(_WITHIN_RECORD)).encode() + rb")[ />])")
_NO_TAG: Final = re.compile(rb"<[!?]")
_COMMENT: Final = re.compile(rb"<!--.*?-->", re.DOTALL)
_ABOUT: Final = frozenset({"HealthData", "ExportDate", "Me"})
_CHILD: Final = 2
_OWN: Final = frozenset({"Workout", "ActivitySummary", "Correlation"})  # a correlation's records stand beside it too


def listed(name: str) -> str | None:
    """Say under which word a file of Apple's archive is only counted; None for one to be read."""
    path = PurePosixPath(name)
    if path.name == "export_cda.xml":
        return "export_cda"
    return next((part for part in path.parts[:-1] if part in _LISTED), None)


class AppleImporter:
    """Fulfils `Importer` for Apple Health, whatever the language its file is named in."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        return head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<") and (_DOCTYPE in head or _ROOT in head)

    def read(self, source: Source, tools: Tools) -> Report:
        text, skipped = _from_root(source)
        reading = _Reading(tools, skipped)
        done = told = len(text)
        while text:
            reading.feed(text)
            text = source.read(_CHUNK)
            done += len(text)
            if done - told >= _TOLD_EACH:
                told = done
                tools.progress(done)
        return reading.finish()


class _Reading:
    """One export being read."""

    def __init__(self, tools: Tools, skipped: int) -> None:
        self._tools = tools
        self._skipped = skipped  # lines before the root
        self._days = Days(tools.now)
        self._workouts = Workouts(tools)
        self._counts: Counter[str] = Counter()
        self._left: Counter[str] = Counter()
        self._records = 0
        self._taken: deque[Row] = deque()
        self._rest = b""
        self._depth = 0
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start

    def feed(self, chunk: bytes) -> None:
        """Read on. Only whole tags are looked at; the last one waits for its end."""
        text = self._rest + chunk.translate(None, _CONTROLS)
        parts, structure = self._split(text, text.rfind(b"<"))  # which no attribute holds
        plain = not self._depth and not _OTHER.search(structure)
        if not plain and _NO_TAG.search(structure):  # a record in a comment is none
            text = _COMMENT.sub(b"", text)
            other = _NO_TAG.search(text)
            parts, structure = self._split(text, other.start() if other else text.rfind(b"<"))
        rows = zip(parts[1::_STEP], parts[2::_STEP], parts[3::_STEP], parts[4::_STEP], strict=True)
        if plain:  # nothing but records: Expat has only to agree
            self._parser.StartElementHandler = None
            self._parse(structure)
            self._parser.StartElementHandler = self._start
            self._records += len(parts) // _STEP
            self._days.take(rows)
        else:
            self._taken.extend(rows)
            self._parse(structure)

    def _split(self, text: bytes, cut: int) -> tuple[list[bytes], bytes]:
        """Give the records, each with what stands before it, and the same text without them; keep what is cut off."""
        self._rest = text[cut:]
        if len(self._rest) > _MOST_TOKEN:
            raise DamagedExportError(f"a tag of more than {_MOST_TOKEN} bytes")
        parts = _RECORD.split(text[:cut])
        return parts, _TAKEN.join(parts[::_STEP])

    def _parse(self, text: bytes, *, end: bool = False) -> None:
        try:
            self._parser.Parse(text, end)
        except (expat.ExpatError, IndexError):  # the second: a record was without attributes to begin with
            raise DamagedExportError(f"line {self._line}") from None
        if len(self._taken) > _CHUNK or (end and self._taken):  # records where expat sees none: a comment
            raise DamagedExportError(f"line {self._line}")

    @property
    def _line(self) -> int:
        return self._skipped + self._parser.CurrentLineNumber

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "Record":
            self._records += 1
            self._days.take_one(_row(attributes) if attributes else self._taken.popleft())
        elif name not in _WITHIN_RECORD:
            self._other(name, attributes)

    def _other(self, name: str, attributes: dict[str, str]) -> None:
        if name in _ABOUT:
            return
        told = name[:LONGEST] if name in _OWN or len(self._counts) < _MOST_NAMES else REST
        self._counts[told] += 1
        if name == "Workout":
            self._workouts.begin(attributes, self._line)
        elif name == "ActivitySummary":
            self._workouts.summary(attributes, self._days)
        elif name not in _OWN:
            self._left[told] += 1
        self._depth = 1
        self._parser.StartElementHandler = self._within
        self._parser.EndElementHandler = self._end

    def _within(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if name == "Record" and not attributes:
            self._taken.popleft()
        elif name == "WorkoutStatistics" and self._depth == _CHILD:  # of the whole, not of one leg
            self._workouts.measured(attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if not self._depth:
            self._parser.StartElementHandler = self._start
            self._parser.EndElementHandler = None
            if name == "Workout":
                self._workouts.end()

    def finish(self) -> Report:
        """Give what was read. Raises `NoResultsError` when it was nothing."""
        self._parse(self._rest, end=True)
        if not self._records and not self._counts:
            raise NoResultsError("0 records")
        rollups, devices = self._days.finish()
        left = self._left + self._days.left + self._workouts.left
        return within(
            Report(
                kind="apple_health", language=self._tools.language, laboratory=None, collected=None, reported=None,
                pages=1, facts=tuple(self._workouts.facts), not_read=(), rollups=rollups, devices=devices,
                counts=(("Record", self._records), *self._counts.items()), left=tuple(left.items()),
            )
        )  # fmt: skip


def _row(attributes: dict[str, str]) -> Row:
    """Give what the pattern would have given of a record that is written otherwise."""
    start, end, value = (attributes.get(name, "").encode() for name in ("startDate", "endDate", "value"))
    return head_of(attributes), start, end, value


def _from_root(source: Source) -> tuple[bytes, int]:
    """Give the text from the root on, and how many lines stand before it."""
    text = source.read(_CHUNK)
    while (at := text.find(_ROOT)) < 0:
        more = source.read(_CHUNK)
        if not more or len(text) > _MOST_DTD:
            raise DamagedExportError(f"no root in {len(text)} bytes")
        text += more
    return text[at:], text.count(b"\n", 0, at)
