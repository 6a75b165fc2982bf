"""Which results read from a picture are certain enough to propose; the others are listed for their owner to read.

A picture loses a comma, a sign or a stroke without a trace in the text. What still tells is kept together here: the
letters' own certainty, and what a report says twice — its decimals, its flags, a result in two units.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from bot.health.documents.rows import Row
from bot.health.facts import Fact, NotRead, Report
from bot.health.facts.model import Reason
from bot.health.facts.standing import Standing, standing
from bot.health.facts.units import Units
from bot.health.pictures.sight import Sight

_SURE: Final = ((re.compile(r"[0-9<>≤≥]"), 0.8), (re.compile(r"[/%µ]"), 0.7))  # the least score of words with these
_SURE_WORD: Final = 0.5
_WITHOUT_UNIT: Final = frozenset({"inr"})
_UP: Final = re.compile(r"[H↑▲⬆⇧+>]|(?i:high|haut|élev|augm)")
_DOWN: Final = re.compile(r"[LB↓▼⬇⇩<-]|(?i:low|bas|dimin)")
_DECIMALS: Final = re.compile(r"[.,]([0-9]+)$")


def sifted(report: Report, sights: Mapping[int, Sight], units: Units) -> Report:
    """Give *report* with what was read from pictures scored and placed, and what of it is not certain listed."""
    flagged = any(fact.flag for fact in report.facts)
    doubts: dict[str, Reason] = {}
    rows = {(page, row.line): row for page, sight in sights.items() for row in sight.page.rows}
    for fact in report.facts:
        row = rows.get((fact.page, fact.line))
        doubt = _doubt(fact, row, units, flagged=flagged) if row else None
        first = next((other for other in report.facts if other.id == fact.form_of), None)
        if first and row and standing(fact) is not standing(first):
            doubt = "low_score"
        if doubt is not None:
            doubts[fact.id] = doubt
    held = [f for f in report.facts if f.id in doubts or f.form_of in doubts]
    not_read = {(n.page, n.line): n for n in report.not_read}
    for f in held:
        reason = doubts.get(f.id, "low_score")
        text = rows[f.page, f.line].printed
        not_read.setdefault((f.page, f.line), NotRead(page=f.page, line=f.line, reason=reason, text=text))
    kept = _renumbered([f for f in report.facts if f not in held])
    return replace(
        report,
        facts=tuple(_placed(fact, sights) for fact in kept),
        not_read=tuple(sorted(not_read.values(), key=lambda n: (n.page, n.line))),
    )


def _renumbered(facts: Iterable[Fact]) -> Iterator[Fact]:
    numbers: dict[str, str] = {}
    for fact in facts:
        whose = fact.form_of or fact.id
        number = numbers.setdefault(whose, str(len(numbers) + 1))
        yield replace(fact, id=fact.id.replace(whose, number, 1), form_of=number if fact.form_of else None)


def _placed(fact: Fact, sights: Mapping[int, Sight]) -> Fact:
    sight = sights.get(fact.page)
    row = sight.row(fact.line) if sight else None
    if sight is None or row is None:
        return fact
    return replace(fact, score=round(min(word.score for word in row.words), 3), box=sight.box(row))


def _doubt(fact: Fact, row: Row, units: Units, *, flagged: bool) -> Reason | None:
    """Say why *fact*, read from *row*, is not certain."""
    if any(word.score < _least(word.text) for word in row.words) or fact.value not in row.text.replace("\t", " "):
        return "low_score"
    if fact.number is None:
        return None
    if fact.ucum is None and (units.nearly(fact.unit) if fact.unit else fact.analyte not in _WITHOUT_UNIT):
        return "unit_unknown"
    if fact.previous is not None and fact.ref_text is None:
        return "low_score"  # "760": perhaps the range "> 60"
    ends = [_decimals(end) for end in (fact.ref_low, fact.ref_high) if end is not None and end.strip("0.,")]
    if ends and (_decimals(fact.value) < min(ends) or len(set(ends)) > 1):
        return "low_score"
    return "low_score" if _contradicted(fact, flagged=flagged) else None


def _least(text: str) -> float:
    return next((least for pattern, least in _SURE if pattern.search(text)), _SURE_WORD)


def _decimals(printed: str) -> int:
    found = _DECIMALS.search(printed)
    return len(found[1]) if found else 0


def _contradicted(fact: Fact, *, flagged: bool) -> bool:
    """Say whether the printed flag is not what value and range say, in a report that flags."""
    stands = standing(fact)
    up, down = bool(_UP.search(fact.flag)), bool(_DOWN.search(fact.flag))
    if stands is Standing.UNKNOWN or up is down:
        return stands in {Standing.LOW, Standing.HIGH} and flagged and not fact.flag and fact.form_of is None
    return stands is not (Standing.HIGH if up else Standing.LOW)
