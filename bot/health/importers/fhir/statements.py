"""Resources that are no measurement: conditions, allergies, medicines, vaccines, procedures, appointments, reports.

The value of such a fact is its status as the resource writes it; how it stands for us is the fact's own status.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from bot.health.facts.model import Category, Status
from bot.health.importers.clinical.mapped import Beside, Mapped, left_out, narrative, statement
from bot.health.importers.clinical.moments import NEVER, Moment, fhir_moment
from bot.health.importers.clinical.words import joined, line
from bot.health.importers.fhir.concepts import (
    NOTHING,
    Concept,
    Find,
    concept,
    first_code,
    moment,
    named,
    notes,
    period,
    pointed,
)
from bot.health.importers.fhir.observation import STATUSES
from bot.health.importers.fhir.strict import Json, child, children, digits, string
from bot.health.importers.importer import Tools

Mapper = Callable[[Json, Tools, Find], Mapped]

_INACTIVE: Final = frozenset({"inactive", "resolved", "remission", "completed", "stopped", "cancelled"})
_ACTIVE: Final = frozenset({"active", "recurrence", "relapse", "on-hold", "intended", "unknown", ""})
_WRONG: Final = frozenset({"entered-in-error", "refuted"})
_NO_ORDERS: Final = frozenset({"proposal", "option"})
_IMAGING: Final = frozenset({"RAD", "RX", "RUS", "CT", "CTH", "NMR", "NMS", "CUS", "VUS", "OUS", "XRC", "imaging"})


def condition(resource: Json, tools: Tools, _find: Find) -> Mapped:
    """Give a diagnosis or problem."""
    verified, status = first_code(resource, "verificationStatus"), first_code(resource, "clinicalStatus")
    began, ended = moment(resource, "onset")
    ended = moment(resource, "abatement")[0] if ended == NEVER else ended
    noted = (string(resource, "onsetString"), notes(resource))
    return _held(
        resource, named(resource, "code"), "condition", verified if verified in _WRONG else status, tools,
        began=began, ended=ended, notes_=noted,
    )  # fmt: skip


def allergy(resource: Json, tools: Tools, _find: Find) -> Mapped:
    """Give an allergy or intolerance, with what it did."""
    verified, status = first_code(resource, "verificationStatus"), first_code(resource, "clinicalStatus")
    shown = [
        " ".join(filter(None, (concept(one).text, string(reaction, "severity"))))
        for reaction in children(resource, "reaction")
        for one in children(reaction, "manifestation")
    ]
    began, _ = moment(resource, "onset")
    return _held(
        resource, named(resource, "code"), "allergy", verified if verified in _WRONG else status, tools,
        began=began, notes_=(", ".join(shown), notes(resource)),
    )  # fmt: skip


def medication(resource: Json, tools: Tools, find: Find) -> Mapped:
    """Give a medicine asked for or taken; how to take it is the note."""
    if resource.get("doNotPerform") is True or string(resource, "intent") in _NO_ORDERS:
        return left_out("doNotPerform" if resource.get("doNotPerform") is True else string(resource, "intent"))
    found, shown = pointed(resource, "medicationReference", find)
    coded = named(resource, "medicationCodeableConcept")
    coded = coded if coded.text else named(found, "code")
    began, ended = moment(resource, "effective")
    if began == NEVER:
        began = fhir_moment(string(resource, "authoredOn") or string(resource, "dateAsserted"))
    doses = [*children(resource, "dosageInstruction"), *children(resource, "dosage")]
    return _held(
        resource, coded if coded.text else replace(NOTHING, text=shown), "medication", string(resource, "status"), tools,
        began=began, ended=ended, notes_=(*map(_dose, doses), notes(resource)),
    )  # fmt: skip


def immunization(resource: Json, tools: Tools, _find: Find) -> Mapped:
    """Give a vaccine that was given."""
    began, _ = moment(resource, "occurrence")
    return _done(
        resource, named(resource, "vaccineCode"), "immunization", tools, began=began,
        notes_=(string(resource, "occurrenceString"), notes(resource)),
    )  # fmt: skip


def procedure(resource: Json, tools: Tools, _find: Find) -> Mapped:
    """Give what was done."""
    began, ended = moment(resource, "performed")
    return _done(
        resource, named(resource, "code"), "procedure", tools, began=began, ended=ended,
        notes_=(string(resource, "performedString"), notes(resource)),
    )  # fmt: skip


def appointment(resource: Json, tools: Tools, _find: Find) -> Mapped:
    """Give an appointment that is still to come; the others are counted."""
    began, ended = fhir_moment(string(resource, "start")), fhir_moment(string(resource, "end"))
    types = [named(resource, "appointmentType"), *map(concept, children(resource, "serviceType"))]
    label = line(string(resource, "description")) or next((kind.text for kind in types if kind.text), "")
    who = ", ".join(filter(None, (_actor(one) for one in children(resource, "participant"))))
    planned = string(resource, "status") in {"proposed", "pending", "booked", "arrived", "waitlist"}
    return _to_come(
        resource, label, tools, planned=planned, began=began, ended=ended,
        note=joined(who, string(resource, "patientInstruction"), string(resource, "comment")),
    )  # fmt: skip


def encounter(resource: Json, tools: Tools, _find: Find) -> Mapped:
    """Give a visit that is planned; visits made are counted."""
    began, ended = period(child(resource, "period"))
    label = next((kind.text for kind in map(concept, children(resource, "type")) if kind.text), "")
    planned = string(resource, "status") == "planned"
    return _to_come(resource, label, tools, planned=planned, began=began, ended=ended, note="")


def report(resource: Json, tools: Tools, _find: Find) -> Mapped:
    """Give what a DiagnosticReport concludes; its results are Observations of their own, its files are counted."""
    status = string(resource, "status")
    if status not in STATUSES:
        return left_out(status)
    attached = ("presentedForm",) * len(children(resource, "presentedForm"))
    conclusion = string(resource, "conclusion")
    if not conclusion.strip():
        return Mapped(left=attached)
    codes = {code for one in children(resource, "category") for code in concept(one).codes}
    began, _ = moment(resource, "effective")
    if began == NEVER:
        began = fhir_moment(string(resource, "issued"))
    category: Category = "imaging" if codes & _IMAGING else "laboratory"
    said = narrative(
        named(resource, "code").naming(), conclusion, category, tools,
        beside=Beside(moment=began, status=STATUSES[status], reference=_place(resource)),
    )  # fmt: skip
    return Mapped(said.facts, said.not_read, (*said.left, *attached))


MAPPERS: Final[dict[str, Mapper]] = {
    "Condition": condition, "AllergyIntolerance": allergy, "MedicationRequest": medication,
    "MedicationStatement": medication, "Immunization": immunization, "Procedure": procedure,
    "Appointment": appointment, "Encounter": encounter, "DiagnosticReport": report,
}  # fmt: skip


def _held(
    resource: Json, what: Concept, category: Category, status: str, tools: Tools, *, began: Moment,
    ended: Moment = NEVER, notes_: Sequence[str] = (),
) -> Mapped:  # fmt: skip
    """Give what lasts: active until it is said to be over."""
    if status not in _ACTIVE | _INACTIVE:
        return left_out(status)  # an error, a draft, a medicine not taken
    stands: Status = "inactive" if status in _INACTIVE else "active"
    if ended.day is not None and ended.day <= tools.now.date():
        stands = "inactive"
    beside = Beside(
        moment=began, until=ended, status=stands, note=joined(began.written, *notes_), reference=_place(resource)
    )
    return statement(what.text, status, category, tools, beside=beside)


def _done(
    resource: Json, what: Concept, category: Category, tools: Tools, *, began: Moment, ended: Moment = NEVER,
    notes_: Sequence[str],
) -> Mapped:  # fmt: skip
    """Give what was done once."""
    status = string(resource, "status")
    if status != "completed" and not (status == "in-progress" and category == "procedure"):
        return left_out(status)
    beside = Beside(
        moment=began, until=ended, status="final" if status == "completed" else "active",
        note=joined(began.written, *notes_), reference=_place(resource),
    )  # fmt: skip
    return statement(what.text, status, category, tools, beside=beside)


def _to_come(
    resource: Json, label: str, tools: Tools, *, planned: bool, began: Moment, ended: Moment, note: str
) -> Mapped:  # fmt: skip
    today = began.at >= tools.now if began.at else began.day is not None and began.day >= tools.now.date()
    if not planned or not today:
        return left_out(string(resource, "resourceType"))
    beside = Beside(moment=began, until=ended, status="active", note=note, reference=_place(resource))
    return statement(label, string(resource, "status"), "appointment", tools, beside=beside)


def _actor(participant: Json) -> str:
    actor = child(participant, "actor")
    target = string(actor, "reference")
    return "" if "Patient/" in target else line(string(actor, "display"))


def _dose(dose: Json) -> str:
    """Give how to take it: as written, else the amounts the resource holds, without a word of ours."""
    if text := string(dose, "text") or string(dose, "patientInstruction"):
        return text
    amounts = [child(one, "doseQuantity") for one in children(dose, "doseAndRate")]
    taken = (f"{digits(one, 'value')} {string(one, 'unit')}".strip() for one in amounts)
    timing = named(child(dose, "timing"), "code").text
    return " ".join(filter(None, (*taken, timing, named(dose, "route").text)))


def _place(resource: Json) -> str:
    identity = string(resource, "id")
    return f"{string(resource, 'resourceType')}/{identity}" if identity else ""
