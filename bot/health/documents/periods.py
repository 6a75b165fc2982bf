"""When a document in words was written, and the last day of what it says lasts.

A length that could be read in two ways, or that is renewed or followed by another, gives no last day.
"""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from bot.health.documents.dates import DateOrder, parse_date
from bot.health.documents.items import DATE

_WRITTEN: Final = re.compile(
    r"(?:fait\s+(?:à|le)\b[^0-9]{0,40}|,\s*le\s+|^le\s+|(?:consultation|visite|ordonnance|examen|sortie|discharged?|scanner|irm|échographie|radiographie|prescription)\s+(?:du|le)\s*:?\s*"
    r"|(?:date|seen|visit|exam(?:ination)?|written|issued|prescribed|ordered|performed|réalisée?|study|service|discharge)"
    r"(?:\s+(?:date|on|le|written|issued|(?:of|de|d['’]|de\s+la|de\s+l['’])\s*(?:visite?|sortie|discharge|service|exam(?:en|ination)?|issue|consultation|prescription|study|procedure|clinic)))?\s*:?\s*)$",
    re.IGNORECASE,
)
_TO: Final = re.compile(rf"(?:du|from)\s+{DATE.pattern}\s+(?:au|to)\s+$", re.IGNORECASE)  # a stay is told when it ends
_ELSEWHEN: Final = re.compile(
    r"n[ée]+(?:\(e\))?\s+le|naissance|birth|born|d\.?o\.?b|rendez|rdv|appointment|follow|revoir|contrôle|until|jusqu|admission|admitted|entrée?|expire|valable|valid|prochain|next",
    re.IGNORECASE,
)
_COUNTED: Final = {"un": 1, "une": 1, "one": 1, "a": 1, "deux": 2, "two": 2, "trois": 3, "three": 3, "six": 6}
_LASTING: Final = re.compile(
    r"(?<!\w)(?:pendant|durant|pour(?:\s+une\s+durée\s+de)?|durée\s*(?:du\s+traitement)?\s*:|qsp|q\.s\.p\.?|for|duration\s*:|[x×])\s*"
    rf"(?P<count>[0-9]{{1,3}}|{'|'.join(_COUNTED)})\s?(?P<unit>jours?|j|semaines?|sem|mois|days?|weeks?|wks?|months?)(?!\w)",
    re.IGNORECASE,
)
_UNTIL: Final = re.compile(r"(?:jusqu['’]\s?au|until|through|till)\s+(?:le\s+)?$", re.IGNORECASE)
_UNCERTAIN: Final = re.compile(
    r"(?<!\w)(?:puis|then|à partir|starting|renouvel\w*|refills?\b(?!\s*:?\s*(?:0|none))|(?:jours?|days?)\s+(?:par|per|a|chaque|each|every)\s+(?:mois|month)|or|ou\s+[0-9]|[0-9]\s?(?:à|-|to)\s?[0-9]+\s?(?:jours|days|semaines|weeks|mois|months))(?!\w)",
    re.IGNORECASE,
)
_NOT_RENEWED: Final = re.compile(r"(?:non|ne\s+pas|à\s+ne\s+pas)\s+renouvel\w*|no\s+refills?", re.IGNORECASE)
_MOST_DAYS: Final = 730
_MOST: Final = 366  # of any unit; weeks and months beyond `_MOST_DAYS` are dropped below
_LAST_YEAR: Final = date.max.year - 40


def written_on(lines: Iterable[str], order: DateOrder) -> date | None:
    """Give the day a document names as its own, else the only day it prints that is nobody's birth and no plan."""
    others: set[date] = set()
    for line in lines:
        end = 0
        for found in DATE.finditer(line):
            day, before, end = parse_date(found[0], order), line[end : found.start()], found.end()
            if day is None or _ELSEWHEN.search(before):
                continue
            if _WRITTEN.search(before) or _TO.search(line[: found.start()]):
                return day
            others.add(day)
    return others.pop() if len(others) == 1 else None


def last_day(text: str, start: date | None, order: DateOrder) -> date | None:
    """Give the last day of what *text* says lasts from *start*: seven days from Monday end on Sunday."""
    printed = [found for found in DATE.finditer(text) if _UNTIL.search(text[: found.start()])]
    if len(printed) == 1:
        return parse_date(printed[0][0], order)
    lengths = list(_LASTING.finditer(text))
    if start is None or start.year > _LAST_YEAR or len(lengths) != 1 or uncertain(text):
        return None
    count = lengths[0]["count"].lower()
    number = int(count) if count.isdigit() else _COUNTED[count]
    return _after(start, number, lengths[0]["unit"].lower())


def uncertain(text: str) -> bool:
    """Say whether *text* renews what it lasts, or goes on with something else."""
    return _UNCERTAIN.search(_NOT_RENEWED.sub(" ", text)) is not None


def _after(start: date, number: int, unit: str) -> date | None:
    if number > _MOST:
        return None
    if unit.startswith("mo"):
        month = start.year * 12 + start.month - 1 + number
        year, month = divmod(month, 12)
        end = date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
    else:
        end = start + timedelta(days=number * (1 if unit[0] in "jd" else 7))
    return end - timedelta(days=1) if start < end <= start + timedelta(days=_MOST_DAYS) else None
