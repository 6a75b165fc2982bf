"""What a connection brings, as a document: read in the limited process like any upload, then proposed to its owner."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from bot.chat.model import Show, Turn
from bot.health.reading import ReadReport
from bot.health.records import Document, Records
from bot.health.reports import Reports, kept

_NAME = "record.ndjson"


class Bringing:
    """Proposes; confirms by itself only what its owner allowed for good, and never what bears another's name."""

    def __init__(
        self, *, records: Records, reports: Reports, read: ReadReport, readers: asyncio.Semaphore
    ) -> None:  # fmt: skip
        self._records = records
        self._reports = reports
        self._read = read
        self._readers = readers

    async def bring(
        self, turn: Turn, lines: bytes, *, source: UUID, label: str, sure: bool
    ) -> tuple[Document, Sequence[Show]]:
        """Propose what *lines* say. Raises a `DocumentError`; a replayed turn brings nothing twice."""
        document = await self._records.of_turn(turn.person, turn.id)
        if document is None:
            document = await self._propose(turn, lines, source, label)
        sure = sure and await self._reports.other_name(turn, document) is None
        if document.state == "confirmed" or (document.state == "proposed" and sure):
            facts = await self._records.confirm(turn.person, document)
            return document, [kept(turn.language, document, facts)]
        return document, [await self._reports.screen(document, turn)]

    async def _propose(self, turn: Turn, lines: bytes, source: UUID, label: str) -> Document:
        async def unwatched(_: float) -> None: ...

        async with self._readers:
            report = await self._read(lines, name=_NAME, language=turn.language, password=None, watch=unwatched)
        report = replace(report, kind="record", laboratory=report.laboratory or label)
        return await self._records.propose(turn.person, turn.id, lines, report, source=source)
