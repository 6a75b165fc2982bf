"""When something was, as precisely as the record says and no more: a year is no day, an hour without a zone no instant."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Final

_FHIR: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]{1,9})?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
_HL7: Final = re.compile(
    r"(?P<year>[0-9]{4})(?:(?P<month>[0-9]{2})(?:(?P<day>[0-9]{2})"
    r"(?:(?P<hour>[0-9]{2})(?:(?P<minute>[0-9]{2})(?:(?P<second>[0-9]{2})(?:\.[0-9]{1,9})?)?)?)?)?)?"
    r"(?P<zone>[+-][0-9]{4})?"
)
_OLDEST: Final = 1850  # systems write the year 1 for "unknown"
_SOON: Final = timedelta(days=1)  # clocks and zones differ; beyond, nothing can have been measured


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, its instant when the hour and zone were given, or only what was written ("2019-05")."""

    day: date | None = None
    at: datetime | None = None
    written: str = ""

    def after(self, now: datetime) -> bool:
        """Say whether this is still to come: more than a day after *now*."""
        if self.at is not None:
            return self.at > now + _SOON
        return self.day is not None and self.day > (now + _SOON).date()


NEVER: Final = Moment()


def fhir_moment(written: str) -> Moment:
    """Read a FHIR date or dateTime."""
    return _moment(_FHIR.fullmatch(written), written)


def hl7_moment(written: str) -> Moment:
    """Read an HL7 v3 timestamp, "20140402145521+0200" or less of it."""
    return _moment(_HL7.fullmatch(written), written)


def _moment(found: re.Match[str] | None, written: str) -> Moment:
    if found is None or int(found["year"]) < _OLDEST:
        return NEVER
    parts = {name: int(text) for name, text in found.groupdict().items() if text and name != "zone"}
    if "day" not in parts:
        return Moment(written=written)
    try:
        day = date(parts["year"], parts["month"], parts["day"])
    except ValueError:
        return NEVER
    return Moment(day, _instant(parts, found["zone"]) if "minute" in parts and found["zone"] else None)


def _instant(parts: Mapping[str, int], zone: str) -> datetime | None:
    try:
        return datetime(**parts, tzinfo=_zone(zone))
    except (ValueError, OverflowError):
        return None


def _zone(written: str) -> timezone:
    digits = written.replace(":", "").replace("Z", "+0000")
    offset = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return timezone(-offset if digits[0] == "-" else offset)
