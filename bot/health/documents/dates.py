"""Printed dates, in an order the document itself settles; a date that could be two days is no date."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import date
from typing import Final, Literal

DateOrder = Literal["dmy", "mdy", "unknown"]

_MONTHS: Final[dict[str, int]] = {
    "jan": 1, "fev": 2, "feb": 2, "mar": 3, "avr": 4, "apr": 4, "mai": 5, "may": 5, "juin": 6, "jun": 6, "juil": 7,
    "jul": 7, "aou": 8, "aug": 8, "sep": 9, "oct": 10, "nov": 11, "dec": 12,
}  # fmt: skip
_CENTURY_TURN = 70  # "71" is 1971, "25" is 2025


def parse_date(printed: str, order: DateOrder) -> date | None:
    """Read one date. With an unknown order, only a date that has a single reading."""
    text = "".join(c for c in unicodedata.normalize("NFD", printed.lower()) if not unicodedata.combining(c))
    if iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text):
        return _date(int(iso[1]), int(iso[2]), int(iso[3]))
    if plain := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})", text):
        return _ordered(int(plain[1]), int(plain[2]), _year(plain[3]), order)
    if named := re.fullmatch(r"(\d{1,2})(?:er)?[ -]([a-z]+)\.?[ ,-]*(\d{4})", text):
        return _date(int(named[3]), _month(named[2]), int(named[1]))
    if named := re.fullmatch(r"([a-z]+)\.?\s(\d{1,2}),?\s(\d{4})", text):
        return _date(int(named[3]), _month(named[1]), int(named[2]))
    return None


def settled_order(printed: Iterable[str]) -> DateOrder | None:
    """Give the order that the dates themselves prove: a 13 cannot be a month. None when they prove nothing or both."""
    orders: set[DateOrder] = set()
    for text in printed:
        plain = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{2}|\d{4})", text)
        if plain and int(plain[1]) > 12 >= int(plain[2]):  # noqa: PLR2004 - months of a year
            orders.add("dmy")
        elif plain and int(plain[2]) > 12 >= int(plain[1]):  # noqa: PLR2004
            orders.add("mdy")
    return orders.pop() if len(orders) == 1 else None


def _ordered(first: int, second: int, year: int, order: DateOrder) -> date | None:
    as_dmy, as_mdy = _date(year, second, first), _date(year, first, second)
    if order == "dmy":
        return as_dmy
    if order == "mdy":
        return as_mdy
    return (as_dmy or as_mdy) if as_dmy is None or as_mdy is None or as_dmy == as_mdy else None


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 4:  # noqa: PLR2004
        return year
    return year + (1900 if year >= _CENTURY_TURN else 2000)


def _month(name: str) -> int:
    return next((number for start, number in _MONTHS.items() if name.startswith(start)), 0)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
