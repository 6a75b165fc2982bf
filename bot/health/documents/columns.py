"""Which column is which, where a report says so: by its headings, or by the dates that stand above its values.

Headings matter most for what must not be read: an earlier result, a laboratory's code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import TypeAlias

from bot.health.documents.items import Item, Kind
from bot.health.documents.rows import Row


class Role(Enum):
    """What a column holds."""

    LABEL = "label"
    VALUE = "value"
    UNIT = "unit"
    RANGE = "range"
    FLAG = "flag"
    EARLIER = "earlier"
    LOW = "low"  # the two ends of a range, each in a column of its own
    HIGH = "high"
    UNCERTAIN = "uncertain"  # dated columns, none of which is known to be this report's
    ASIDE = "aside"  # a laboratory's code, a method


@dataclass(frozen=True, slots=True)
class Column:
    """One heading and the room below it."""

    role: Role
    left: float
    right: float
    unit: str = ""  # that its heading gives: "Résultat (mmol/L)"
    ucum: str | None = None


Dated: TypeAlias = tuple[tuple[float, float], date | None]  # where a date stands, and which day it is
_AMOUNTS = frozenset({Kind.NUMBER, Kind.BOUND})
_PLACED = frozenset({Role.VALUE, Role.EARLIER, Role.UNCERTAIN, Role.ASIDE})
_SIDES = frozenset({Role.VALUE, Role.EARLIER})
_FAR = 60.0  # points between a heading and a value that still belongs to it


class Columns:
    """The columns of the table being read."""

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        self._columns = tuple(columns)

    def role(self, row: Row, item: Item, among: frozenset[Role]) -> Role | None:
        """Give the role of the column nearest to *item*, of those it can belong to."""
        nearest = self._nearest(row, item, among)
        return nearest.role if nearest else None

    def unit(self, row: Row, item: Item) -> tuple[str, str | None]:
        """Give the unit printed in the heading above a value, and its UCUM code; "" when none is."""
        nearest = self._nearest(row, item, _PLACED)
        return (nearest.unit, nearest.ucum) if nearest else ("", None)

    def _nearest(self, row: Row, item: Item, among: frozenset[Role]) -> Column | None:
        left, right = row.place(item.start, item.end)
        near = [
            (max(c.left - right, left - c.right, 0.0), abs(c.left + c.right - left - right), c)
            for c in self._columns
            if c.role in among
        ]
        distance, _, column = min(near, key=lambda n: n[:2], default=(_FAR, 0.0, None))
        return column if distance < _FAR else None

    def fitting(self, row: Row, items: Sequence[Item]) -> "Columns":
        """Give these columns, or none when the order within *row* contradicts them: it is of another table.

        A number left of its range is not an earlier result where earlier results stand right of the ranges.
        """
        ranges = [column.left for column in self._columns if column.role is Role.RANGE]
        earlier = [column.left for column in self._columns if column.role is Role.EARLIER]
        if not ranges or not earlier or max(ranges) > min(earlier):
            return self
        open_amounts = (n for n, item in enumerate(items) if item.kind in _AMOUNTS and not row.in_brackets(item.start))
        first = next(open_amounts, None)
        if first is None or any(item.kind is Kind.RANGE for item in items[:first]):
            return self
        ranged = any(item.range is not None for item in items[first + 1 :])
        return Columns() if ranged and self.role(row, items[first], _SIDES) is Role.EARLIER else self

    def dated(self, dated: Sequence[Dated], own: Sequence[date]) -> "Columns":
        """Give these columns with days printed above them; *own* are the report's."""
        values = [c for c in self._columns if c.role is Role.VALUE]
        apart = bool(values) and not any(meet(c, place) for c in values for place, _ in dated)
        current = _current([day for _, day in dated], own)
        earlier = [c for c in self._columns if c.role is Role.EARLIER]
        new = [
            Column(
                Role.EARLIER if any(meet(c, place) for c in earlier) and (not own or day not in own)
                else _dated_role(day, current, elsewhere=apart, own=own), *place,
            )
            for place, day in dated
        ]  # fmt: skip
        settled = any(column.role is Role.VALUE for column in new)
        kept = [
            column
            for column in self._columns
            if column.role not in {Role.VALUE, Role.EARLIER}
            or not (any(meet(column, place) for place, _ in dated) or (column.role is Role.VALUE and settled))
        ]
        return Columns([*kept, *new])

    def __bool__(self) -> bool:
        return bool(self._columns)


def meet(column: Column, place: tuple[float, float]) -> bool:
    """Say whether *place* stands above or below *column*."""
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
