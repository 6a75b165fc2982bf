"""What an answer may repeat: the record's results, the person's own numbers, what code computed, what a source says."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final

from bot.guardrails.after.labels import Labels, Named, Names
from bot.guardrails.after.model import Answer, RecordFact
from bot.guardrails.after.numbers import Day, Number, NumberReader, readings
from bot.guardrails.after.text import low, plain
from bot.guardrails.after.units import UnitReader

_FLAGS: Final = (
    ("high", re.compile(r"\b(?:h+|high|haut|eleve\w*|above|hi|sup\w*|hh|a\+|critical high)\b|[+↑▲>]")),
    ("low", re.compile(r"\b(?:l+|b+|low|bas|below|lo|inf\w*|faible|critical low)\b|[-↓▼<]")),
    ("inside", re.compile(r"\b(?:n|normal\w*|ok|in range|inside)\b")),
    ("outside", re.compile(r"[*!]|\b(?:a|abnormal|anormal\w*|out\w*|hors\w*)\b")),
)
_ISO: Final = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?!\d)")
_BARE: Final = re.compile(r"\d+(?:[ \u00a0\u202f.,']\d+)*")
_BOTH: Final = re.compile(r"\s*(\d{2,3})\s*/\s*(\d{2,3})\s*")
_BOUND: Final = " \t\u00a0<>=≤≥~"
_CANONICAL: Final = {"10*3/uL": "10*9/L", "10*3/mm3": "10*9/L", "10*6/uL": "10*12/L", "10*6/mm3": "10*12/L"}


class Standing(StrEnum):
    """Where a result stands, by its printed range or its printed flag and nothing else."""

    LOW = "low"
    HIGH = "high"
    INSIDE = "inside"
    OUTSIDE = "outside"  # marked, without saying on which side
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, repr=False)
class Known:
    """A number that may be repeated: where from, of which test, in which unit."""

    value: Decimal
    unit: str
    origin: str  # "fact", "question", "computed", "source"
    role: str = ""  # of a fact: "value", "low", "high"
    key: str = ""
    fact: int = -1


@dataclass(frozen=True, slots=True, repr=False)
class Result:
    """One result of the record, read."""

    key: str
    value: Decimal | None
    low: Decimal | None
    high: Decimal | None
    standing: Standing
    days: frozenset[Day]
    parts: tuple[Decimal, ...] = ()  # the value, or both of "138/86"


@dataclass(slots=True, repr=False)
class Record:
    """Everything known, indexed."""

    results: list[Result] = field(default_factory=list)
    by_key: dict[str, list[Result]] = field(default_factory=dict)
    numbers: dict[Decimal, list[Known]] = field(default_factory=dict)
    days: set[Day] = field(default_factory=set)
    times: set[str] = field(default_factory=set)
    factors: set[Decimal] = field(default_factory=set)
    told: list[Decimal] = field(default_factory=list)  # the person's own numbers, as often as they were said

    def copy(self) -> "Record":
        """Give one that can be added to."""
        return Record(
            list(self.results), {key: list(some) for key, some in self.by_key.items()},
            {value: list(known) for value, known in self.numbers.items()}, set(self.days), set(self.times), set(self.factors),
        )  # fmt: skip

    def add(self, number: Known) -> None:
        """Take a number that may be repeated."""
        self.numbers.setdefault(number.value, []).append(number)

    def allowed(self, number: Number) -> list[Known]:
        """Give what *number* may repeat, whatever its unit."""
        return [known for value in number.readings for known in self.numbers.get(value, ())]


def latest(results: Sequence[Result]) -> Result:
    """Give the newest of some results of one test; the last listed if a date is missing."""
    dated = [one for one in results if one.days and None not in max(one.days, key=str)]
    return max(dated, key=lambda one: max(one.days, key=str)) if len(dated) == len(results) else results[-1]


def same_unit(written: str, known: str) -> bool:
    """Say whether two units are one; counts per microlitre and per litre are spelt apart and number alike."""
    return _CANONICAL.get(written, written) == _CANONICAL.get(known, known)


class RecordReader:
    """Reads what came with an answer."""

    def __init__(self, numbers: NumberReader, units: UnitReader, labels: Labels) -> None:
        self._numbers = numbers
        self._units = units
        self._labels = labels

    def facts(self, facts: Sequence[RecordFact]) -> Record:
        """Index *facts*."""
        record = Record()
        for place, fact in enumerate(facts):
            result = self._result(fact, place, record)
            record.results.append(result)
            record.by_key.setdefault(result.key, []).append(result)
            record.days |= result.days
        return record

    def read(self, answer: Answer, names: Names, facts: Record) -> Record:
        """Add question, computed numbers and sources to *facts*; *names* are the record's own names of tests."""
        record = facts.copy()
        self._question(answer, names, record)
        for printed in answer.computed:
            self._take(printed, "computed", record)
        for source in answer.sources:
            self._take(source.text, "source", record)
        return record

    def _result(self, fact: RecordFact, place: int, record: Record) -> Result:
        key, unit = self._labels.key(fact.label), self._unit(fact.unit)
        value = self._put(fact.value, unit, ("value", key, place), record)
        lower = self._put(fact.ref_low, unit, ("low", key, place), record)
        upper = self._put(fact.ref_high, unit, ("high", key, place), record)
        if " " in fact.unit:  # of a prescription: how often, for how long
            self._put(fact.unit, "", ("value", key, place), record)
        days = self._days(fact.date)
        standing = _standing(fact, value, lower, upper)
        parts = (value,) if value is not None else _pressure(fact.value)
        return Result(key, value, lower, upper, standing, days, parts)

    def _unit(self, printed: str) -> str:
        """Name a unit; of a prescription's "mg twice daily", what is before the words."""
        if " " not in printed:
            return self._units.name(printed) if printed else ""
        text = plain(printed)
        unit, end = self._units.after(text, 0)
        return unit if unit and text[end : end + 1] in {"", " "} else self._units.name(printed)

    def _days(self, printed: str) -> frozenset[Day]:
        iso = _ISO.match(printed)
        if iso:  # as facts are dated, and 200 of them
            return frozenset({(int(iso[1]), int(iso[2]), int(iso[3]))})
        text = plain(printed)
        return frozenset(day for number in self._numbers.read(text, low(text), None) for day in number.days)

    def _put(self, printed: str, unit: str, origin: tuple[str, str, int], record: Record) -> Decimal | None:
        """Index the numbers of one field, *origin* its role, test and fact; give the number if the field is one."""
        if not printed:
            return None
        bare = printed.strip(_BOUND)
        if _BARE.fullmatch(bare):
            values = readings(bare)
            for value in values:
                record.add(Known(value, unit, "fact", *origin))
            return min(values, default=None)
        text = plain(printed)
        for number in self._numbers.read(text, low(text), None):
            for value in number.readings:
                record.add(Known(value, number.unit or unit, "fact", *origin))
            record.days |= number.days
        return None

    def _take(self, text: str, origin: str, record: Record) -> list[Number]:
        text = plain(text)
        numbers = self._numbers.read(text, low(text), None)
        for number in numbers:
            if number.kind == "factor":
                record.factors |= number.readings
            elif number.kind == "time":
                record.times.add(number.printed)
            elif number.kind == "phone":
                record.add(Known(Decimal(number.printed), "", origin))
            for value in number.readings:
                record.add(Known(value, number.unit, origin))
            record.days |= number.days
            for year, _, _ in number.days:
                if year:
                    record.add(Known(Decimal(year), "", origin))
        return numbers

    def _question(self, answer: Answer, names: Names, record: Record) -> None:
        """Index the person's own numbers, and results they typed with their range."""
        text = plain(answer.question.reveal())
        numbers = [number for number in self._take(text, "question", record) if number.kind == "number"]
        record.told = [min(number.readings) for number in numbers if number.readings]
        named = self._labels.find(low(text), names)
        for place, name in enumerate(named):
            end = named[place + 1].start if place + 1 < len(named) else len(text)
            told = [number for number in numbers if name.end <= number.start < end]
            if told and name.key not in record.by_key:
                typed = _typed(name, told, low(text))
                # A value that the record holds under another name is judged by what is printed there.
                record.by_key[name.key] = [one for one in record.results if one.value == typed.value] or [typed]


