"""Entries that are no measurement: allergies, problems, medicines, vaccines, procedures, appointments.

The value of such a fact is its status as the document writes it; how it stands for us is the fact's own status.
"""

from collections.abc import Callable, Iterator
from typing import Final

from bot.health.facts.model import Category, Status
from bot.health.importers.cda.narrative import Narrative
from bot.health.importers.cda.tree import Node
from bot.health.importers.cda.values import identity, moments
from bot.health.importers.clinical.mapped import Beside, Mapped, left_out, statement
from bot.health.importers.clinical.moments import NEVER
from bot.health.importers.clinical.words import joined
from bot.health.importers.importer import Tools

Reader = Callable[[Node, Narrative, Tools], Mapped]

_STATUS: Final = "33999-4"
_OVER: Final = frozenset(
    {"completed", "aborted", "inactive", "resolved", "remission", "413322009", "73425007", "inactif", "résolu"}
)
_NEVER_WAS: Final = frozenset({"nullified", "cancelled"})
_PLANNED: Final = frozenset({"INT", "APT", "ARQ", "PRMS", "RQO", "PRP"})
_R2_MEDICATION: Final = "2.16.840.1.113883.10.20.22.4.16"
_AGENT: Final = ("participant", "participantRole", "playingEntity")
_PRODUCT: Final = ("consumable", "manufacturedProduct", "manufacturedMaterial")
_REACTIONS: Final = frozenset(
    {"2.16.840.1.113883.10.20.22.4.9", "2.16.840.1.113883.10.20.22.4.8", "1.3.6.1.4.1.19376.1.5.3.1.4.1"}
)


def problem(entry: Node, text: Narrative, tools: Tools) -> Mapped:
    """Give the diagnosis of a concern."""
    return _concern(entry, text, tools, "condition", lambda node: text.name(node.first("value")))


def allergy(entry: Node, text: Narrative, tools: Tools) -> Mapped:
    """Give what a person does not tolerate, with what it did."""
    return _concern(entry, text, tools, "allergy", lambda node: _agent(node, text) or text.name(node.first("value")))


def medication(entry: Node, text: Narrative, tools: Tools) -> Mapped:
    """Give a medicine; how to take it is the note."""
    node = entry.first("substanceAdministration")
    dose = node.first("doseQuantity")
    taken = " ".join(filter(None, (dose.get("value"), dose.get("unit"), text.name(node.first("routeCode")))))
    said = (text.quoted(one.first("text")) for one in (node, *node.all("entryRelationship", "substanceAdministration")))
    status = node.first("statusCode").get("code")
    # IHE's medicines, and so the French ones, are all "completed": what was completed is the entry.
    means = any(one.get("root") == _R2_MEDICATION and one.get("extension") for one in node.all("templateId"))
    over = status in _OVER and (means or status != "completed")
    return _lasting(node, _product(node, text), "medication", tools, note=joined(*said, taken), said=status, over=over)


def immunization(entry: Node, text: Narrative, tools: Tools) -> Mapped:
    """Give a vaccine that was given."""
    node = entry.first("substanceAdministration")
    return _done(node, _product(node, text), "immunization", text, tools)


def procedure(entry: Node, text: Narrative, tools: Tools) -> Mapped:
    """Give what was done."""
    node = next((one for one in entry if one.tag in {"procedure", "observation", "act"}), entry)
    return _done(node, text.name(node.first("code")), "procedure", text, tools)


def appointment(entry: Node, text: Narrative, tools: Tools) -> Mapped:
    """Give a visit that is still to come; what else is planned is counted."""
    node = entry.first("encounter")
    began, ended = moments(node.first("effectiveTime"))
    soon = began.at >= tools.now if began.at else began.day is not None and began.day >= tools.now.date()
    if not node or node.get("moodCode") not in _PLANNED or not soon:
        return left_out(next((one.tag for one in entry), "entry"))
    status = node.first("statusCode").get("code")
    place = text.quoted(node.first("participant", "participantRole", "playingEntity", "name"))
    beside = Beside(moment=began, until=ended, status="active", note=joined(text.note(node.first("text")), place))
    return statement(text.name(node.first("code")), status or node.get("moodCode"), "appointment", tools, beside=beside)


READERS: Final[dict[str, Reader]] = {
    "11450-4": problem, "11348-0": problem, "48765-2": allergy, "10160-0": medication, "10183-2": medication,
    "42346-7": medication, "11369-6": immunization, "47519-4": procedure, "18776-5": appointment,
    "46240-8": appointment,
}  # fmt: skip


def _concern(
    entry: Node, text: Narrative, tools: Tools, category: Category, name: Callable[[Node], str]
) -> Mapped:  # fmt: skip
    """Give the observation inside a concern, or the one that stands alone."""
    node = entry.first("act", "entryRelationship", "observation") or entry.first("observation")
    inner = list(node.all("entryRelationship", "observation"))
    stated = next((one for one in inner if one.first("code").get("code") == _STATUS), None)
    reactions = [
        text.name(one.first("value")) for one in inner
        if any(template.get("root") in _REACTIONS for template in one.all("templateId"))
    ]  # fmt: skip
    comments = (text.note(act.first("text")) for act in node.all("entryRelationship", "act"))
    said = text.name(stated.first("value")) if stated else entry.first("act", "statusCode").get("code")
    code = stated.first("value").get("code") if stated else said
    over = bool({said.casefold(), code} & _OVER)
    note = joined(", ".join(filter(None, reactions)), *comments)
    return _lasting(node, name(node), category, tools, note=note, said=said, over=over)


def _lasting(
    node: Node, label: str, category: Category, tools: Tools, *, note: str, said: str, over: bool
) -> Mapped:  # fmt: skip
    """Give what lasts: active until the document says it is over."""
    status = node.first("statusCode").get("code")
    if left := _not_meant(node, status):
        return left_out(left)
    began, ended = next(
        (pair for pair in map(moments, node.all("effectiveTime")) if pair != (NEVER, NEVER)), (NEVER, NEVER)
    )
    past = ended.day is not None and ended.day <= tools.now.date()
    stands: Status = "inactive" if over or past else "active"
    beside = Beside(
        moment=began, until=ended, status=stands, note=joined(began.written, note), reference=identity(node)
    )
    return statement(label, said or status, category, tools, beside=beside)


def _done(node: Node, label: str, category: Category, text: Narrative, tools: Tools) -> Mapped:
    """Give what was done once."""
    status = node.first("statusCode").get("code")
    if left := _not_meant(node, status) or (node.get("moodCode") if node.get("moodCode") in _PLANNED else ""):
        return left_out(left)
    began, ended = moments(node.first("effectiveTime"))
    beside = Beside(
        moment=began, until=ended, status="active" if status == "active" else "final",
        note=joined(began.written, *_comments(node, text)), reference=identity(node),
    )  # fmt: skip
    return statement(label, status, category, tools, beside=beside)


def _comments(node: Node, text: Narrative) -> Iterator[str]:
    return (text.note(act.first("text")) for act in node.all("entryRelationship", "act"))


def _not_meant(node: Node, status: str) -> str:
    """Give why an entry says nothing of the person: it was denied, taken back, or is not there."""
    if not node:
        return "entry"
    return "negationInd" if node.get("negationInd") == "true" else status if status in _NEVER_WAS else ""


def _product(node: Node, text: Narrative) -> str:
    material = node.first(*_PRODUCT)
    return text.name(material.first("code")) or text.quoted(material.first("name"))


def _agent(node: Node, text: Narrative) -> str:
    entity = node.first(*_AGENT)
    return text.name(entity.first("code")) or text.quoted(entity.first("name"))
