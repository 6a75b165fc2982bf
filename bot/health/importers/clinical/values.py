"""A value and a range as a record writes them, and what our closed tables understood of them.

A number is kept as its digits stand ("6.30"), a unit as it is spelt. A range is compared with a value only when both
are in the same unit: "70 - 140 mg/dL" beside "185 mmol/L" is shown and means nothing more.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from bot.health.facts.model import Comparator, Reason
from bot.health.facts.numbers import Mark, Range, parse_amount, parse_range
from bot.health.facts.units import Units, normalise
from bot.health.importers.clinical.words import LONGEST, line, paragraphs
from bot.i18n import Language

_NUMBER: Final = re.compile(r"[+-]?([0-9]+)(?:\.([0-9]+))?(?:[eE][+-]?[0-9]{1,2})?")
_MOST_DIGITS: Final = 24
_MOST_POWER: Final = 12
_WORDED: Final = re.compile(r"(.*?[0-9])\s*((?:[^\W\d_]|[%/\[{(°‰]|10[*^]).*)?", re.DOTALL)  # "<1.0 mg/L" in one text
_LONGEST_AMOUNT: Final = 40
_BOUNDS: Final[dict[tuple[bool, bool], Comparator]] = {
    (True, True): ">=", (True, False): ">", (False, True): "<=", (False, False): "<",
}  # fmt: skip


class Unread(Exception):  # noqa: N818 - it ends one value, never the reading
    """A value that cannot be understood; listed for its owner with the reason."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One value: a number with its unit, or words."""

    written: str
    number: Decimal | None = None
    comparator: Comparator = ""
    unit: str = ""
    ucum: str | None = None
    note: str = ""  # all of a text too long to be a value


def shown_only(text: str) -> Range:
    """Give a range that is a text to show and nothing to compare with."""
    return Range(text=line(text), ref_low=None, ref_high=None, low=None, high=None)


NO_RANGE: Final = shown_only("")


def number(written: str) -> Decimal:
    """Read a number of a record. Raises `Unread`: "impossible" for what no result can be, "not_a_result" for no number."""
    found = _NUMBER.fullmatch(written.strip()[:LONGEST])
    if found is None:
        raise Unread("not_a_result")
    power = re.search(r"[eE](.+)", written)
    if len(found[1]) + len(found[2] or "") > _MOST_DIGITS or (power and abs(int(power[1])) > _MOST_POWER):
        raise Unread("impossible")
    return Decimal(written.strip())


def amount(written: str, unit: str, ucum: str | None, comparator: Comparator = "") -> Value:
    """Give a number as written in its unit. Raises `Unread`."""
    return Value(
        written=line(written), number=number(written), comparator=comparator, unit=line(unit), ucum=ucum
    )  # fmt: skip


def between(low: Value | None, high: Value | None, *, low_closed: bool = True, high_closed: bool = True) -> Value:
    """Give a value known by its bounds: "> 500", or "4 - 6" which is no single number. Raises `Unread`."""
    if low is not None and high is not None:
        if normalise(low.unit) != normalise(high.unit):
            raise Unread("not_a_result")
        if low.number == high.number and low_closed and high_closed:
            return low
        return replace(low, written=f"{low.written} - {high.written}", number=None)
    known = low or high
    if known is None:
        raise Unread("no_value")
    return replace(known, comparator=_BOUNDS[low is not None, low_closed if low else high_closed])


def words(text: str, units: Units, language: Language) -> Value:
    """Read a value written as text: an amount if it is certainly one ("<1.0 mg/L"), else the words. Raises `Unread`."""
    shown = line(text)
    if not shown:
        raise Unread("no_value")
    found = _WORDED.fullmatch(shown) if len(shown) <= _LONGEST_AMOUNT else None
    read = parse_amount(found[1], mark(language)) if found else None
    if found and read and (not found[2] or units.ucum(found[2])):
        unit = found[2] or ""
        return Value(
            written=read.value, number=read.number, comparator=read.comparator, unit=unit,
            ucum=units.ucum(unit) if unit else None,
        )  # fmt: skip
    return Value(written=shown, note=paragraphs(text) if len(text.strip()) > LONGEST else "")


def span(low: Value | None, high: Value | None, text: str, value: Value, *, open_ends: tuple[bool, bool]) -> Range:
    """Give the one range of *value*; its numbers only when they are in the value's own unit."""
    shown = line(text) or _spelled(low, high, open_ends, value)
    ordered = low is None or high is None or (low.number or 0) <= (high.number or 0)
    if not ordered or not all(_same_unit(end, value) for end in (low, high) if end is not None):
        return shown_only(shown)
    return Range(
        text=shown, ref_low=low.written if low else None, ref_high=high.written if high else None,
        low=low.number if low else None, high=high.number if high else None,
        low_open=low is not None and open_ends[0], high_open=high is not None and open_ends[1],
    )  # fmt: skip


def worded(text: str, value: Value, units: Units, language: Language) -> Range:
    """Read a range that is only a text, "135-145 mmol/L"; what is not certainly one is only shown."""
    found = _WORDED.fullmatch(line(text)) if value.number is not None else None
    unit = (found[2] or "") if found else ""
    read = parse_range(found[1], mark(language)) if found else None
    if read is None or (unit and not _same_unit(Value(written="", unit=unit, ucum=units.ucum(unit)), value)):
        return shown_only(text)
    return replace(read, text=line(text))


def several(ranges: Sequence[Range]) -> Range:
    """Give more than one range: shown, none of them chosen."""
    return shown_only("; ".join(dict.fromkeys(one.text for one in ranges if one.text)))


def mark(language: Language) -> Mark:
    """Give the decimal mark of texts in *language*."""
    return "," if language == "fr" else "."


def _same_unit(end: Value, value: Value) -> bool:
    if end.unit in {"", value.unit} or (end.ucum is not None and end.ucum == value.ucum):
        return True
    return normalise(end.unit) == normalise(value.unit)


def _spelled(low: Value | None, high: Value | None, open_ends: tuple[bool, bool], value: Value) -> str:
    unit = next((end.unit for end in (low, high) if end is not None and not _same_unit(end, value)), "")
    if low is not None and high is not None:
        text = f"{low.written} - {high.written}"
    elif low is not None:
        text = f"{'>' if open_ends[0] else '>='} {low.written}"
    elif high is not None:
        text = f"{'<' if open_ends[1] else '<='} {high.written}"
    else:
        return ""
    return f"{text} {unit}".rstrip()
