"""How one analyte moved: series of results that may be compared, and what can be computed of them. No words here.

Only results in one unit, of one quantity and final stand in one series. "< 0.6" is shown, and computes nothing: nobody
knows how far below it lies. Every number is exact decimal arithmetic on what was printed, and the same each time.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from itertools import combinations
from statistics import median
from typing import Final, Literal

from bot.health.facts.conversions import Canonical, Conversions
from bot.health.facts.model import Fact

Direction = Literal["rising", "falling", "steady"]
LeftOut = Literal[
    "form",  # the same result again, in another unit
    "status",  # not final
    "text",
    "undated",
    "not_comparable",  # an unknown analyte, unit or specimen
]

_FINAL: Final = frozenset({"final", "corrected"})
_SHORT: Final = Context(prec=4)
_FEWEST_DAYS: Final = 3
_MOST_DAYS: Final = 200  # the newest: twenty thousand pairs, so that a diary of years answers at once
_MONTH: Final = 30
_STILL: Final = Decimal("0.03")  # of the middle value


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One result of a series: as printed, and as the series counts it."""

    fact: Fact
    day: date
    canonical: Canonical  # with its own printed range, in the series' unit

    @property
    def open(self) -> bool:
        """Whether only a bound was printed ("< 0.6"): it is drawn open, and nothing is computed from it."""
        return self.canonical.comparator != ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One analyte in one unit, oldest first; of one day in the order of its hours."""

    analyte: str
    unit: str  # UCUM
    points: tuple[Point, ...]

    @property
    def exact(self) -> tuple[Point, ...]:
        """The points that numbers can be computed from."""
        return tuple(point for point in self.points if not point.open)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trends:
    """Every series of a record, and how many results stand in none, by reason."""

    series: tuple[Series, ...]
    left_out: Mapping[LeftOut, int]


def series(facts: Iterable[Fact], conversions: Conversions) -> Trends:
    """Group *facts* into series, in the order in which their first results come."""
    groups: dict[tuple[str, str], list[Point]] = {}
    left_out: Counter[LeftOut] = Counter()
    for fact in facts:
        day = fact.date or (fact.at.date() if fact.at else None)
        canonical = conversions.canonical(fact)
        if fact.form_of is not None:
            left_out["form"] += 1
        elif fact.status not in _FINAL:
            left_out["status"] += 1
        elif fact.analyte is None:
            left_out["not_comparable"] += 1
        elif fact.number is None:
            left_out["text"] += 1
        elif day is None:
            left_out["undated"] += 1
        elif canonical is None:
            left_out["not_comparable"] += 1
        else:
            point = Point(fact=fact, day=day, canonical=canonical)
            groups.setdefault((fact.analyte, canonical.unit), []).append(point)
    return Trends(
        series=tuple(
            Series(analyte=analyte, unit=unit, points=tuple(sorted(points, key=_when)))
            for (analyte, unit), points in groups.items()
        ),
        left_out=dict(left_out),
    )


def difference(earlier: Point, later: Point) -> Decimal | None:
    """Give how much *later* is above *earlier*; None when one of them is only a bound."""
    if earlier.open or later.open or earlier.canonical.unit != later.canonical.unit:
        return None
    return later.canonical.value - earlier.canonical.value


def percent(earlier: Point, later: Point) -> Decimal | None:
    """Give the difference in hundredths of *earlier*; None where a percentage would depend on the unit, as for degrees."""
    moved = difference(earlier, later)
    start = earlier.canonical.value
    if moved is None or start <= 0 or not earlier.canonical.proportional:
        return None
    return _SHORT.divide(moved * 100, start)


def slope(line: Series) -> Decimal | None:
    """Give the change per 30 days, from three days on: the median over all pairs of days (Theil and Sen).

    It needs no parameter, and one wild result in five cannot turn it, where least squares follows each. Two readings of
    one day say nothing of a month, so a day counts once, with its median.
    """
    days = _days(line)
    if len(days) < _FEWEST_DAYS:
        return None
    rates = [(b - a) * _MONTH / (later - earlier).days for (earlier, a), (later, b) in combinations(days, 2)]
    return _SHORT.plus(median(rates))


def direction(line: Series) -> Direction | None:
    """Say which way the values go, from three days on; None when they go to and fro.

    Steady: the highest is above the lowest by no more than 3 % of the middle value, where a percentage means anything.
    Rising or falling: not steady, and of all pairs of days three in four or more go this way.
    """
    days = _days(line)
    if len(days) < _FEWEST_DAYS:
        return None
    values = [value for _, value in days]
    still = _STILL * abs(median(values)) if line.points[0].canonical.proportional else 0
    if max(values) - min(values) <= still:
        return "steady"
    pairs = list(combinations(values, 2))
    rising, falling = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
    if 4 * max(rising, falling) < 3 * len(pairs):
        return None
    return "rising" if rising > falling else "falling"


def _when(point: Point) -> tuple[date, float]:
    """Order by day where it was measured, then by hour; without one, first."""
    return point.day, point.fact.at.timestamp() if point.fact.at else float("-inf")


def _days(line: Series) -> Sequence[tuple[date, Decimal]]:
    values: dict[date, list[Decimal]] = {}
    for point in line.exact:
        values.setdefault(point.day, []).append(point.canonical.value)
    return [(day, median(of_day)) for day, of_day in values.items()][-_MOST_DAYS:]
