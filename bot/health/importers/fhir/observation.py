"""One Observation to its results: its own value, and one result a component, because 120/80 is two measurements."""

from collections.abc import Iterator
from typing import Final

from bot.health.facts.model import Category, Status
from bot.health.importers.clinical.mapped import Beside, Mapped, Naming, left_out, refused, result, together, unread
from bot.health.importers.clinical.moments import NEVER, Moment, fhir_moment
from bot.health.importers.clinical.values import Unread, Value, amount, between, words
from bot.health.importers.clinical.words import joined, line
from bot.health.importers.fhir.concepts import (
    Find,
    concept,
    first_code,
    moment,
    named,
    notes,
    pointed,
    quantity,
    reference_range,
)
from bot.health.importers.fhir.strict import Json, MalformedError, child, children, digits, string
from bot.health.importers.importer import Tools

STATUSES: Final[dict[str, Status]] = {
    "final": "final", "amended": "corrected", "corrected": "corrected", "preliminary": "preliminary",
    "registered": "preliminary", "unknown": "preliminary", "partial": "preliminary", "appended": "final",
}  # fmt: skip
_CATEGORIES: Final[dict[str, Category | None]] = {
    "laboratory": "laboratory", "vital-signs": "vital", "imaging": "imaging", "activity": "activity", "": None,
}  # fmt: skip
_COMING: Final = frozenset({"temp-unknown"})


def observation(resource: Json, tools: Tools, find: Find, around: str) -> Mapped:
    """Give the results of one Observation found below the heading *around*. Raises `MalformedError`."""
    status = string(resource, "status")
    if status not in STATUSES:
        return left_out(status)
    kinds = [code for one in children(resource, "category") for code in concept(one).codes] or [""]
    kind = next((code for code in kinds if code in _CATEGORIES), None)
    if kind is None:
        return left_out(kinds[0])  # a survey, the social history
    specimen = _specimen(resource, find)
    began, ended = _when(resource)
    parts = [
        _part(part, tools, (around, specimen, title), _CATEGORIES[kind], pending=status in {"registered", "preliminary"},
              beside=Beside(moment=began, until=ended, status=STATUSES[status], flag=_flag(part), specimen=specimen,
                            note=joined(notes(part), named(part, "method").text), reference=place))
        for part, place, title in _parts(resource)
    ]  # fmt: skip
    if not parts:
        return left_out("hasMember")
    return together(parts)


def _parts(resource: Json) -> Iterator[tuple[Json, str, str]]:
    """Give what may hold a value, its reference, and the title it stands under."""
    identity = string(resource, "id")
    place = f"Observation/{identity}" if identity else ""
    components = children(resource, "component")
    if _value_key(resource) or not (components or children(resource, "hasMember")):
        yield resource, place, ""
    title = named(resource, "code").text if components else ""
    for number, component in enumerate(components, start=1):
        yield component, f"{place}#{number}" if place else "", title


def _part(
    part: Json, tools: Tools, around: tuple[str, ...], category: Category | None, *, pending: bool, beside: Beside
) -> Mapped:  # fmt: skip
    naming = named(part, "code").naming(*around)
    try:
        value = _value(part, tools)
        if value is None or not value.written:
            return _absent(part, naming, pending=pending)
        its = reference_range(part, value, tools)
    except Unread as error:
        return unread(naming, error)
    return result(naming, value, tools, category=category, range_=its, beside=beside)


def _absent(part: Json, naming: Naming, *, pending: bool) -> Mapped:
    reason = first_code(part, "dataAbsentReason")
    return refused(naming, "pending" if reason in _COMING or (pending and not reason) else "no_value")


def _value_key(part: Json) -> str:
    return next((key for key in part if key.startswith("value")), "")


def _value(part: Json, tools: Tools) -> Value | None:  # noqa: C901 - one answer a type
    """Read `value[x]`. Raises `Unread`, `MalformedError`."""
    key = _value_key(part)
    match key.removeprefix("value"):
        case "":
            return None
        case "Quantity":
            return quantity(child(part, key), tools)
        case "CodeableConcept":
            text = named(part, key).text
            return Value(written=text) if text else None
        case "String":
            return words(string(part, key), tools.units, tools.language)
        case "Integer":
            return amount(digits(part, key), "", None)
        case "Boolean":
            return Value(written=_boolean(part, key))
        case "DateTime" | "Time":
            return Value(written=line(string(part, key)))
        case "Range":
            return between(*(quantity(child(child(part, key), end), tools) for end in ("low", "high")))
        case "Ratio":
            return _ratio(child(part, key), tools)
        case "Period":
            ends = (line(string(child(part, key), end)) for end in ("start", "end"))
            return Value(written=" - ".join(end for end in ends if end))
        case _:
            raise Unread("not_a_result")  # a curve, an attachment


def _boolean(part: Json, key: str) -> str:
    if not isinstance(part[key], bool):
        raise MalformedError
    return "true" if part[key] else "false"


def _ratio(value: Json, tools: Tools) -> Value | None:
    """Read a Ratio: "1:128" is a titre and no single number."""
    above, below = (quantity(child(value, end), tools) for end in ("numerator", "denominator"))
    if above is None or below is None:
        return None
    sides = (f"{side.comparator}{side.written} {side.unit}".strip() for side in (above, below))
    return Value(written=line(":".join(sides)))


def _when(resource: Json) -> tuple[Moment, Moment]:
    began, ended = moment(resource, "effective")
    # Without its own, a result has the day of its report, and no hour.
    return (began, ended) if began != NEVER else (Moment(fhir_moment(string(resource, "issued")).day), NEVER)


def _flag(part: Json) -> str:
    """Give the marks, by their codes ("H"), which are the same in every language."""
    marks = [concept(one) for one in children(part, "interpretation")]
    return " ".join(filter(None, (next(iter(mark.codes), "") or mark.text for mark in marks)))


def _specimen(resource: Json, find: Find) -> str:
    found, shown = pointed(resource, "specimen", find)
    return named(found, "type").text or shown
