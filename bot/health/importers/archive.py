"""A zip archive: each file of it is read by the importer it is for, and what they say becomes one report.

Names are only looked at, never opened. What no importer knows is counted; an archive within an archive is not opened.
"""

from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath
from typing import BinaryIO, Final, cast

from bot.health.documents.errors import DocumentError, UnknownFormatError
from bot.health.facts import Report
from bot.health.importers import registry
from bot.health.importers.apple import listed
from bot.health.importers.importer import Source, Tools
from bot.health.importers.merging import merged, within
from bot.health.importers.unzip import Member, Unzip

_SIGNS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_SYSTEM, _SYSTEMS = 5, b"\x14"  # which made the archive, and how many there are: other bytes are no archive's


class ArchiveImporter:
    """Fulfils `Importer` for zip archives."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        return head.startswith(_SIGNS) and head[_SYSTEM:][:1] < _SYSTEMS

    def read(self, source: Source, tools: Tools) -> Report:
        reading = _Reading(replace(tools, progress=_untold))
        for member in Unzip(source.read, tools.progress).members():
            reading.take(member)
        return reading.finish()


class _Reading:
    """One archive being read."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._reports: list[Report] = []
        self._refused: list[DocumentError] = []
        self._counts: Counter[str] = Counter()
        self._left: Counter[str] = Counter()

    def take(self, member: Member) -> None:
        self._counts["files"] += 1
        if _outside(member.name):
            self._left["path"] += 1
        elif kind := listed(member.name):
            self._counts[kind] += 1
            self._left[kind] += 1
        else:
            self._read(Source(cast("BinaryIO", member), name=member.name))  # of a file it has all that is asked for

    def _read(self, source: Source) -> None:
        importer = registry.importer_for(source.name, source.head)
        if isinstance(importer, ArchiveImporter):
            self._left["archive"] += 1
        elif importer is None:
            self._left["unknown_format"] += 1
        else:
            try:
                self._reports.append(importer.read(source, self._tools))
            except DocumentError as refusal:  # an archive's own fault is met again where its next member is sought
                self._refused.append(refusal)
                self._left[refusal.reply.rpartition(".")[2]] += 1

    def finish(self) -> Report:
        """Give the one report. Raises the first refusal when nothing could be read."""
        if not self._reports:
            raise self._refused[0] if self._refused else UnknownFormatError(f"{self._counts['files']} files")
        report = merged(self._reports)
        counts, left = (*report.counts, *self._counts.items()), Counter(dict(report.left))
        left.update(self._left)
        return within(replace(report, counts=counts, left=tuple(left.items())))


def _outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name.split("/", maxsplit=1)[0]


def _untold(_: int) -> None:
    """Tell nothing: the archive tells how much of itself was read."""
