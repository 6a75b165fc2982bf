"""Photos, scans and PDFs of pictures to one `Report`, by the very rules that read a PDF's text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.health.documents.errors import (
    NoResultsError,
    TooManyPagesError,
    UnsupportedLanguageError,
)
from bot.health.documents.pages import Page, open_pages
from bot.health.documents.report import read_pages
from bot.health.facts import Report
from bot.health.importers.importer import Tools
from bot.health.pictures.decoding import pages_of
from bot.health.pictures.doubt import sifted
from bot.health.pictures.networks import Networks
from bot.health.pictures.pixels import Pixels
from bot.health.pictures.rendering import rendered
from bot.health.pictures.sight import Sight, look

_MOST: Final = 8  # pictures read of one document, each up to ten seconds of a processor
_UNSURE: Final = 0.5  # of what looked like words: they are none


def read_picture(data: bytes, tools: Tools) -> Report:
    """Read a picture file, a page each of its pages."""
    count, pictures = pages_of(data, most=_MOST)
    if count > tools.max_pages:
        raise TooManyPagesError(f"{count} pages, {tools.max_pages} allowed")
    sights = _look(enumerate(pictures, start=1), count, len(data), tools)
    pages = [sights[n].page if n in sights else _unseen(n) for n in range(1, count + 1)]
    return replace(_understood(pages, sights, tools), kind="picture")


def read_scan(pdf: bytes, tools: Tools) -> Report:
    """Read a PDF of which some pages are pictures."""
    pages = open_pages(pdf, max_pages=tools.max_pages, password=tools.password)
    blind = [page.number for page in pages if page.picture][:_MOST]
    pictures = rendered(pdf, blind, password=tools.password)
    sights = _look(zip(blind, pictures, strict=True), len(blind), len(pdf), tools)
    return _understood([sights[p.number].page if p.number in sights else p for p in pages], sights, tools)


def _look(pictures: Iterable[tuple[int, Pixels]], count: int, size: int, tools: Tools) -> dict[int, Sight]:
    networks = Networks()
    sights: dict[int, Sight] = {}
    for done, (number, picture) in enumerate(pictures, start=1):
        sights[number] = look(picture, number, networks)
        tools.progress(size * done // max(count, 1))
    return sights


def _understood(pages: Sequence[Page], sights: Mapping[int, Sight], tools: Tools) -> Report:
    if not any(page.rows for page in pages):
        raise NoResultsError(f"{len(pages)} pages")
    try:
        report = read_pages(pages, tools.recognise, tools.units, in_words=False)
    except UnsupportedLanguageError:
        if all(sight.unsure > _UNSURE for sight in sights.values()):
            raise NoResultsError(f"{len(pages)} pages") from None  # leaves, or a cat: not another language
        raise
    return sifted(report, sights, tools)


def _unseen(number: int) -> Page:
    return Page(number=number, width=1.0, height=1.0, rows=(), picture=True)
