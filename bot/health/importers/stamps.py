"""When something was measured, as an app wrote it: the day where the person was, and the instant if the zone is said.

A zone abbreviation is read only when one zone alone bears it here; another gives the day and no instant.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final

from bot.health.documents.dates import DateOrder, parse_date

_ZONES: Final = {  # hours from UTC
    "HST": -10, "AKST": -9, "AKDT": -8, "PST": -8, "PDT": -7, "MST": -7, "MDT": -6, "CST": -6, "CDT": -5, "EST": -5,
    "EDT": -4, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "WEST": 1, "BST": 1, "CET": 1, "CEST": 2, "EET": 2, "EEST": 3,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
_STAMP: Final = re.compile(
    r"([0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,4})"
    r"(?:[ T]{1,2}([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?(?: ?([AaPp])\.?[Mm]\.?)?"
    r" ?\(?([A-Za-z]{1,5}|[+-][0-9]{2}(?::?[0-9]{2})?)?\)?)?"
)
_LONGEST = 64
_NOON = 12
_FARTHEST = 18 * 3600  # seconds any clock is from UTC


@dataclass(frozen=True, slots=True)
class Stamp:
    """One date, with what the file says of the time."""

    day: date
    seconds: int = 0  # since the day began: which of a day's records is the last
    at: datetime | None = None  # aware


@lru_cache(maxsize=20_000)
def printed_date(text: str) -> str:
    """Give a stamp's date alone, as printed; "" when there is none."""
    found = _STAMP.fullmatch(text)
    return found[1] if found else ""


def stamp(text: str, order: DateOrder = "unknown") -> Stamp | None:
    """Read one stamp. With an unknown order, only a date that has a single reading."""
    text = text.strip()
    if len(text) > _LONGEST:
        return None
    if not (found := _STAMP.fullmatch(text)):
        named = _day(text, order)
        return Stamp(named) if named else None
    day = _day(found[1], order)
    if day is None or found[2] is None:
        return Stamp(day) if day else None
    hour, minute, second = int(found[2]), int(found[3]), int(found[4] or 0)
    if found[5]:
        hour = hour % _NOON + (_NOON if found[5] in "Pp" else 0)
    try:
        clock = time(hour, minute, second)
    except ValueError:
        return None
    zone = _zone(found[6])
    at = datetime.combine(day, clock, zone) if zone else None
    return Stamp(day, hour * 3600 + minute * 60 + second, at)


def at_epoch(milliseconds: int, offset: int) -> Stamp | None:
    """Read milliseconds since 1970 and the seconds that local clocks were ahead of UTC."""
    if abs(offset) > _FARTHEST:
        return None
    try:
        zone = timezone(timedelta(minutes=offset // 60))  # in whole minutes, as a date with a zone is written
        at = datetime.fromtimestamp(milliseconds / 1000, UTC).astimezone(zone)
    except (ValueError, OverflowError, OSError):
        return None
    return Stamp(at.date(), at.hour * 3600 + at.minute * 60 + at.second, at)


@lru_cache(maxsize=20_000)
def _day(text: str, order: DateOrder) -> date | None:
    return parse_date(re.sub(r"(?<=^[0-9]{4})[/.]([0-9]{1,2})[/.]", r"-\1-", text), order)


@lru_cache(maxsize=256)
def _zone(printed: str | None) -> timezone | None:
    if not printed:
        return None
    if printed[0] in "+-":
        hours, minutes = int(printed[1:3]), int(printed[3:].lstrip(":") or 0)
        ahead = timedelta(hours=hours, minutes=minutes) * (-1 if printed[0] == "-" else 1)
        return timezone(ahead) if abs(ahead) < timedelta(hours=24) else None
    hours_ahead = _ZONES.get(printed.upper())
    return None if hours_ahead is None else timezone(timedelta(hours=hours_ahead))
