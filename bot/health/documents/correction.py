"""A correction as a person types it, "4 = 1,12 g/L", and the report it makes. All of it applies, or none.

What could be out by a factor is refused, as in reading: an unknown unit, or "1,250" where commas part thousands.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.health.documents.dates import parse_date
from bot.health.facts import Fact, Report
from bot.health.facts.model import Comparator
from bot.health.facts.numbers import BOUND, Amount, Mark, number_pattern, parse_amount
from bot.health.facts.units import Units, normalise
from bot.kernel.errors import BotError

_LINE: Final = re.compile(r"(?:ligne\s*|line\s*|n°\s*|#\s*)?([0-9]{1,5})\s*(?:=|:(?=\s))\s*(.*)", re.IGNORECASE)
_DAY: Final = re.compile(r"date(?:\s+(?P<line>[0-9]{1,5}))?\s*[=:]\s*(?P<day>.+)", re.IGNORECASE)
_USUAL: Final = 3  # digits of a line's number
_REMOVE: Final = frozenset({"-", "–", "—", "−"})
_LONGEST_TEXT: Final = 40  # a result in words: "Négatif", "Rares"


class EditError(BotError):
    """A correction could not be applied; nothing was changed."""

    reply = "screen.unreadable"


class NoSuchLineError(EditError):
    """The corrected line is not in the list."""

    reply = "screen.no_such_line"


class UnreadableEditError(EditError):
    """The typed value is not a result, or could be read in two ways."""


class UnknownUnitError(EditError):
    """The typed unit has no known meaning."""

    reply = "screen.unknown_unit"


class UnreadableDateError(EditError):
    """The typed date is no date, could be two, or is still to come."""

    reply = "screen.bad_date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One corrected line. No *fact*: the line is removed."""

    line: str
    fact: Fact | None
    same_value: bool = False  # only looked at, or only dated: its other forms still agree with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The corrections of one message."""

    changes: tuple[Change, ...] = ()
    day: date | None = None  # of every line


def parse_edit(text: str, report: Report, units: Units | None = None, *, today: date | None = None) -> Edit | None:
    """Read corrections of *report*, one per line of *text*; None when it is no correction at all.

    A unit must be one the report itself prints, or one that *units* knows. Raises an `EditError`.
    """
    written = [line.replace("\u00a0", " ").replace("\u202f", " ").strip() for line in text.splitlines()]
    written = [line for line in written if line]
    found = [_DAY.fullmatch(line) or _LINE.fullmatch(line) for line in written]
    if not found or found[0] is None or _is_no_line(found[0], report):
        return None
    changes: dict[str, Change] = {}
    day = None
    for match in found:
        if match is None:
            raise UnreadableEditError(f"{len(written)} lines, one is no correction")
        held = _changed(report, changes)
        if match.re is not _DAY:
            change = _change(match[1].lstrip("0"), match[2].strip(), held, units)
            changes[change.line] = change
        elif match["line"] is None:
            day = _read_day(match["day"], report, today)
        else:
            fact = _line(match["line"].lstrip("0"), held)
            dated = replace(fact, date=_read_day(match["day"], report, today), at=None, review="edited")
            same_value = fact.id not in changes or changes[fact.id].same_value
            changes[fact.id] = Change(line=fact.id, fact=dated, same_value=same_value)
    return Edit(changes=tuple(changes.values()), day=day)


def apply_edit(report: Report, edit: Edit) -> Report:
    """Give *report* corrected. A line whose value changed loses its second form, which no longer agrees with it."""
    changes = {change.line: change for change in edit.changes}
    facts: list[Fact] = []
    for fact in report.facts:
        first = changes.get(fact.form_of or fact.id)
        if first is None:
            facts.append(fact)
        elif first.fact is not None and fact.form_of is None:
            facts.append(first.fact)
        elif first.fact is not None and first.same_value:
            facts.append(replace(fact, date=first.fact.date, at=first.fact.at))
    if edit.day is None:
        return replace(report, facts=tuple(facts))
    dated = tuple(replace(fact, date=edit.day, at=None) for fact in facts)
    return replace(report, collected=edit.day, facts=dated)


