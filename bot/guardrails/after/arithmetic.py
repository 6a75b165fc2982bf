"""What follows exactly from two known numbers of one test: a difference, a percentage, a ratio, a time between dates."""

from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import permutations
from typing import Final

from bot.guardrails.after.numbers import Number
from bot.guardrails.after.record import Record

_MOST: Final = 16  # numbers of one test that are compared with each other
_MONTH: Final = Decimal("30.44")
_YEAR_MONTHS: Final = 12
_NEARLY: Final = Decimal("0.15")  # how far "about twice" may be off
_WEEK: Final = Decimal(7)  # days, for what is told by the day
_HOUR: Final = 60
_DAY_HOURS: Final = 24
_MOST_TOLD: Final = 8  # numbers of a question that are reckoned with
_MASSES: Final = frozenset({"mg", "g", "ug", "mL", "[iU]", "tbl"})


def follows(number: Number, record: Record, keys: frozenset[str], *, limits: bool, mean: bool) -> bool:
    """Say whether *number* is a difference, a change in percent or a time between results of one test, or their *mean*.

    With *limits*, a value may also be compared with its own printed range.
    """
    if number.unit in {"d", "wk", "mo", "a"}:
        return any(_between(number, first, second) for first, second in _dates(record, keys))
    for first, second in _compared(record, keys, limits=limits):
        if abs(first - second) in number.readings:
            return True
        if number.unit == "%" and second and _rounded(abs(first - second) / second * 100, number):
            return True
    for key in keys if mean else ():
        measured = [result.value for result in record.by_key.get(key, ()) if result.value is not None]
        if len(measured) > 1 and _rounded(sum(measured, Decimal(0)) / len(measured), number):
            return True
    return False


def follows_told(number: Number, record: Record) -> bool:
    """Say whether *number* is a sum, a difference, a product or a mean of numbers the person told, or a time between hours."""
    if number.unit in {"h", "min"} and any(_rounded(span, number) for span in _spans(record, number.unit)):
        return True
    told = {
        value for value, known in record.numbers.items() if any(one.origin == "question" for one in known) and value > 0
    }
    if not 0 < len(told) <= _MOST_TOLD:
        return False
    told |= {value / 100 for value, known in record.numbers.items() if any(one.unit == "%" for one in known)}
    # Products of products: three times in the morning and in the evening, for three days.
    pool = sorted({*told, _WEEK})  # what is told by the day is multiplied by seven, and nothing else done with it
    counts = sorted(record.told)
    sums = {sum(counts, Decimal(0)), *(first + second for first in told for second in told)}
    products = {first * second for first in told for second in pool}
    further = {first * second for first in sums | products for second in pool if number.unit not in _MASSES}
    exact = sums | products | further | {abs(first - second) for first in told for second in told}
    exact |= {first / second for first in told for second in pool}
    if counts:
        exact.add(sum(counts, Decimal(0)) / len(counts))
    return any(_rounded(one, number) for one in exact)


def follows_hour(printed: str, record: Record) -> bool:
    """Say whether an hour is one that the person told, sooner or later by a time they told."""
    hour, minute = map(int, printed.split(":"))
    spans = {
        int(value * (_HOUR if one.unit == "h" else 1))
        for value, known in record.numbers.items()
        for one in known
        if one.unit in {"h", "min"} and one.origin == "question"
    }
    told = {int(h) * _HOUR + int(m) for h, m in (one.split(":") for one in record.times)}
    day = _DAY_HOURS * _HOUR
    return any((at + span - hour * _HOUR - minute) % day == 0 for at in told for one in spans for span in (one, -one))


