"""Observations of a section as results, each in the context it stands in: its panel, its specimen, its time.

Organizers, acts and relationships only nest: French reports put batteries into acts, and an antibiogram into the
isolate it belongs to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from bot.health.facts.model import Category, Status
from bot.health.importers.cda.narrative import Narrative
from bot.health.importers.cda.tree import Node
from bot.health.importers.cda.values import identity, moments, naming, ranges, translations, value_of
from bot.health.importers.clinical.mapped import Beside, Mapped, Naming, left_out, narrative, refused, result, unread
from bot.health.importers.clinical.moments import NEVER, Moment
from bot.health.importers.clinical.values import Unread
from bot.health.importers.clinical.words import joined
from bot.health.importers.importer import Tools

_NESTS: Final = frozenset({"organizer", "act", "procedure", "component", "entryRelationship", "entry"})
_STATUSES: Final[dict[str, Status]] = {
    "completed": "final", "active": "preliminary", "held": "preliminary", "suspended": "preliminary", "": "final",
}  # fmt: skip
_COMMENT: Final = "48767-8"
_UNITS: Final = "246514001"  # SNOMED's "units": how a unit was printed, beside the value it belongs to
# How names of imaging begin, in LOINC ("XR Chest 2 Views") and in French.
_IMAGING: Final = frozenset({
    "XR", "CT", "MR", "MRI", "US", "MG", "NM", "PET", "RF", "XA", "DXA", "IRM", "TDM", "Scanner", "Radiographie",
    "Échographie", "Mammographie", "Scintigraphie",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Around:
    """What an observation inherits."""

    titles: tuple[str, ...]  # of the section and of panels
    category: Category | None
    moment: Moment = NEVER
    until: Moment = NEVER
    specimen: str = ""


def observations(node: Node, around: Around, text: Narrative) -> Iterator[tuple[Node, Around]]:
    """Give every observation below *node*, in order, with what is around it."""
    inner = _inside(node, around, text)
    for child in node:
        if child.tag == "observation":
            yield child, inner
            for relation in child.all("entryRelationship"):
                for nested in relation.all("observation"):
                    if _stands_alone(nested):
                        yield nested, inner
        elif child.tag == "act" and child.first("code").get("code") == _COMMENT:
            yield child, inner
        elif child.tag in _NESTS:
            yield from observations(child, inner, text)


def read(node: Node, around: Around, text: Narrative, tools: Tools) -> Mapped:
    """Give the result of one observation; a remark on all of them is counted."""
    if node.tag != "observation":
        return left_out("comment")
    its = _naming(node, around, text)
    status = node.first("statusCode").get("code")
    if status not in _STATUSES or node.get("negationInd") == "true" or node.get("moodCode") not in {"EVN", ""}:
        return left_out(status if status not in _STATUSES else "negationInd" if node.get("negationInd") else "moodCode")
    began, ended = moments(node.first("effectiveTime"))
    if began == NEVER:
        began, ended = around.moment, around.until
    specimen = _specimen(node, text) or around.specimen
    beside = Beside(
        moment=began, until=ended, status=_STATUSES[status], specimen=specimen, flag=_flag(node, text),
        note=_note(node, text), reference=identity(node),
    )  # fmt: skip
    value_node = node.first("value")
    if value_node.get("xsi:type") in {"ED", "ST"} and _pictures(its):
        said = text.note(value_node)
        return narrative(its, said, "imaging", tools, beside=beside) if said else refused(its, "no_value")
    try:
        value = value_of(value_node, text, tools)
        its_range = ranges(node, value, text, tools)
    except Unread as error:
        return refused(its, "pending") if status == "active" else unread(its, error)
    forms = [
        (other, ranges(node, other, text, tools, form=number))
        for number, (other, _) in enumerate(translations(value_node, tools))
    ]
    return result(its, value, tools, category=around.category, range_=its_range, beside=beside, form=forms)


def _inside(node: Node, around: Around, text: Narrative) -> Around:
    """Give what stands around the children of *node*."""
    title = text.name(node.first("code"))
    began, ended = moments(node.first("effectiveTime"))
    specimen = _specimen(node, text) or _collected(node, text)
    return replace(
        around,
        titles=(*around.titles, *(name for name in (title, specimen) if name)),
        moment=began if began != NEVER else around.moment,
        until=ended if began != NEVER else around.until,
        specimen=specimen or around.specimen,
    )


def _naming(node: Node, around: Around, text: Narrative) -> Naming:
    return naming(node.first("code"), text, *around.titles)


def _stands_alone(nested: Node) -> bool:
    """Say whether an observation inside another one is a result of its own; most only qualify it."""
    return (
        nested.first("code").get("code") != _UNITS and bool(nested.first("value")) and bool(nested.first("templateId"))
    )


def _specimen(node: Node, text: Narrative) -> str:
    return text.name(node.first("specimen", "specimenRole", "specimenPlayingEntity", "code"))


def _collected(node: Node, text: Narrative) -> str:
    """Give the specimen that a sampling beside the results names."""
    taken = (one for one in node.all("entryRelationship", "procedure", "participant") if one.get("typeCode") == "PRD")
    return next(
        (name for one in taken if (name := text.name(one.first("participantRole", "playingEntity", "code")))), ""
    )


def _flag(node: Node, text: Narrative) -> str:
    """Give the marks by their codes ("H"), which are the same in every language."""
    marks = (one.get("code") or text.name(one) for one in node.all("interpretationCode"))
    return " ".join(mark for mark in marks if mark)


def _note(node: Node, text: Narrative) -> str:
    comments = (
        text.note(act.first("text"))
        for act in node.all("entryRelationship", "act")
        if act.first("code").get("code") == _COMMENT
    )
    printed = (
        text.quoted(one.first("value", "originalText")) or one.first("value").get("code")
        for one in node.all("entryRelationship", "observation")
        if one.first("code").get("code") == _UNITS
    )
    return joined(*comments, *printed, text.name(node.first("methodCode")).lstrip(". "))


def _pictures(its: Naming) -> bool:
    return any(name.split()[0] in _IMAGING for name in (its.label, *its.other, *its.around) if name.strip())
