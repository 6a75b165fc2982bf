"""What FHIR's building blocks say: coded concepts, quantities, ranges, annotations, periods."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.health.facts.model import Comparator
from bot.health.facts.numbers import Range
from bot.health.importers.clinical.mapped import LOINC, Naming
from bot.health.importers.clinical.moments import NEVER, Moment, fhir_moment
from bot.health.importers.clinical.values import NO_RANGE, Unread, Value, amount, several, shown_only, span, worded
from bot.health.importers.clinical.words import joined, line
from bot.health.importers.fhir.strict import Json, child, children, digits, reference, string
from bot.health.importers.importer import Tools

Find = Callable[[str], Json | None]  # a reference to the resource it points at, if the record holds it

_LOINC_SYSTEM: Final = "http://loinc.org"
_UCUM_SYSTEM: Final = "http://unitsofmeasure.org"
_COMPARATORS: Final[dict[str, Comparator]] = {"": "", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_NORMAL: Final = frozenset({"", "normal"})


@dataclass(frozen=True, slots=True)
class Concept:
    """A CodeableConcept."""

    text: str  # as the user saw it: its own text, else a coding's display
    loinc: tuple[str, ...]
    codes: tuple[str, ...]
    displays: tuple[str, ...]

    def naming(self, *around: str) -> Naming:
        """Give this as the name of a result found among *around*."""
        return Naming(label=self.text, codes=self.loinc, other=self.displays, around=around)


NOTHING: Final = Concept("", (), (), ())


def concept(value: Json) -> Concept:
    """Read a CodeableConcept; a coding the user chose comes before the others."""
    if not value:
        return NOTHING
    codings = children(value, "coding")
    if len(codings) > 1:
        codings = sorted(codings, key=lambda coding: coding.get("userSelected") is not True)
    displays = tuple(shown for shown in (line(string(coding, "display")) for coding in codings) if shown)
    text = line(string(value, "text")) or next(iter(displays), "")
    codes = [(string(coding, "system"), string(coding, "code")) for coding in codings]
    loinc = tuple(code for system, code in codes if system == _LOINC_SYSTEM and LOINC.fullmatch(code))
    return Concept(text, loinc, tuple(code for _, code in codes), tuple(d for d in displays if d != text))


def named(of: Json, key: str) -> Concept:
    """Read the concept at *key*."""
    return concept(child(of, key))


def first_code(of: Json, key: str) -> str:
    """Give the first code of the concept at *key*, as a status is given."""
    return next(iter(named(of, key).codes), "")


def quantity(value: Json, tools: Tools) -> Value | None:
    """Read a Quantity; None when it holds no number. Raises `Unread`."""
    written = digits(value, "value")
    if not written:
        return None
    comparator = _COMPARATORS.get(string(value, "comparator"))
    if comparator is None:
        raise Unread("not_a_result")
    unit, code = string(value, "unit"), string(value, "code")
    return amount(written, unit or code, _ucum(value, unit, code, tools), comparator)


def _ucum(value: Json, unit: str, code: str, tools: Tools) -> str | None:
    """Give the UCUM code our table knows; none when the code and the printed unit say two things."""
    spoken = code if string(value, "system") == _UCUM_SYSTEM else ""
    if spoken and spoken == unit:
        return spoken if tools.units.knows(spoken) else None
    printed = tools.units.ucum(unit or code) if unit or code else None
    if not spoken:
        return printed
    return spoken if tools.units.knows(spoken) and (not unit or printed in {None, spoken}) else None


def reference_range(of: Json, value: Value, tools: Tools) -> Range:
    """Read `referenceRange`: the one that applies; of several, only their texts."""
    ranges = children(of, "referenceRange")
    if not ranges:
        return NO_RANGE
    read = [_range(one, value, tools) for one in ranges]
    if len(read) > 1:
        return several(read)
    return read[0] if first_code(ranges[0], "type") in _NORMAL else shown_only(read[0].text)


def _range(one: Json, value: Value, tools: Tools) -> Range:
    text = string(one, "text")
    try:
        low, high = (quantity(child(one, end), tools) for end in ("low", "high"))
    except Unread:
        return shown_only(text)
    if low is None and high is None:
        return worded(text, value, tools.units, tools.language)
    return span(low, high, text, value, open_ends=(False, False))  # FHIR's ends belong to the range


def notes(of: Json) -> str:
    """Give every annotation's text."""
    return joined(*(string(note, "text") for note in children(of, "note")))


def moment(of: Json, name: str) -> tuple[Moment, Moment]:
    """Give when `name[x]` began and, if it lasted, ended."""
    for kind in ("DateTime", "Date", "Instant"):
        if written := string(of, name + kind):
            return fhir_moment(written), NEVER
    return period(child(of, name + "Period"))


def period(value: Json) -> tuple[Moment, Moment]:
    """Read a Period; one that ends the day it began is that day."""
    start, end = fhir_moment(string(value, "start")), fhir_moment(string(value, "end"))
    if start == NEVER:
        return end, NEVER
    return start, NEVER if end.day == start.day else end


def pointed(of: Json, key: str, find: Find) -> tuple[Json, str]:
    """Give the resource a Reference points at, an empty one when it is not there, and how the Reference names it."""
    target = reference(of, key)
    own = of.get("contained") if target.startswith("#") else None
    inside = own if isinstance(own, list) else []
    found = next((one for one in inside if isinstance(one, dict) and one.get("id") == target[1:]), None)
    return found or (find(target) if target else None) or {}, line(string(child(of, key), "display"))
