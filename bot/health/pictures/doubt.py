"""Which results read from pictures are certain enough to propose; the others are listed for their owner to read.

A picture loses a comma, a sign or a stroke without a trace in the text. What still tells is kept together here: how
certain each letter is, and what a report says twice: its decimals, its flags, a result in two units.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from bot.health.documents.dates import DateOrder, parse_date
from bot.health.documents.items import DATE
from bot.health.documents.labels import NOISE, Recognise
from bot.health.documents.rows import GAP, Row
from bot.health.facts import Fact, NotRead, Report
from bot.health.facts.model import Reason
from bot.health.facts.standing import Standing, standing
from bot.health.facts.units import Units
from bot.health.importers.importer import Tools
from bot.health.pictures.sight import Sight

_SURE: Final = 0.9
_SURE_BLURRED: Final = 0.97  # where much of the page is not sure, what seems so may not be
_BLURRED: Final = 0.04  # of a page's words
_SURE_UNIT: Final = 0.7  # what is one letter off is rarely a unit
_SURE_NUMBERED: Final = 0.8  # a label we know that another number would make another: B9, B12
_SURE_NAMED: Final = 0.5  # a label we know
_LONGEST: Final = 400  # characters of a row that can be a result's
_ORDERS: Final[tuple[DateOrder, ...]] = ("dmy", "mdy")
_WITHOUT_UNIT: Final = frozenset({"inr"})
_UP: Final = re.compile(r"[H↑▲⬆⇧+>]|(?i:high|haut|élev|augm)")
_DOWN: Final = re.compile(r"[LB↓▼⬇⇩<-]|(?i:low|bas|dimin)")
_DECIMALS: Final = re.compile(r"[.,]([0-9]+)$")
_RANGE: Final = re.compile(r"[<>≤≥] ?[0-9.,]+|[0-9.,]+ ?[-~·–—] ?[0-9.,]+")
_GROUPED: Final = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}")


def sifted(report: Report, sights: Mapping[int, Sight], tools: Tools) -> Report:
    """Give *report* with what was read from pictures scored and placed, and what of it is not certain listed."""
    rows = {(page, row.line): row for page, sight in sights.items() for row in sight.page.rows}
    report = _dated(report, rows.values(), tools.now.date())
    sifter = _Sifter(report, tools.units)
    blurred = {page for page, sight in sights.items() if sight.unsure > _BLURRED}
    doubts: dict[str, Reason] = {}
    for fact in report.facts:
        row = rows.get((fact.page, fact.line))
        doubt = sifter.doubt(fact, row, blurred=fact.page in blurred) if row else None
        if doubt is not None:
            doubts[fact.id] = doubt
    held = [fact for fact in report.facts if fact.id in doubts or fact.form_of in doubts]
    given = {(fact.page, fact.line) for fact in report.facts}
    lost: dict[tuple[int, int], Reason] = {
        place: "low_score" for place, row in rows.items() if place not in given and _measured(row, tools.recognise)
    }
    lost |= {(fact.page, fact.line): doubts.get(fact.id, "low_score") for fact in reversed(held)}
    listed = {(line.page, line.line) for line in report.not_read}
    lines = [
        NotRead(page=page, line=line, reason=reason, text=rows[page, line].printed)
        for (page, line), reason in lost.items()
        if (page, line) not in listed
    ]
    kept = _renumbered(fact for fact in report.facts if fact not in held)
    return replace(
        report,
        facts=tuple(_placed(fact, rows.get((fact.page, fact.line)), sights) for fact in kept),
        not_read=tuple(sorted([*report.not_read, *lines], key=lambda line: (line.page, line.line))),
    )


def _measured(row: Row, recognise: Recognise) -> bool:
    """Say whether *row* was printed as a result: text had no need of this, a "%" read as "8" has."""
    label, _, rest = row.text.partition(GAP)
    if not re.search(r"[0-9]", rest) or NOISE.search(row.text) or DATE.search(row.text):
        return False
    return recognise(label) is not None or _RANGE.search(rest.replace(GAP, " ")) is not None


def _dated(report: Report, rows: Iterable[Row], today: date) -> Report:
    """Take off a day that is not certain, or still to come: no day is better than another's."""
    unsure = {
        parse_date(printed[0], order)
        for row in rows
        for printed in DATE.finditer(row.text)
        if row.score(*printed.span()) < _SURE
        for order in _ORDERS
    }
    collected, reported = (
        None if day is None or day in unsure or day > today + timedelta(days=1) else day
        for day in (report.collected, report.reported)
    )
    day = collected or reported
    facts = tuple(replace(fact, date=day) for fact in report.facts)
    return replace(report, collected=collected, reported=reported, facts=facts)


