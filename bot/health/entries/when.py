"""The day a typed entry is about: "hier soir", "this morning at 8:15", "le 12/03", at the end of what was typed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.health.documents.dates import DateOrder, parse_date
from bot.i18n import Language

_DAYS_AGO: Final[Mapping[str, int]] = {
    "aujourd'hui": 0, "ce matin": 0, "ce midi": 0, "ce soir": 0, "cet après-midi": 0, "cette nuit": 0, "today": 0,
    "this morning": 0, "this afternoon": 0, "this evening": 0, "tonight": 0, "last night": 1, "hier": 1,
    "hier matin": 1, "hier midi": 1, "hier soir": 1, "yesterday": 1, "yesterday morning": 1, "yesterday afternoon": 1,
    "yesterday evening": 1, "avant-hier": 2, "the day before yesterday": 2, "demain": -1, "demain matin": -1,
    "demain soir": -1, "tomorrow": -1, "tomorrow morning": -1, "tomorrow afternoon": -1, "après-demain": -2,
}  # fmt: skip
_WORDS: Final = "|".join(sorted(map(re.escape, _DAYS_AGO), key=len, reverse=True))
_DATE: Final = (
    r"\d{4}-\d{2}-\d{2}|\d{1,2}[/.-]\d{1,2}(?:[/.-](?:\d{4}|\d{2}))?|\d{1,2}(?:er)?\s[^\W\d]{3,9}\.?(?:\s\d{4})?"
    r"|[^\W\d]{3,9}\.?\s\d{1,2}(?:,?\s\d{4})?"
)
_HOUR: Final = (
    r"(?:à|at|vers|around)\s+(?P<hour>\d{1,2}\s?(?:h|heures?)\s?\d{0,2}|\d{1,2}(?::\d{2})?\s?[ap]\.?m\.?|\d{1,2}:\d{2})"
)
_TAIL: Final = rf"(?:(?:^|[\s,]+){_HOUR})?$"
_ENDING: Final = re.compile(
    rf"(?:^|[\s,]+)(?:(?P<words>{_WORDS})|(?:le\s|du\s|on\s)\s*(?P<date>{_DATE}))?{_TAIL}", re.IGNORECASE
)
_APPOINTED: Final = re.compile(
    rf"(?:^|[\s,:]+)(?:(?P<words>{_WORDS})|(?:le\s|du\s|on\s)?\s*(?P<date>{_DATE})){_TAIL}", re.IGNORECASE
)
_TOMORROW: Final = timedelta(days=1)  # it may be that already where the person is


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """The day, None when it cannot be read or is on the wrong side of today, and the hour as it was typed."""

    day: date | None
    hour: str = ""


def part(text: str, today: date, language: Language) -> tuple[str, When]:
    """Take the day off the end of *text*; without one, it is *today*. It cannot be still to come."""
    ending = _ENDING.search(text)
    if ending is None or not ending[0].strip():
        return text, When(day=today)
    day = _day(ending, today, language, future=False)
    return text[: ending.start()].strip(" ,"), When(day=day, hour=ending["hour"] or "")


def appointed(text: str, today: date, language: Language) -> tuple[str, When]:
    """Take the day of an appointment off the end of *text*; without one, there is none."""
    ending = _APPOINTED.search(text)
    if ending is None:
        return text, When(day=None)
    day = _day(ending, today, language, future=True)
    return text[: ending.start()].strip(" ,:"), When(day=day, hour=ending["hour"] or "")


def _day(ending: re.Match[str], today: date, language: Language, *, future: bool) -> date | None:
    day: date | None = today
    if words := ending["words"]:
        day = today - timedelta(days=_DAYS_AGO[words.casefold()])
    elif printed := ending["date"]:
        day = _written(printed, today, "dmy" if language == "fr" else "unknown", future=future)
    return day if day is None or future or day <= today + _TOMORROW else None


def _written(printed: str, today: date, order: DateOrder, *, future: bool) -> date | None:
    """Read a written day; without a year, the nearest one that can be meant."""
    whole = parse_date(printed, order)
    if whole is not None or re.search(r"\d{4}|\d{1,2}[/.-]\d{1,2}[/.-]\d{2}", printed):
        return whole
    joint = "/" if re.fullmatch(r"\d{1,2}[/.-]\d{1,2}", printed) else " "
    days = [parse_date(f"{printed}{joint}{year}", order) for year in (today.year - 1, today.year, today.year + 1)]
    fitting = [d for d in days if d is not None and (d >= today if future else d <= today + _TOMORROW)]
    return (fitting[0] if future else fitting[-1]) if fitting else None