def _spans(record: Record, unit: str) -> Iterator[Decimal]:
    """Give the times between the hours that the person told."""
    clock = {int(hour) * _HOUR + int(minute) for hour, minute in (one.split(":") for one in record.times)}
    clock |= {
        int(value * _HOUR)
        for value, known in record.numbers.items()
        if value <= _DAY_HOURS and any(one.unit == "h" and one.origin == "question" for one in known)
    }
    for first, second in permutations(sorted(clock)[:_MOST_TOLD], 2):
        minutes = Decimal((second - first) % (_DAY_HOURS * _HOUR))
        yield minutes / _HOUR if unit == "h" else minutes


def ratio(value: Decimal, record: Record, keys: frozenset[str], *, near: bool) -> bool:
    """Say whether one number of a test is exactly *value* times another, or with *near* about so, or fell by it."""
    return any(
        second and _is_share(value, first, second, near=near) for first, second in _compared(record, keys, limits=True)
    )


def _is_share(value: Decimal, first: Decimal, second: Decimal, *, near: bool) -> bool:
    shares = {first / second, abs(first - second) / second}
    return any(abs(share - value) <= (value * _NEARLY if near else 0) for share in shares)


def counted(number: Number, record: Record, keys: frozenset[str]) -> bool:
    """Say whether *number* is how many results there are: in all, of one test, or outside their range."""
    away = sum(result.standing.value in {"low", "high", "outside"} for result in record.results)
    inside = sum(result.standing.value == "inside" for result in record.results)
    counts = {len(record.results), len(record.by_key), away, inside, *(len(record.by_key.get(key, ())) for key in keys)}
    counts |= {sum(day in result.days for result in record.results) for day in record.days}
    return any(value in {Decimal(count) for count in counts} for value in number.readings)


def _compared(record: Record, keys: frozenset[str], *, limits: bool) -> Iterator[tuple[Decimal, Decimal]]:
    """Give pairs that may be compared: a value and its limit, two values of one test, two numbers the person told."""
    for key in keys or record.by_key.keys():
        results = record.by_key.get(key, [])[:_MOST]
        for place in range(2):  # "138/86" is compared with "121/79" upper with upper
            yield from permutations([result.parts[place] for result in results if len(result.parts) > place], 2)
        for result in results if limits else ():
            printed = [limit for limit in (result.low, result.high) if limit is not None]
            yield from ((result.value, limit) for limit in printed if result.value is not None)
    told: dict[str, list[Decimal]] = {}
    for value, known in record.numbers.items():
        for one in known:
            if one.origin == "question":
                told.setdefault(one.unit, []).append(value)
    for values in told.values():
        yield from permutations(values[:_MOST], 2)


def _rounded(exact: Decimal, number: Number) -> bool:
    """Say whether *exact* is *number* to the digits that were printed."""
    for value in number.readings:
        try:
            if exact.quantize(Decimal(1).scaleb(int(value.as_tuple().exponent)), ROUND_HALF_UP) == value:
                return True
        except InvalidOperation:
            continue
    return False


def _dates(record: Record, keys: frozenset[str]) -> Iterator[tuple[date, date]]:
    named = [result for key in keys for result in record.by_key.get(key, ())] or record.results
    days = sorted(day for day in {_date(*day) for result in named for day in result.days} if day is not None)
    yield from ((first, second) for place, first in enumerate(days[:_MOST]) for second in days[place + 1 : _MOST])


def _date(year: int | None, month: int | None, day: int | None) -> date | None:
    try:
        return date(year, month, day) if year and month and day else None
    except ValueError:  # "31/02/2024": printed so, and no day
        return None


def _between(number: Number, first: date, second: date) -> bool:
    days = (second - first).days
    months = (second.year - first.year) * _YEAR_MONTHS + second.month - first.month
    whole = months - (second.day < first.day)
    exact = {
        "d": {days}, "wk": {days // 7, round(days / 7)}, "mo": {months, whole, round(days / _MONTH)},
        "a": {whole // _YEAR_MONTHS, round(months / _YEAR_MONTHS)},
    }  # fmt: skip
    return any(value in {Decimal(one) for one in exact[number.unit]} for value in number.readings)
