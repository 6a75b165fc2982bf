"""Laboratory reports, prescriptions, visit summaries and reports of pictures as PDF: its text and, where a page is a picture, what it says."""

from bot.health.facts import Report
from bot.health.importers.importer import Source, Tools

_HEADER_WITHIN = 1024


class PdfImporter:
    """Fulfils `Importer` for PDF."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        return b"%PDF-" in head[:_HEADER_WITHIN]

    def read(self, source: Source, tools: Tools) -> Report:
        if tools.pictures:
            from bot.health.pictures.reading import read_scan  # noqa: PLC0415  (its libraries weigh 300 MB)

            return read_scan(source.whole(), tools)
        from bot.health.documents.report import extract  # noqa: PLC0415  (its libraries weigh 60 MB)

        return extract(
            source.whole(), tools.recognise, tools.units, max_pages=tools.max_pages, password=tools.password,
            now=tools.now,
        )  # fmt: skip