def _pressure(printed: str) -> tuple[Decimal, ...]:
    """Give both values of "138/86"."""
    found = _BOTH.fullmatch(printed)
    return (Decimal(found[1]), Decimal(found[2])) if found else ()


def _typed(name: Named, told: Sequence[Number], text: str) -> Result:
    values = [min(number.readings) for number in told if number.readings]
    lower = upper = None
    for place, (first, second) in enumerate(pairwise(told)):
        between = text[first.end : second.start].strip()
        if place > 0 and between in {"-", "to", "a", "et", "and", "/"} and first.readings and second.readings:
            lower, upper = min(first.readings), min(second.readings)
            break
    value = values[0] if values else None
    return Result(name.key, value, lower, upper, _place(value, lower, upper), frozenset())


def _standing(fact: RecordFact, value: Decimal | None, lower: Decimal | None, upper: Decimal | None) -> Standing:
    below, beyond = "<" in fact.comparator or "≤" in fact.comparator, ">" in fact.comparator or "≥" in fact.comparator
    place = _place(value, lower, upper)
    if below and place is not Standing.LOW:
        place = Standing.INSIDE if lower is None and place is Standing.INSIDE else Standing.UNKNOWN
    if beyond and place is not Standing.HIGH:
        place = Standing.INSIDE if upper is None and place is Standing.INSIDE else Standing.UNKNOWN
    if place is not Standing.UNKNOWN:
        return place
    flag = low(plain(fact.flag)).strip()
    for name, pattern in _FLAGS:
        if flag and pattern.search(flag):
            return Standing(name)
    return Standing.UNKNOWN


def _place(value: Decimal | None, lower: Decimal | None, upper: Decimal | None) -> Standing:
    if value is None or (lower is None and upper is None):
        return Standing.UNKNOWN
    if lower is not None and value < lower:
        return Standing.LOW
    if upper is not None and value > upper:
        return Standing.HIGH
    return Standing.INSIDE
