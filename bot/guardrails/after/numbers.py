"""Every number a text states, in digits or in words, with its unit: French and English, dates and times apart."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from bot.guardrails.after.numerals import numerals
from bot.guardrails.after.units import UnitReader
from bot.i18n import Language

Kind = Literal["number", "factor", "date", "time", "phone"]
Spans = Sequence[tuple[int, int]]
Day = tuple[int | None, int | None, int | None]  # year, month, day; None: not said

MONTHS: Final = {
    name: place
    for place, names in enumerate(
        (
            "january jan janvier janv", "february feb fevrier fevr fev", "march mar mars", "april apr avril avr", "may mai",
            "june jun juin", "july jul juillet juil", "august aug aout", "september sep sept septembre",
            "october oct octobre", "november nov novembre", "december dec decembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_GROUP: Final = 3  # digits between thousands separators
_NOON: Final = 12
_CENTURY: Final = 100
_REACH: Final = 32  # characters, more than the longest month with all that may stand around it
_RUN: Final = re.compile(r"\d+")
_MONTHS: Final = range(1, 13)
_DAYS: Final = range(1, 32)
_MONTH: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
_PHONE: Final = re.compile(
    r"\+\d[\d .-]{6,}\d|(?<![\d.,])0\d(?:[ .-]?\d\d){4}(?!\d)|(?<!\d)0 ?800(?:[ .-]?\d{2,3}){2,3}(?!\d)"
    r"|(?<!\d)(?:1[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)|(?<!\d)(?:116 ?\d{3}|13 ?11 ?14|0800 \d{2,3} \d{2,3})(?!\d)"
)
_ISO: Final = re.compile(r"(?<!\d)(\d{4})-(\d\d?)-(\d\d?)(?!\d)")
_SLASHED: Final = re.compile(r"(?<![\d/.])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d\d)(?![\d/])")
_DAY_MONTH: Final = re.compile(
    rf"(?<![\d.,])(\d{{1,2}})(?:er|st|nd|rd|th)? (?:of )?({_MONTH})\b\.?(?:,? (\d{{4}})(?!\d))?"
)
_MONTH_DAY: Final = re.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?(?![\d%]|[.,]\d)(?:,? (\d{{4}})(?!\d))?")
_MONTH_YEAR: Final = re.compile(rf"\b({_MONTH})\.?,? (?:of )?(\d{{4}})(?!\d)")
_YEAR: Final = re.compile(r"(?<![\d.,/])(?:19|20)\d\d(?![\d/]|[.,]\d)")
_TIME: Final = re.compile(r"(?<![\d:])(\d{1,2})(?: ?h ?|:)(\d\d)(?![\d:])|(?<![\d.,])(\d{1,2})() ?(?:[ap]\.?m\b)")
_LIST: Final = re.compile(r"^\s*(?:\(?\d{1,2}[.)](?=\s)|(?:step|etape) \d\b)", re.MULTILINE)
_ORDINAL: Final = re.compile(r"(?<![\d.,])\d{1,3}(?:st|nd|rd|th|eres?|ers?|emes?|es?|ndes?)\b(?! ?(?:per)?centile)")
_IDIOM: Final = re.compile(
    r"24 ?h?(?:ours)? ?(?:/|sur|a) ?24 ?h?(?:eures)?|7 ?j?(?:ours)? ?(?:/|sur) ?7 ?j?(?:ours)?|24 ?/ ?7|24 hours a day|7 days a week"
    r"|\bh24\b|24 heures sur 24|7 jours sur 7"
)
_DIGITS: Final = re.compile(
    r"(?<![\d.,])(?<![A-Za-z]\d)(?:\d{1,3}(?:[ \u00a0\u202f']\d{3})+(?![\d])(?:[.,]\d+)?|\d+(?:[.,]\d+)*|[.,]\d+)"
)
_FACTORS: Final = (
    (Decimal("0.5"), r"(?<!and a )half|halve[sd]?|halving|moitie|(?<!et )demie?s?"),
    (Decimal(2), r"twice(?= (?:the|as|what|your|that|higher|more))|doubled|doubles|doubling|double(?= (?:the|what|of|your|le|la|du|de))|two-?fold|double par|a double|doublee?s?|le double"),
    (Decimal(3), r"thrice|tripl(?:ed|es|e|ee|ing)|three-?fold|le triple"),
    (Decimal(4), r"quadrupl\w+|four-?fold"), (Decimal("0.25"), r"(?<!and )(?<!et )(?:a|one|un|le) (?:quarter|quart)"),
    (Decimal("0.75"), r"three[- ]quarters|trois[- ]quarts"), (Decimal("0.333"), r"(?:a|one|un|le) (?:third|tiers)(?: of| de| des)?"),
    (Decimal("0.667"), r"two[- ]thirds|deux[- ]tiers"), (Decimal(10), r"ten-?fold"),
    (Decimal("0.1"), r"(?:a|one|un) (?:tenth|dixieme)"), (Decimal(100), r"(?:per)?centuple\w*|hundred-?fold"),
)  # fmt: skip
_FACTOR: Final = re.compile("|".join(rf"\b(?:{words})\b" for _, words in _FACTORS))
_FACTOR_EACH: Final = tuple((value, re.compile(rf"(?:{words})")) for value, words in _FACTORS)


@dataclass(frozen=True, slots=True, repr=False)
class Number:
    """One number where it stands. *readings* holds more than one when its commas can be read in two ways."""

    start: int
    end: int
    kind: Kind
    printed: str
    readings: frozenset[Decimal] = frozenset()
    unit: str = ""
    days: frozenset[Day] = frozenset()


def readings(printed: str, language: Language | None = None) -> frozenset[Decimal]:
    """Give what digits may mean: "1,250" is 1250 in English, 1.25 in French, either when nobody says."""
    head, _, tail = printed.partition(".")
    if head.isdecimal() and (not tail or (tail.isdecimal() and len(tail) != _GROUP)):
        return frozenset({Decimal(printed)})  # as nearly all numbers of a record are
    digits = re.sub(r"[\s']", "", printed)
    marks = [mark for mark in digits if mark in ",."]
    if not marks:
        return frozenset({Decimal(digits)})
    groups = re.split(r"[.,]", digits)
    grouped = all(len(group) == _GROUP for group in groups[1:]) and 0 < len(groups[0]) <= _GROUP and groups[0] != "0"
    if len(marks) > 1:
        if len(set(marks)) == 1:
            return frozenset({Decimal("".join(groups))}) if grouped else frozenset()
        return frozenset({Decimal("".join(groups[:-1]) + "." + groups[-1])})
    decimal = Decimal(f"{groups[0] or '0'}.{groups[1]}")
    if not grouped or " " in printed:
        return frozenset({decimal})
    whole = Decimal("".join(groups))
    if language is None:
        return frozenset({decimal, whole})
    return frozenset({whole if (language == "en") == (marks[0] == ",") else decimal})


class NumberReader:
    """Finds numbers; words such as "B12" or « type 2 » are names."""

    def __init__(self, units: UnitReader, names: re.Pattern[str]) -> None:
        self._units = units
        self._names = names

    def read(self, text: str, small: str, language: Language | None, labels: tuple[str, ...] = ()) -> list[Number]:
        """List the numbers of plain *text*; *small* is it without capitals and accents, *labels* are names too."""
        rest = _blanked(small, (_LIST, _IDIOM, self._names))
        for label in labels:
            rest = rest.replace(label, " " * len(label))
        found: list[Number] = []
        near = _near_digits(rest)
        for reader in (self._phones, self._dates, self._times, self._ordinals) if near else ():
            for number in list(reader(rest, near)):
                found.append(number)
                rest = rest[: number.start] + "#" * (number.end - number.start) + rest[number.end :]
        found = [number for number in found if number.printed]
        end = 0
        for match in _DIGITS.finditer(rest):
            if match.start() >= end:  # the ten of "x 10^9/L" is its unit's
                found.append(self._digits(text, match, language))
                end = found[-1].end
        for start, end, value in numerals(rest):
            unit, stop = self._units.after(text, end)
            found.append(Number(start, stop, "number", rest[start:end], frozenset({value}), unit))
        found += [self._factor(match) for match in _FACTOR.finditer(rest)]
        return sorted(found, key=lambda number: number.start)

    def _digits(self, text: str, match: re.Match[str], language: Language | None) -> Number:
        unit, end = self._units.after(text, match.end())
        return Number(match.start(), end, "number", match[0], readings(match[0], language), unit)

    def _factor(self, match: re.Match[str]) -> Number:
        # Matched where it stands: "twice" is one only before what it multiplies.
        value = next(
            value
            for value, words in _FACTOR_EACH
            if words.fullmatch(match.string, match.start(), match.end())
            or ((found := words.match(match.string, match.start())) and found.end() == match.end())
        )
        return Number(match.start(), match.end(), "factor", match[0], frozenset({value}))

    def _phones(self, text: str, near: Spans) -> Iterator[Number]:
        for match in _within(_PHONE, text, near):
            yield Number(match.start(), match.end(), "phone", re.sub(r"\D", "", match[0]))

    def _ordinals(self, text: str, near: Spans) -> Iterator[Number]:
        for match in _within(_ORDINAL, text, near):
            yield Number(match.start(), match.end(), "number", "")

    def _times(self, text: str, near: Spans) -> Iterator[Number]:
        for match in _within(_TIME, text, near):
            hour, minute = match[1] or match[3], match[2] or "00"
            later = _NOON if match[3] and "p" in match[0] and int(hour) < _NOON else 0
            yield Number(match.start(), match.end(), "time", f"{int(hour) + later}:{minute}")

    def _dates(self, text: str, near: Spans) -> Iterator[Number]:
        taken: list[tuple[int, int]] = []
        for pattern, read in _DATES:
            for match in _within(pattern, text, near):
                if any(match.start() < end and start < match.end() for start, end in taken):
                    continue
                days = read(match)
                if days:
                    taken.append(match.span())
                    yield Number(match.start(), match.end(), "date", match[0], days=days)


def _near_digits(text: str) -> Spans:
    """Give the stretches around digits: no date, time or telephone number stands elsewhere."""
    spans: list[tuple[int, int]] = []
    for digits in _RUN.finditer(text):
        start, end = max(0, digits.start() - _REACH), digits.end() + _REACH
        if spans and start <= spans[-1][1]:
            start = spans.pop()[0]
        spans.append((start, end))
    return spans


def _within(pattern: re.Pattern[str], text: str, spans: Spans) -> Iterator[re.Match[str]]:
    for start, end in spans:
        yield from pattern.finditer(text, start, end)


def _blanked(text: str, patterns: tuple[re.Pattern[str], ...]) -> str:
    for pattern in patterns:
        text = pattern.sub(lambda match: " " * len(match[0]), text)
    return text


def _number(digits: str | None) -> int | None:
    return int(digits) if digits else None


def _valid(*days: Day) -> frozenset[Day]:
    return frozenset(
        (year, month, day)
        for year, month, day in days
        if (month is None or month in _MONTHS) and (day is None or day in _DAYS)
    )


def _slashed(match: re.Match[str]) -> frozenset[Day]:
    first, second, year = int(match[1]), int(match[3]), int(match[4])
    year += 2000 if year < _CENTURY else 0
    return _valid((year, second, first), (year, first, second))


_DATES: Final = (
    (_ISO, lambda m: _valid((int(m[1]), int(m[2]), int(m[3])))),
    (_SLASHED, _slashed),
    (_DAY_MONTH, lambda m: _valid((_number(m[3]), MONTHS[m[2]], int(m[1])))),
    (_MONTH_YEAR, lambda m: _valid((int(m[2]), MONTHS[m[1]], None))),
    (_MONTH_DAY, lambda m: _valid((_number(m[3]), MONTHS[m[1]], int(m[2])))),
    (_YEAR, lambda m: _valid((int(m[0]), None, None))),
)
