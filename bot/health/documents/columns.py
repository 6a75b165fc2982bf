"""Which column is which, where a report says so: by its headings, or by the dates that stand above its values.

Headings matter most for what must not be read: an earlier result, a laboratory's code.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final, TypeAlias

from bot.health.documents.dates import DateOrder, parse_date
from bot.health.documents.items import DATE, RESULT_WORDS, Item
from bot.health.documents.rows import GAP, Row


class Role(Enum):
    """What a column holds."""

    LABEL = "label"
    VALUE = "value"
    UNIT = "unit"
    RANGE = "range"
    FLAG = "flag"
    EARLIER = "earlier"
    UNCERTAIN = "uncertain"  # dated columns, none of which is known to be this report's
    ASIDE = "aside"  # a laboratory's code, a method


@dataclass(frozen=True, slots=True)
class Column:
    """One heading and the room below it."""

    role: Role
    left: float
    right: float


_HEADINGS: Final[tuple[tuple[Role, str], ...]] = (
    (Role.EARLIER, r"(?:(?:résultats?|valeurs?)\s+)?(?:ant[ée]rio?rit[ée]s?|ant[ée]rieure?s?|précédente?s?|préc\.)|historique|(?:previous|prior|last|past)(?:\s+(?:results?|values?))?(?:\s+and\s+date)?|history|date of previous|anter\."),
    (Role.RANGE, r"(?:valeurs?|intervalles?|limites?|bornes?)(?:\s+biologiques?)?\s+(?:de\s+)?(?:référence|réf\.?|usuelles?|normales?)|normes?|normales?|références?|v\.?\s?r\.?|v\.?\s?n\.?|(?:biological\s+)?(?:reference|ref\.?|normal|standard)\s*(?:range|interval|limits|values?)s?|reference|range|ref\.|intervalle"),
    (Role.VALUE, r"in\s+range|out\s+of\s+range|(?:current|your|patient)\s+(?:result|value)s?(?:\s+and\s+flag)?|result(?:\(s\)|s)?(?:\s+and\s+flag)?|résultats?(?:\s+(?:du\s+jour|actuels?))?|values?|valeurs?|actuel"),
    (Role.LABEL, r"analyses?|analytes?|examens?|paramètres?|tests?(?:\s+name)?|test\(s\)|components?|investigations?|libellé|désignation|determination|procedure"),
    (Role.UNIT, r"unit(?:é|e|y)?s?|unit\(s\)"),
    (Role.FLAG, r"flags?|indicateurs?|alertes?|statut|status|abnormal|interpretation|interprétation|h/l"),
    (Role.ASIDE, r"lab|labo|site|méthodes?|methods?|techniques?|performing lab"),
)  # fmt: skip
_HEADING = re.compile(
    "|".join(f"(?P<r{i}>(?<![\\w])(?:{words})(?![\\w]))" for i, (_, words) in enumerate(_HEADINGS)), re.IGNORECASE
)
_Dated: TypeAlias = tuple[tuple[float, float], date | None]  # where a date stands, and which day it is
_FAR = 60.0  # points between a heading and a value that still belongs to it
_OTHER_WORDS = 3


class Columns:
    """The columns of the table being read."""

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        self._columns = tuple(columns)

    def role(self, row: Row, item: Item, among: frozenset[Role]) -> Role | None:
        """Give the role of the column nearest to *item*, of those it can belong to."""
        left, right = row.place(item.start, item.end)
        near = [
            (max(c.left - right, left - c.right, 0.0), abs(c.left + c.right - left - right), c.role)
            for c in self._columns
            if c.role in among
        ]
        distance, _, role = min(near, key=lambda n: n[:2], default=(_FAR, 0.0, None))
        return role if distance < _FAR else None

    def with_dates(self, row: Row, order: DateOrder, own: Sequence[date]) -> "Columns | None":
        """Give these columns with the dates of *row* above them, or None when the row is not one of dates."""
        dated = [(row.place(*found.span()), parse_date(found[0], order)) for found in DATE.finditer(row.text)]
        rest = _HEADING.sub(" ", re.sub(r"\d\d?[h:]\d\d", " ", DATE.sub(" ", row.text)))
        if not dated or re.search(r"[^\W\d_]{3}|\d", rest) or (len(dated) == 1 and not self._columns):
            return None
        return self._dated(dated, own)

    def _dated(self, dated: Sequence[_Dated], own: Sequence[date]) -> "Columns":
        values = [c for c in self._columns if c.role is Role.VALUE]
        apart = bool(values) and not any(_meet(c, place) for c in values for place, _ in dated)
        current = _current([day for _, day in dated], own)
        new = [Column(_dated_role(day, current, elsewhere=apart, own=own), *place) for place, day in dated]
        settled = any(column.role is Role.VALUE for column in new)
        kept = [
            column
            for column in self._columns
            if column.role not in {Role.VALUE, Role.EARLIER}
            or not (any(_meet(column, place) for place, _ in dated) or (column.role is Role.VALUE and settled))
        ]
        return Columns([*kept, *new])


def _meet(column: Column, place: tuple[float, float]) -> bool:
    return place[0] < column.right and column.left < place[1]


def _current(days: Sequence[date | None], own: Sequence[date]) -> date | None:
    """Give this report's day among those above the columns: its *own*, else, if it says none, the latest."""
    known = [day for day in days if day is not None]
    if own or len(known) < len(days):
        return next((day for day in own if day in known), None)
    return max(known)


def _dated_role(day: date | None, current: date | None, *, elsewhere: bool, own: Sequence[date]) -> Role:
    if elsewhere and (not own or day not in own):
        return Role.EARLIER  # the results have a column of their own
    if current is None:
        return Role.UNCERTAIN
    return Role.VALUE if day == current else Role.EARLIER


def heading_columns(row: Row, order: DateOrder, own: Sequence[date]) -> Columns | None:
    """Give the columns that *row* names, or None when it is not a row of headings."""
    found = list(_HEADING.finditer(row.text))
    roles = {_role(match) for match in found}
    rest = _HEADING.sub(" ", DATE.sub(" ", row.text))
    if len(roles) == 1 or not roles & {Role.VALUE, Role.RANGE, Role.EARLIER, Role.UNIT}:
        return None
    if len(re.findall(r"[^\W\d_]{2,}", rest)) > _OTHER_WORDS or re.search(r"\d", rest) or RESULT_WORDS.search(rest):
        return None
    columns, loose = [Column(_role(match), *row.place(*match.span())) for match in found], []
    for day in DATE.finditer(row.text):
        named = next((m for m in reversed(found) if m.end() <= day.start()), None)
        if named is not None and GAP not in row.text[named.end() : day.start()]:
            columns.append(Column(_role(named), *row.place(*day.span())))  # "Résultat du 13/03/2025"
        else:
            loose.append((row.place(*day.span()), parse_date(day[0], order)))
    return Columns(columns)._dated(loose, own) if loose else Columns(columns)


def _role(match: re.Match[str]) -> Role:
    return next(role for i, (role, _) in enumerate(_HEADINGS) if match[f"r{i}"])
