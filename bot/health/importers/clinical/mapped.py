"""One entry of a record as facts, a line not read, or something counted: the same for FHIR and for CDA."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.health.documents.labels import Entry
from bot.health.facts.model import Category, Coding, Fact, NotRead, Reason, Status
from bot.health.facts.numbers import Range
from bot.health.importers.clinical.moments import NEVER, Moment
from bot.health.importers.clinical.possible import BODY, VITALS, possible
from bot.health.importers.clinical.values import NO_RANGE, Unread, Value
from bot.health.importers.clinical.words import joined, line
from bot.health.importers.importer import Tools

LOINC: Final = re.compile(r"[0-9]{1,7}-[0-9]")
# A LOINC name, "Glucose [Mass/volume] in Blood by Test strip": its component names an analyte only in blood or urine.
_LONG_NAME: Final = re.compile(r"(?P<component>[^\[\]]+) \[[^\[\]]*\] ?(?P<system>.*)")
_BLOOD: Final = re.compile(
    r"(?:in |of |dans )?(?:Serum or Plasma|Serum, Plasma or Blood|Serum|Plasma|(?:Venous |Capillary |Arterial )?blood|"
    r"Sérum/Plasma|Sérum|Sang|Érythrocytes)?(?: ?(?:by|;|-) .*)?",
    re.IGNORECASE,
)
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,39}")
_NARRATIVE: Final = re.compile(r"\b(?:IMPRESSION|CONCLUSION)S?\s*:\s*(?P<said>\S.*)", re.IGNORECASE | re.DOTALL)
_SHORT: Final = 120


@dataclass(frozen=True, slots=True)
class Mapped:
    """What one entry came to. Ids, pages and lines are given where entries are gathered."""

    facts: tuple[Fact, ...] = ()
    not_read: tuple[NotRead, ...] = ()
    left: tuple[str, ...] = ()  # a reason's key, or the source's own name for what was left out


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """What an entry calls itself."""

    label: str
    codes: tuple[str, ...] = ()  # LOINC, the first one meant
    other: tuple[str, ...] = ()  # further names of the same thing
    around: tuple[str, ...] = ()  # headings, specimen, panel: "Glucose" below "Urines" is not blood


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What stands beside a value."""

    moment: Moment = NEVER
    until: Moment = NEVER
    status: Status = "final"
    flag: str = ""
    specimen: str = ""
    note: str = ""
    reference: str = ""


def result(
    naming: Naming, value: Value, tools: Tools, *, category: Category | None, range_: Range = NO_RANGE,
    beside: Beside, form: Sequence[tuple[Value, Range]] = (),
) -> Mapped:  # fmt: skip
    """Give one result and its *form*s in other units, or why it is not kept."""
    if not naming.label:
        return refused(naming, "no_label")
    entry = _entry(naming, tools)
    key = entry.key if entry else None
    if beside.moment.after(tools.now) or not possible(key, value.number, value.ucum):
        return refused(naming, "impossible")
    forms = [(value, range_), *((other, its) for other, its in form if _same(value, other, tools))]
    facts = [
        _fact(naming, entry, one, _category(category, key), its, beside, id_="1" if n == 0 else f"1{'abcdefgh'[n]}")
        for n, (one, its) in enumerate(forms[:8])
    ]
    return Mapped(facts=tuple(facts), left=("translation",) * (1 + len(form) - len(facts)))


def statement(
    label: str, said: str, category: Category, tools: Tools, *, beside: Beside, codes: tuple[str, ...] = ()
) -> Mapped:  # fmt: skip
    """Give what is no measurement: a condition, a medicine, an appointment; *said* is its status as written."""
    naming = Naming(label=line(label), codes=codes)
    if not naming.label:
        return refused(naming, "no_label")
    if category != "appointment" and beside.moment.after(tools.now):
        return refused(naming, "impossible")
    return Mapped(facts=(_fact(naming, None, Value(written=line(said) or "-"), category, NO_RANGE, beside, id_="1"),))


def narrative(naming: Naming, text: str, category: Category, tools: Tools, *, beside: Beside) -> Mapped:
    """Give a report in words: its text as the note, the beginning of its conclusion as the value."""
    found = _NARRATIVE.search(text)
    said = line(found["said"] if found else text, _SHORT)
    noted = replace(beside, note=joined(text, beside.note))
    return statement(naming.label, said, category, tools, beside=noted, codes=naming.codes)


def left_out(name: str) -> Mapped:
    """Count an entry under the source's own *name* for why, if that can be a name at all."""
    return Mapped(left=(name if _NAME.fullmatch(name) else "other",))


def refused(naming: Naming, reason: Reason) -> Mapped:
    """List an entry that was not understood."""
    return Mapped(not_read=(NotRead(page=1, line=1, reason=reason, text=naming.label),), left=(reason,))


def unread(naming: Naming, error: Unread) -> Mapped:
    """List an entry whose value was not understood."""
    return refused(naming, error.reason)


def together(parts: Sequence[Mapped]) -> Mapped:
    """Give several parts of one entry as one."""
    return Mapped(
        tuple(fact for part in parts for fact in part.facts),
        tuple(refusal for part in parts for refusal in part.not_read),
        tuple(key for part in parts for key in part.left),
    )


def _entry(naming: Naming, tools: Tools) -> Entry | None:
    """Find the analyte by its code, else by a name that can be no other's."""
    for code in naming.codes:
        if (entry := tools.coded(code)) is not None:
            return entry
    names = (naming.label, *naming.other)
    long = [found for name in names if (found := _LONG_NAME.fullmatch(name))]
    if not all(_BLOOD.fullmatch(found["system"]) or "urin" in found["system"].casefold() for found in long):
        return None  # of another fluid, whatever its short name is
    section = " ".join((*naming.around, *names))
    plain = [name for name in names if not _LONG_NAME.fullmatch(name)]
    components = (found["component"] for found in long)
    return next((entry for name in (*components, *plain) if (entry := tools.recognise(name, section=section))), None)


def _category(given: Category | None, analyte: str | None) -> Category:
    if given in {None, "vital"} and analyte in BODY:
        return "body"
    return given or ("vital" if analyte in VITALS else "laboratory")


def _same(value: Value, other: Value, tools: Tools) -> bool:
    """Say whether *other* can state the same result in another unit."""
    if value.ucum is None or other.ucum is None:
        return bool(other.unit) and other.unit != value.unit
    return tools.units.of_one_result(value.ucum, other.ucum)


def _fact(  # noqa: PLR0917
    naming: Naming, entry: Entry | None, value: Value, category: Category, range_: Range, beside: Beside, *, id_: str
) -> Fact:
    form = id_ != "1"
    given = None if form else next(iter(naming.codes), None)  # a code belongs to the unit it was given for
    code = given or (entry.code_for(value.ucum) if entry else None)
    coding: Coding = "given" if given else "mapped" if code else "none"
    return Fact(
        id=id_, form_of="1" if form else None, label=naming.label, analyte=entry.key if entry else None, code=code,
        coding=coding, comparator=value.comparator, value=value.written, number=value.number, unit=value.unit,
        ucum=value.ucum, ref_text=range_.text or None, ref_low=range_.ref_low, ref_high=range_.ref_high, low=range_.low, high=range_.high,
        low_open=range_.low_open, high_open=range_.high_open, flag=line(beside.flag), date=beside.moment.day,
        at=beside.moment.at, until=beside.until.day, status=beside.status, category=category,
        specimen=line(beside.specimen), note=joined(value.note, beside.note), reference=line(beside.reference),
        page=1, line=1,
    )  # fmt: skip
