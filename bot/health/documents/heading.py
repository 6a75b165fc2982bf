"""What stands around the results: the language, how it writes numbers and dates, the laboratory, the days."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Final

from bot.health.documents.dates import DateOrder, parse_date, settled_order
from bot.health.documents.identity import check_one_patient
from bot.health.documents.items import DATE
from bot.health.documents.pages import Page
from bot.health.documents.rows import GAP, Row
from bot.health.documents.speech import language_of_text
from bot.health.facts.numbers import Mark
from bot.i18n import Language

_COLLECTED: Final = (
    r"pr[ée]l[èe]v(?:ements?|[ée]e?)|collect(?:ed|ion)(?:\s+date)?|specimen\s+(?:date|collected|taken)|sample\s+(?:date|taken|collected)"
    r"|date\s+(?:of\s+collection|collected|taken|drawn)|drawn|date\s+(?:du|de)\s+pr[ée]l[èe]vement"
)
_REPORTED: Final = (
    r"[ée]dit[ée]e?|imprim[ée]e?|valid[ée]e?|report\s+date|date\s+(?:of\s+report|reported|printed|d['’][ée]dition|du\s+compte|de\s+validation)"
    r"|report(?:ed|\s+issued)|compte[- ]rendu\s+du|r[ée]sultats?\s+du|printed|issued"
)
_OTHER: Final = r"n[ée](?:\(e\)|e)?\s+le|naissance|birth|d\.?o\.?b|re[çc]ue?|received|registered|enregistr[ée]|ordered|prescri|ant[ée]rio|previous|prior"
_KEYWORD: Final = re.compile(
    rf"(?<!\w)(?:(?P<collected>{_COLLECTED})|(?P<reported>{_REPORTED})|(?P<other>{_OTHER}))(?!\w)", re.IGNORECASE
)
_BRITISH: Final = re.compile(
    r"\bNHS\b|\bGP\b|[Hh]aem|[Oo]edema|\bSurname\b|[Cc]entre\b|\bUK\b|[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b"
)
_AMERICAN: Final = re.compile(
    r"\bm[gG]/d[lL]\b|\b[A-Z]{2} [0-9]{5}(?![0-9])|\b(?:NPI|DEA)\b"
)  # "TX 75201" is a state and its code
_LABORATORY: Final = re.compile(
    r"laborato\w*|\blabs?\b|\blbm\b|biologie|biolog\w+ médicale|diagnostics?\b|clinical|patholog\w+|hospital|h[ôo]pital|\bchu?\b|clini(?:que|c)\b|\bnhs\b"
    r"|medical (?:cent(?:er|re)|group)|institut\w*|biolab\w*|bio\w*lab\w*",
    re.IGNORECASE,
)
_TITLE: Final = re.compile(
    r"compte[- ]rendu|report\b|résultats|results|prescri|docteur|\bdr\b|patient|page\b|tél|phone|www|@|nhs\s+n|history",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What the document says about itself."""

    language: Language
    mark: Mark
    order: DateOrder
    laboratory: str | None
    collected: date | None
    reported: date | None


def read_heading(pages: Sequence[Page]) -> Heading:
    """Read what surrounds the results. Raises `UnsupportedLanguageError`, `TwoPatientsError`."""
    rows = [row for page in pages for row in page.rows]
    language = language_of_text(row.text for row in rows)
    order = _order(language, rows)
    check_one_patient(pages, order)
    dates = _dates(rows, order)
    return Heading(
        language=language, mark=_mark(language, rows), order=order, laboratory=_laboratory(pages),
        collected=dates.get("collected"), reported=dates.get("reported"),
    )  # fmt: skip


def _mark(language: Language, rows: Iterable[Row]) -> Mark:
    """Give the decimal mark: the language's, unless every decimal in the document is written the other way."""
    text = DATE.sub(" ", " \n".join(row.text for row in rows))
    points = re.search(r"(?<![\w.,])[0-9]+\.[0-9]{1,2}(?![\w.,])", text)
    if language == "fr":  # commas part no thousands in French, but points may: "4.520.000"
        other = re.search(r"(?<![\w.,])[0-9]+,[0-9]+(?![\w.,])|[0-9]\.[0-9]{3}\.[0-9]{3}", text)
        return "." if points and not other else ","
    commas = re.search(r"(?<![\w.,])[0-9]+,[0-9]{1,2}(?![\w.,])", text)
    return "," if commas and not points else "."


def _order(language: Language, rows: Sequence[Row]) -> DateOrder:
    if language == "fr":
        return "dmy"
    text = "\n".join(row.text for row in rows)
    proven = settled_order(found[0] for found in DATE.finditer(text))
    if proven:
        return proven
    if _BRITISH.search(text):
        return "dmy"
    return "mdy" if _AMERICAN.search(text) else "unknown"


def _dates(rows: Sequence[Row], order: DateOrder) -> dict[str, date]:
    """Give the first date after each keyword: in its row, else right below it."""
    found: dict[str, date] = {}
    for row, below in zip(rows, [*rows[1:], None], strict=False):
        marks = list(_KEYWORD.finditer(row.text))
        for mark, following in zip(marks, [*marks[1:], None], strict=False):
            kind = str(mark.lastgroup)
            end = following.start() if following else len(row.text)
            printed = DATE.search(row.text, mark.end(), end)
            day = parse_date(printed[0], order) if printed else _date_below(row, below, mark, order)
            if day is not None:
                found.setdefault(kind, day)
    return found


def _date_below(row: Row, below: Row | None, mark: re.Match[str], order: DateOrder) -> date | None:
    if below is None or below.page != row.page or _KEYWORD.search(below.text):
        return None
    left, right = row.place(mark.start(), mark.end())
    for printed in DATE.finditer(below.text):
        start, end = below.place(printed.start(), printed.end())
        if start < right and left < end:
            return parse_date(printed[0], order)
    return None


def _laboratory(pages: Sequence[Page]) -> str | None:
    """Give the first line at the top that looks like a laboratory's name, else one printed larger than the rest."""
    first = next((page for page in pages if page.rows), None)
    if first is None:
        return None
    body = median(row.height for row in first.rows)
    top = [row for row in first.rows if row.centre < first.height / 4]
    for row in top:
        cell = next((c for c in row.text.split(GAP) if _LABORATORY.search(c) and not _TITLE.search(c)), None)
        if cell:
            return cell.strip()[:120]
    large = (row.text.split(GAP)[0] for row in top if row.height > 1.15 * body and not _TITLE.search(row.text))
    return next((cell[:120] for cell in large if not re.search(r"\d", cell)), None)
