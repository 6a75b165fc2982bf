"""HL7 v3 data types as values and ranges: what `xsi:type` says a value is, and what its `nullFlavor` says it is not."""

from collections.abc import Sequence
from typing import Final

from bot.health.facts.model import Reason
from bot.health.facts.numbers import Range
from bot.health.importers.cda.narrative import Narrative
from bot.health.importers.cda.tree import Node
from bot.health.importers.clinical.mapped import LOINC, Naming
from bot.health.importers.clinical.moments import NEVER, Moment, hl7_moment
from bot.health.importers.clinical.values import (
    NO_RANGE,
    Unread,
    Value,
    amount,
    between,
    several,
    shown_only,
    span,
    worded,
    words,
)
from bot.health.importers.clinical.words import line
from bot.health.importers.importer import Tools

_LOINC: Final = "2.16.840.1.113883.6.1"
_CODED: Final = frozenset({"CD", "CE", "CV", "CO", "CS"})
_INTERVALS: Final = frozenset({"IVL_PQ", "IVL_REAL", "IVL_INT"})
_TEXTS: Final = frozenset({"ST", "ED"})
_COMING: Final = frozenset({"NAV"})  # temporarily unavailable
_Ends = tuple[Value | None, Value | None]


def value_of(node: Node, narrative: Narrative, tools: Tools) -> Value:
    """Read a `value`. Raises `Unread`."""
    kind = node.get("xsi:type")
    if kind in _CODED:
        name = narrative.name(node)
        if not name:
            raise Unread(_absent(node))
        return Value(written=name)
    if node.get("nullFlavor") or not node:
        raise Unread(_absent(node))
    if kind in {"PQ", "REAL", "INT"}:
        return _quantity(node, tools)
    if kind in _INTERVALS:
        low, high = _ends(node, tools)
        return between(
            low, high, low_closed=node.first("low").get("inclusive") != "false",
            high_closed=node.first("high").get("inclusive") != "false",
        )  # fmt: skip
    if kind in _TEXTS and node.get("representation") != "B64":
        return words(narrative.quoted(node), tools.units, tools.language)
    if kind == "BL" and node.get("value") in {"true", "false"}:
        return Value(written=node.get("value"))
    if kind in {"TS", "IVL_TS"}:
        return _written(" - ".join(filter(None, (one.get("value") for one in (node, *node)))))
    if kind in {"RTO", "RTO_PQ_PQ", "RTO_INT_INT", "RTO_QTY_QTY"}:
        return _ratio(node, tools)
    raise Unread("not_a_result")


def translations(node: Node, tools: Tools) -> Sequence[tuple[Value, Node]]:
    """Give a quantity's other forms: the same result in other units."""
    found = []
    for one in node.all("translation"):
        try:
            found.append((_amount(one, one.get("code") or one.get("unit"), tools), one))
        except Unread:
            continue
    return found


def ranges(observation: Node, value: Value, text: Narrative, tools: Tools, *, form: int | None = None) -> Range:
    """Give the normal range of *value*: the only one there is, else all of them as text.

    *form* counts the translations whose range is wanted instead.
    """
    given = observation.all("referenceRange", "observationRange")
    normal = [one for one in given if one.first("interpretationCode").get("code") in {"", "N"}]
    if len(normal) == 1 and not normal[0].first("precondition"):
        return _range(normal[0], value, text, tools, form)
    return several([_range(one, value, text, tools, None) for one in normal]) if form is None else NO_RANGE


def _range(one: Node, value: Value, text: Narrative, tools: Tools, form: int | None) -> Range:
    said = line(text.quoted(one.first("text"))) if form is None else ""
    node = one.first("value")
    try:
        low, high = _ends(node, tools, form) if node.get("xsi:type") in _INTERVALS else (None, None)
    except Unread:
        return shown_only(said)
    if low is not None or high is not None:
        opened = [node.first(end).get("inclusive") == "false" for end in ("low", "high")]
        return span(low, high, said, value, open_ends=(opened[0], opened[1]))
    if form is not None:
        return NO_RANGE
    return worded(said or text.name(node) or text.quoted(node), value, tools.units, tools.language)


def _ends(node: Node, tools: Tools, form: int | None = None) -> _Ends:
    ends: list[Value | None] = []
    for name in ("low", "high"):
        end = node.first(name)
        if form is not None:
            others = [value for value, _ in translations(end, tools)]
            ends.append(others[form] if form < len(others) else None)
        else:
            ends.append(_quantity(end, tools) if end.get("value") else None)
    return ends[0], ends[1]


def _quantity(node: Node, tools: Tools) -> Value:
    return _amount(node, "" if node.get("unit") == "1" else node.get("unit"), tools)


def _amount(node: Node, unit: str, tools: Tools) -> Value:
    if not node.get("value"):
        raise Unread("no_value")
    ucum = unit if tools.units.knows(unit) else tools.units.ucum(unit) if unit else None
    return amount(node.get("value"), unit, ucum)


def _ratio(node: Node, tools: Tools) -> Value:
    above, below = (_quantity(node.first(end), tools) for end in ("numerator", "denominator"))
    return _written(":".join(f"{side.written} {side.unit}".strip() for side in (above, below)))


def _written(text: str) -> Value:
    if not text:
        raise Unread("no_value")
    return Value(written=line(text))


def _absent(node: Node) -> Reason:
    return "pending" if node.get("nullFlavor") in _COMING else "no_value"


def naming(code: Node, narrative: Narrative, *around: str) -> Naming:
    """Give what a `code` names, by its LOINC code when it has one."""
    codes = [one for one in (code, *code.all("translation")) if one.get("codeSystem") == _LOINC]
    loinc = dict.fromkeys(one.get("code") for one in codes if LOINC.fullmatch(one.get("code")))
    names = [narrative.name(one) for one in (code, *code.all("translation"))]
    names.append(line(narrative.quoted(code.first("originalText"))))
    known = list(dict.fromkeys(name for name in names if name))
    return Naming(label=known[0] if known else "", codes=tuple(loinc), other=tuple(known[1:]), around=around)


def moments(node: Node) -> tuple[Moment, Moment]:
    """Give when an `effectiveTime` began and, if it lasted, ended."""
    if written := node.get("value"):
        return hl7_moment(written), NEVER
    low, high = hl7_moment(node.first("low").get("value")), hl7_moment(node.first("high").get("value"))
    if low == NEVER:
        return (high, NEVER) if not node.first("low") else (NEVER, high)
    return low, NEVER if high.day == low.day else high


def identity(node: Node) -> str:
    """Give an entry's own id."""
    its = node.first("id")
    return " ".join(filter(None, (its.get("root"), its.get("extension"))))