def _changed(report: Report, changes: Mapping[str, Change]) -> Report:
    """Give *report* with the values typed so far: a line may be corrected twice in one message."""
    facts = ((changes[fact.id].fact if fact.id in changes else fact) for fact in report.facts)
    return replace(report, facts=tuple(fact for fact in facts if fact is not None))


def _is_no_line(match: re.Match[str], report: Report) -> bool:
    """Say whether "1234 = 5" is a sum rather than a correction: so long a number that no line bears."""
    number = match[1] if match.re is _LINE else ""
    return len(number) > _USUAL and not any(fact.id == number for fact in report.facts)


def _line(number: str, report: Report) -> Fact:
    fact = next((fact for fact in report.facts if fact.id == number and fact.form_of is None), None)
    if fact is None:
        raise NoSuchLineError("no such line")
    return fact


def _read_day(typed: str, report: Report, today: date | None) -> date:
    """Read a typed day; in English, one that could be two is refused."""
    day = parse_date(typed.strip(), "dmy" if report.language == "fr" else "unknown")
    future = any(fact.category == "appointment" for fact in report.facts)
    if day is None or (today is not None and day > today and not future):
        raise UnreadableDateError("a date")
    return day


def _change(number: str, typed: str, report: Report, units: Units | None) -> Change:
    fact = _line(number, report)
    if typed in _REMOVE:
        return Change(line=fact.id, fact=None)
    mark: Mark = "," if report.language == "fr" else "."
    amount, unit = _read(typed, fact, mark)
    if amount is None:
        return Change(line=fact.id, fact=_in_words(fact, typed))
    if mark == "." and re.fullmatch(r"[0-9]{1,3},[0-9]{3}", amount.value):  # 1250 here, 1.25 to a French reader
        raise UnreadableEditError(f"line {fact.id}: could be read in two ways")
    corrected = replace(fact, comparator=amount.comparator, value=amount.value, number=amount.number, review="edited")
    return Change(line=fact.id, fact=_in_unit(corrected, unit, report.facts, units) if unit else corrected)


def _read(typed: str, fact: Fact, mark: Mark) -> tuple[Amount | None, str]:
    """Read an amount with its unit; no unit typed: the printed one stays."""
    if fact.unit and typed.endswith(fact.unit):  # first: "5 10^9/L" must not be read as "5 10" and "^9/L"
        amount = parse_amount(typed.removesuffix(fact.unit), mark)
        if amount is not None:
            return amount, ""
    amount = parse_amount(typed, mark)
    if amount is not None:
        return amount, ""
    split = re.fullmatch(
        rf"((?:{BOUND})?\s*[-+\u2212]?{number_pattern(mark)})(?![0-9.,])\s*(\D.*|[0-9]+[*^].*)", typed, re.IGNORECASE
    )
    return (parse_amount(split[1], mark), split[2].strip()) if split else (None, "")


def _in_words(fact: Fact, typed: str) -> Fact:
    """A result printed in words ("Négatif") may be corrected in words; a number may not become one."""
    words_only = typed and not any(char.isdigit() for char in typed) and typed[0] not in "<>=≤≥"
    if fact.number is not None or not words_only or len(typed) > _LONGEST_TEXT:
        raise UnreadableEditError(f"line {fact.id}: not a value")
    comparator: Comparator = ""
    return replace(fact, comparator=comparator, value=typed, review="edited")


def _in_unit(fact: Fact, unit: str, printed: Sequence[Fact], units: Units | None) -> Fact:
    """Give *fact* in *unit*. In another unit than was printed, its printed range can no longer be compared with."""
    if normalise(unit) == normalise(fact.unit):
        return fact
    same = next((other for other in printed if other.unit and normalise(other.unit) == normalise(unit)), None)
    ucum = same.ucum if same else units.ucum(unit) if units else None
    if ucum is None and same is None:
        raise UnknownUnitError(f"line {fact.id}: unknown unit")
    corrected = replace(fact, unit=unit, ucum=ucum)
    if not fact.unit or (ucum is not None and ucum == fact.ucum):
        return corrected
    return replace(
        corrected,
        code=None,
        coding="none",
        ref_low=None,
        ref_high=None,
        low=None,
        high=None,
        low_open=False,
        high_open=False,
    )
