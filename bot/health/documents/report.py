"""One PDF to one `Report` of proposed facts, synchronously; meant to run in the worker process, never in the bot's own.

A line is a fact, a refusal that is listed, or not a result at all. Nothing in between is stored.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from bot.health.documents.errors import NoResultsError, ScanError
from bot.health.documents.gathering import Gathering
from bot.health.documents.heading import Heading, read_heading
from bot.health.documents.identity import printed_name
from bot.health.documents.items import Scanner
from bot.health.documents.labels import Recognise
from bot.health.documents.pages import Page, open_pages
from bot.health.documents.prose import Prose, read_prose
from bot.health.documents.streams import streams
from bot.health.facts.model import Fact, NotRead, Report
from bot.health.facts.units import Units

_MOST = 10_000  # facts, or lines not read; a person confirms them one by one


def extract(
    pdf: bytes,
    recognise: Recognise,
    units: Units,
    *,
    max_pages: int,
    password: str | None = None,
    now: datetime | None = None,
) -> Report:
    """Read what the text of *pdf* says. Raises a `DocumentError` for each reason why it cannot."""
    pages = open_pages(pdf, max_pages=max_pages, password=password)
    if any(page.picture for page in pages):
        raise ScanError(f"{len(pages)} pages")
    return read_pages(pages, recognise, units, now=now)


def read_pages(
    pages: Sequence[Page], recognise: Recognise, units: Units, *, now: datetime | None = None, in_words: bool = True
) -> Report:
    """Read what *pages* say. A day after *now* is no day of theirs: it is dropped and counted.

    Without *in_words*, results alone: what a picture says in words nothing else on it confirms.
    """
    heading = read_heading(pages)
    facts, not_read = read_results(pages, heading, recognise, units)
    report = Report(
        language=heading.language, laboratory=heading.laboratory, collected=heading.collected,
        reported=heading.reported, pages=len(pages), facts=facts, not_read=not_read, person=printed_name(pages),
    )  # fmt: skip
    prose = read_prose(pages, heading) if in_words else None
    if prose is not None:
        report = _with_prose(report, prose)
    if not report.facts and not report.not_read:
        raise NoResultsError(f"{len(pages)} pages")
    pictures = [
        NotRead(page=p.number, line=1, reason="not_a_result", text="") for p in pages if p.picture and not p.rows
    ]
    listed = sorted([*report.not_read, *pictures], key=lambda n: (n.page, n.line))
    left = [("facts", len(report.facts) - _MOST), ("lines", len(listed) - _MOST)]
    report = replace(
        report, facts=report.facts[:_MOST], not_read=tuple(listed[:_MOST]), left=tuple((k, n) for k, n in left if n > 0)
    )
    return _until_today(report, now) if now else report


def read_results(
    pages: Iterable[Page], heading: Heading, recognise: Recognise, units: Units
) -> tuple[tuple[Fact, ...], tuple[NotRead, ...]]:
    """Give the laboratory results on *pages*, and the lines that look like some and were not understood."""
    scanner = Scanner(heading.mark, units)
    gathering = Gathering(heading, scanner, recognise)
    for page in pages:
        for stream in streams(page, scanner):
            gathering.take(stream)
    return gathering.finish()


def _with_prose(report: Report, prose: Prose) -> Report:
    """Give what a document in words says; where results stand in it too, it stays a laboratory report and holds both."""
    told = prose.told
    results = [fact for fact in report.facts if (fact.page, fact.line) not in told.claimed and _measured(fact)]
    if prose.kind == "prescription" and any(fact.ref_text for fact in results):
        return report
    if prose.kind == "prescription" or not results:
        return replace(
            report, kind=prose.kind, laboratory=prose.author or report.laboratory, collected=None,
            reported=prose.written, facts=tuple(told.facts), not_read=tuple(told.not_read),
        )  # fmt: skip
    kept = {(fact.page, fact.line) for fact in results}
    listed = {(n.page, n.line): n for n in (*told.not_read, *report.not_read)}
    last = int(results[-1].id.rstrip("abcdefghijklmnopqrstuvwxyz"))
    further = [replace(fact, id=str(last + n)) for n, fact in enumerate(told.facts, start=1)]
    return replace(
        report,
        reported=report.reported or prose.written,
        facts=(*results, *further),
        not_read=tuple(n for place, n in listed.items() if place not in kept | told.claimed),
    )


def _measured(fact: Fact) -> bool:
    """Say whether a fact is certainly a laboratory's: a known analyte in a unit of concentration, or a share."""
    return (
        fact.analyte is not None
        and fact.number is not None
        and fact.ucum is not None
        and ("/" in fact.ucum or fact.ucum == "%")
    )


def _until_today(report: Report, now: datetime) -> Report:
    latest = now.date() + timedelta(days=1)

    def past(day: date | None) -> date | None:
        return day if day is None or day <= latest else None

    facts = tuple(
        fact if fact.category == "appointment" else replace(fact, date=past(fact.date)) for fact in report.facts
    )
    dropped = sum(fact.date != kept.date for fact, kept in zip(report.facts, facts, strict=True))
    left = (*report.left, ("impossible", dropped)) if dropped else report.left
    return replace(report, facts=facts, collected=past(report.collected), reported=past(report.reported), left=left)
