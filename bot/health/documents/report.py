"""One PDF to one `Report` of proposed facts, synchronously; meant to run in the worker process, never in the bot's own.

A line is a fact, a refusal that is listed, or not a result at all. Nothing in between is stored.
"""

from collections.abc import Sequence

from bot.health.documents.errors import NoResultsError, ScanError
from bot.health.documents.gathering import Gathering
from bot.health.documents.heading import read_heading
from bot.health.documents.items import Scanner
from bot.health.documents.labels import Recognise
from bot.health.documents.pages import Page, open_pages
from bot.health.documents.streams import streams
from bot.health.facts.model import NotRead, Report
from bot.health.facts.units import Units


def extract(pdf: bytes, recognise: Recognise, units: Units, *, max_pages: int, password: str | None = None) -> Report:
    """Read what the text of *pdf* says. Raises a `DocumentError` for each reason why it cannot."""
    pages = open_pages(pdf, max_pages=max_pages, password=password)
    if any(page.picture for page in pages):
        raise ScanError(f"{len(pages)} pages")
    return understand(pages, recognise, units)


def understand(pages: Sequence[Page], recognise: Recognise, units: Units) -> Report:
    """Read what *pages* say. Raises a `DocumentError` for each reason why it cannot."""
    heading = read_heading(pages)
    scanner = Scanner(heading.mark, units)
    gathering = Gathering(heading, scanner, recognise)
    for page in pages:
        for stream in streams(page, scanner):
            gathering.take(stream)
    facts, not_read = gathering.finish()
    pictures = [
        NotRead(page=p.number, line=1, reason="not_a_result", text="") for p in pages if p.picture and not p.rows
    ]
    if not facts and not not_read:
        raise NoResultsError(f"{len(pages)} pages")
    return Report(
        language=heading.language, laboratory=heading.laboratory, collected=heading.collected,
        reported=heading.reported, pages=len(pages), facts=facts,
        not_read=tuple(sorted([*not_read, *pictures], key=lambda n: (n.page, n.line))),
    )  # fmt: skip