def _renumbered(facts: Iterable[Fact]) -> Iterator[Fact]:
    numbers: dict[str, str] = {}
    for fact in facts:
        whose = fact.form_of or fact.id
        number = numbers.setdefault(whose, str(len(numbers) + 1))
        yield replace(fact, id=fact.id.replace(whose, number, 1), form_of=number if fact.form_of else None)


def _placed(fact: Fact, row: Row | None, sights: Mapping[int, Sight]) -> Fact:
    if row is None:
        return fact
    return replace(fact, score=round(min(word.score for word in row.words), 3), box=sights[fact.page].box(row))


class _Sifter:
    """Knows what the whole report does: whether it flags, how it writes decimals."""

    def __init__(self, report: Report, units: Units) -> None:
        self._units = units
        self._firsts = {fact.id: fact for fact in report.facts if fact.form_of is None}
        self._flags = any(fact.flag for fact in report.facts)
        marks = Counter(char for fact in report.facts for char in _figures(fact) if char in ".,")
        self._mark = max(marks, key=lambda mark: marks[mark], default="")

    def doubt(self, fact: Fact, row: Row, *, blurred: bool) -> Reason | None:
        """Say why *fact*, read from *row*, is not certain."""
        sure = _SURE_BLURRED if blurred else _SURE
        flags = set(fact.flag.split()) | {fact.flag}  # which value and range must bear out
        if len(row.text) > _LONGEST:
            return "not_a_result"
        if any(word.score < self._least(word.text, fact, sure) for word in row.words if word.text not in flags):
            return "low_score"
        if fact.number is None:
            return None
        if fact.ucum is None and (self._units.nearly(fact.unit) if fact.unit else fact.analyte not in _WITHOUT_UNIT):
            return "unit_unknown"
        if fact.previous is not None and fact.ref_text is None:
            return "low_score"  # "760": perhaps the range "> 60"
        return "low_score" if self._misprinted(fact) or self._contradicted(fact) else None

    def _least(self, word: str, fact: Fact, sure: float) -> float:
        """Give how certain *word* must be: less so what can be checked otherwise."""
        if self._units.ucum(word) is not None:
            return _SURE_UNIT
        if word == "-":
            return 0.0  # without it there was no range
        if fact.analyte is None or word not in fact.label:
            return sure
        return _SURE_NUMBERED if re.search(r"[0-9]", word) else _SURE_NAMED

    def _misprinted(self, fact: Fact) -> bool:
        """Say whether the numbers of *fact* are not written as the report writes its own."""
        if any(char in ".," and char != self._mark for char in _figures(fact)):
            return True
        if _GROUPED.fullmatch(fact.value):
            return True  # "1,250": which mark it is decides over a thousand
        ends = [_decimals(end) for end in (fact.ref_low, fact.ref_high) if end is not None and end.strip("0.,")]
        return bool(ends) and (_decimals(fact.value) < min(ends) or len(set(ends)) > 1)

    def _contradicted(self, fact: Fact) -> bool:
        """Say whether flag and range differ on *fact*, or its first form does from it."""
        stands = standing(fact)
        if fact.form_of is not None:
            return stands is not standing(self._firsts[fact.form_of])
        up, down = bool(_UP.search(fact.flag)), bool(_DOWN.search(fact.flag))
        if stands is Standing.UNKNOWN or up is down:
            return self._flags and not fact.flag and stands in {Standing.LOW, Standing.HIGH}
        return stands is not (Standing.HIGH if up else Standing.LOW)


def _figures(fact: Fact) -> str:
    return f"{fact.value}{fact.ref_text or ''}" if fact.number is not None else ""


def _decimals(printed: str) -> int:
    found = _DECIMALS.search(printed)
    return len(found[1]) if found else 0
