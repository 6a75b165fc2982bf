"""Which column is which, where a report says so: by its headings, or by the dates that stand above its values.

Headings matter most for what must not be read: an earlier result, a laboratory's code.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final

from bot.health.documents.dates import DateOrder, parse_date
from bot.health.documents.items import DATE, Item
from bot.health.documents.rows import Row


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
    day: date | None = None


_HEADINGS: Final[tuple[tuple[Role, str], ...]] = (
    (Role.EARLIER, r"(?:(?:résultats?|valeurs?)\s+)?(?:ant[ée]rio?rit[ée]s?|ant[ée]rieure?s?|précédente?s?|préc\.)|historique|(?:previous|prior|last|past)(?:\s+(?:results?|values?))?(?:\s+and\s+date)?|history|date of previous|anter\."),
    (Role.RANGE, r"(?:valeurs?|intervalles?|limites?|bornes?)(?:\s+biologiques?)?\s+(?:de\s+)?(?:référence|réf\.?|usuelles?|normales?)|normes?|normales?|références?|v\.?\s?r\.?|v\.?\s?n\.?|(?:biological\s+)?(?:reference|ref\.?|normal|standard)\s*(?:range|interval|limits|values?)s?|reference|range|ref\.|intervalle"),
    (Role.VALUE, r"(?:current|your|patient)\s+(?:result|value)s?(?:\s+and\s+flag)?|result(?:\(s\)|s)?(?:\s+and\s+flag)?|résultats?(?:\s+(?:du\s+jour|actuels?))?|values?|valeurs?|actuel"),
    (Role.LABEL, r"analyses?|analytes?|examens?|paramètres?|tests?(?:\s+name)?|test\(s\)|components?|investigations?|libellé|désignation|determination|procedure"),
    (Role.UNIT, r"unit(?:é|e|y)?s?|unit\(s\)"),
    (Role.FLAG, r"flags?|indicateurs?|alertes?|statut|status|abnormal|interpretation|interprétation|h/l"),
    (Role.ASIDE, r"lab|labo|site|méthodes?|methods?|techniques?|performing lab"),
)  # fmt: skip
_HEADING = re.compile(
    "|".join(f"(?P<r{i}>(?<![\\w])(?:{words})(?![\\w]))" for i, (_, words) in enumerate(_HEADINGS)), re.IGNORECASE
)
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

    def has(self, role: Role) -> bool:
        """Say whether the headings name such a column."""
        return any(column.role is role for column in self._columns)

    def with_dates(self, row: Row, order: DateOrder, own: Sequence[date]) -> "Columns | None":
        """Give these columns with the dates of *row* above them, or None when the row is not one of dates."""
        dated = [
            (row.place(found.start(), found.end()), parse_date(found[0], order)) for found in DATE.finditer(row.text)
        ]
        rest = DATE.sub(" ", row.text)
        if not dated or re.search(r"[^\W\d_]{3}|\d", _HEADING.sub(" ", re.sub(r"\d\d?[h:]\d\d", " ", rest))):
            return None
        if len(dated) == 1 and not self._columns:
            return None
        new = _dated_columns(dated, own, has_value=len(dated) == 1 and self.has(Role.VALUE))
        kept = [c for c in self._columns if c.role not in {Role.VALUE, Role.EARLIER} or not _covers(c, new)]
        return Columns([*kept, *new])


def _covers(column: Column, dated: Sequence[Column]) -> bool:
    return any(d.left < column.right and column.left < d.right for d in dated) or (
        column.role is Role.VALUE and len(dated) > 1
    )


def _dated_columns(
    dated: Sequence[tuple[tuple[float, float], date | None]], own: Sequence[date], *, has_value: bool
) -> list[Column]:
    """Tell this report's column from earlier ones: by its *own* days, else by the latest date."""
    days = [day for _, day in dated]
    known = [day for day in days if day is not None]
    current = next((day for day in own if day in known), None)
    if current is None and not own and len(known) == len(days) > 1:
        current = max(known)
    columns = []
    for (left, right), day in dated:
        if current is not None:
            role = Role.VALUE if day == current else Role.EARLIER
        else:
            role = Role.EARLIER if has_value else Role.UNCERTAIN
        columns.append(Column(role, left, right, day))
    return columns


def heading_columns(row: Row, order: DateOrder, own: Sequence[date]) -> Columns | None:
    """Give the columns that *row* names, or None when it is not a row of headings."""
    found = list(_HEADING.finditer(row.text))
    roles = {_role(match) for match in found}
    if len(roles) == 1 or not roles & {Role.VALUE, Role.RANGE, Role.EARLIER, Role.UNIT}:
        return None
    rest = _HEADING.sub(" ", DATE.sub(" ", row.text))
    if len(re.findall(r"[^\W\d_]{2,}", rest)) > _OTHER_WORDS or re.search(r"\d", rest):
        return None
    dated = [(row.place(d.start(), d.end()), parse_date(d[0], order)) for d in DATE.finditer(row.text)]
    columns = [Column(_role(match), *row.place(match.start(), match.end())) for match in found]
    values = [c for c in columns if c.role is Role.VALUE]
    if dated:
        columns += _dated_columns(dated, own, has_value=bool(values) or any(c.role is Role.EARLIER for c in columns))
    return Columns(columns)


def _role(match: re.Match[str]) -> Role:
    return next(role for i, (role, _) in enumerate(_HEADINGS) if match[f"r{i}"])
