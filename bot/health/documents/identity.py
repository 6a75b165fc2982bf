"""Whether all pages speak of one patient, and which name they print: it tells a stranger's document from one's own."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from bot.health.documents.dates import DateOrder, parse_date
from bot.health.documents.errors import TwoPatientsError
from bot.health.documents.items import DATE
from bot.health.documents.pages import Page
from bot.health.documents.rows import Row

_PERSON: Final = re.compile(
    r"(?<![\w'’])(?P<kind>patiente?(?:\s+name)?|nom(?:\s+et\s+prénom)?(?:\s+du\s+patient)?|nom,?\s+prénom|surname|last\s+name|name|prénom|first\s+name|given\s+name)\s*:\s*(?P<name>[^\t:0-9]{2,60})",
    re.IGNORECASE,
)
_TITLED: Final = re.compile(
    r"^(?:mme|mlle|madame|mademoiselle|monsieur|mr|mrs|ms|m)\.?\s+(?P<name>[^\t:0-9]{3,60})", re.IGNORECASE
)
_BORN: Final = re.compile(
    r"(?:n[ée](?:\(e\)|e)?\s+le|date\s+de\s+naissance|date\s+of\s+birth|birth\s?date|born(?:\s+on)?|d\.?\s?o\.?\s?b\.?|ddn)\s*:?\s*",
    re.IGNORECASE,
)
_NOT_PATIENT: Final = re.compile(
    r"docteur|\bdr\b|biologiste|pharmacien|médecin|prescri|physician|provider|doctor|director|naissance\s*:|jeune fille|maiden",
    re.IGNORECASE,
)
_AFTER_NAME: Final = re.compile(
    r"\b(?:n[ée](?:\(e\)|e)?|dob|d\.o\.b|sexe?|age|âge|date|gender|prénom|first|mrn|id|ipp|nir|dossier|réf)\b.*",
    re.IGNORECASE,
)


def check_one_patient(pages: Sequence[Page], order: DateOrder) -> None:
    """Compare every name and date of birth. Raises `TwoPatientsError` when they cannot be one person's."""
    births: set[date | str] = set()
    names: dict[str, list[frozenset[str]]] = {}
    for page in pages:
        for row in page.rows:
            births.update(_births(row, order))
        for kind, printed in _names(page):
            names.setdefault(kind, []).append(_name(printed))
    differ = any(not (a <= b or b <= a) for seen in names.values() for a in seen for b in seen)
    if len(births) > 1 or differ:
        raise TwoPatientsError(f"{len(births)} births, {len(pages)} pages")


def printed_name(pages: Sequence[Page]) -> str | None:
    """Give the patient's name as the first page that has one prints it, without what stands after it."""
    first = next((printed for page in pages for _, printed in _names(page)), None)
    return " ".join(_AFTER_NAME.sub("", first).split()).strip(" ,-") or None if first else None


def _births(row: Row, order: DateOrder) -> Iterator[date | str]:
    for mark in _BORN.finditer(row.text):
        printed = DATE.match(row.text, mark.end())
        if printed:
            yield parse_date(printed[0], order) or printed[0]


def _names(page: Page) -> Iterator[tuple[str, str]]:
    titled = False  # the first "Mme …" of a page is the patient; further down sign biologists
    for row in page.rows:
        if _NOT_PATIENT.search(_BORN.sub("", row.text)):
            continue
        for labelled in _PERSON.finditer(row.text):
            if _name(labelled["name"]):
                yield _unaccented(labelled["kind"]).split()[0].rstrip(","), labelled["name"]
        called = None if titled or row.centre > page.height / 2 else _TITLED.match(row.text)
        if called and _name(called["name"]):
            titled = True
            yield "titled", called["name"]


def _name(printed: str) -> frozenset[str]:
    words = re.findall(r"[A-Z]{2,}", _unaccented(_AFTER_NAME.sub("", printed)))
    return frozenset(words) - {"MME", "MR", "MRS", "MS", "MLLE", "MONSIEUR", "MADAME"}


def _unaccented(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", text.upper()) if not unicodedata.combining(c))
