"""A PDF opened within limits and turned into rows of placed words, or refused for one plain reason.

pdfium opens and counts, because it is fast and hard to break; pdfplumber then places each character.
"""

import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import pdfplumber
import pypdfium2  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium  # type: ignore[import-untyped]

from bot.health.documents.errors import (
    CorruptError,
    EmptyDocumentError,
    EncryptedError,
    TooHeavyError,
    TooManyPagesError,
    UnknownFormatError,
    WrongPasswordError,
)
from bot.health.documents.rows import Glyph, Row, rows_of

_HEADER_WITHIN = 1024  # readers accept junk before "%PDF-", and some laboratories' portals send some
_MOST_GLYPHS = 30_000  # a page; a dense one has 6,000
_LEAST_TEXT = 40  # glyphs of a page, or a whole document, that has text at all
_MOSTLY = 0.5
_LIGATURES: Final = str.maketrans({chr(c): unicodedata.normalize("NFKC", chr(c)) for c in range(0xFB00, 0xFB07)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as rows from top to bottom."""

    number: int
    width: float
    height: float
    rows: tuple[Row, ...]
    picture: bool  # nothing but an image: it has no rows unless letters were found in it


def open_pages(pdf: bytes, *, max_pages: int, password: str | None = None) -> tuple[Page, ...]:
    """Give the rows of every page. Raises one `DocumentError` per reason why it cannot."""
    if not pdf:
        raise EmptyDocumentError("0 bytes")
    if b"%PDF-" not in pdf[:_HEADER_WITHIN]:
        raise UnknownFormatError(f"{len(pdf)} bytes")
    unseen = _checked(pdf, max_pages=max_pages, password=password)
    try:
        with pdfplumber.open(io.BytesIO(pdf), password=password or "") as document:
            pages = tuple(
                _page(page, number, unseen=number in unseen) for number, page in enumerate(document.pages, start=1)
            )
    except (MemoryError, RecursionError):
        raise TooHeavyError("pages") from None
    except TooHeavyError:
        raise
    except Exception:  # noqa: BLE001 - a damaged file makes the parser raise anything; its words quote the file
        raise CorruptError("pages") from None
    if sum(len(row.text) for page in pages for row in page.rows) < _LEAST_TEXT:
        return tuple(replace(page, rows=(), picture=True) for page in pages)
    return pages


def _checked(pdf: bytes, *, max_pages: int, password: str | None) -> frozenset[int]:
    """Refuse what must not reach the slower parser; give the pages whose text is there but not to be seen."""
    try:
        document = pypdfium2.PdfDocument(pdf, password=password)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD:
            raise (WrongPasswordError if password else EncryptedError)("password") from None
        raise CorruptError(f"{len(pdf)} bytes") from None
    try:
        if len(document) > max_pages:
            raise TooManyPagesError(f"{len(document)} pages, {max_pages} allowed")
        if len(document) == 0:
            raise CorruptError("0 pages")
        if any(page.get_textpage().count_chars() > _MOST_GLYPHS for page in document):
            raise TooHeavyError("glyphs")
        return frozenset(number for number, page in enumerate(document, start=1) if _unseen(page))
    except pypdfium2.PdfiumError:
        raise CorruptError("page") from None
    finally:
        document.close()


def _unseen(page: Any) -> bool:
    """Say whether all text of *page* is invisible: some program's reading of the picture above it, as good as any."""
    texts = page.get_objects([pdfium.FPDF_PAGEOBJ_TEXT])
    modes = (pdfium.FPDFTextObj_GetTextRenderMode(text.raw) for text in texts)
    hidden = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
    return next(modes, None) == hidden and all(mode == hidden for mode in modes)


def _page(page: Any, number: int, *, unseen: bool) -> Page:
    if len(page.chars) > _MOST_GLYPHS:
        raise TooHeavyError("glyphs")
    glyphs = tuple(_glyphs(page))
    pictured = unseen or (len(glyphs) < _LEAST_TEXT and _covered(page) > _MOSTLY)
    rows = () if pictured else rows_of(glyphs, number)
    found = Page(
        number=number,
        width=float(page.width),
        height=float(page.height),
        rows=rows,
        picture=pictured or (not rows and bool(page.images)),
    )
    page.close()  # a page keeps its whole layout otherwise
    return found


def _covered(page: Any) -> float:
    """Give the share of *page* that its largest image covers: a scanner's own line of text makes no text page."""
    areas = (abs(float(i["x1"] - i["x0"]) * float(i["bottom"] - i["top"])) for i in page.images)
    return max(areas, default=0.0) / (float(page.width) * float(page.height))


def _glyphs(page: Any) -> Iterator[Glyph]:
    for char in page.chars:
        text = unicodedata.normalize("NFC", str(char["text"]).translate(_LIGATURES))
        inside = -1 <= char["x0"] <= page.width and -1 <= char["top"] <= page.height
        if char["upright"] and inside and text and not text.startswith("(cid:"):  # cid: a glyph without a meaning
            yield Glyph(
                text=text, x0=float(char["x0"]), x1=float(char["x1"]), top=float(char["top"]),
                bottom=float(char["bottom"]), bold="bold" in char["fontname"].lower(),
            )  # fmt: skip
