"""Prescriptions, visit summaries and reports of pictures: what kind a document is, and what it says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from bot.health.documents.dates import DateOrder
from bot.health.documents.heading import Heading
from bot.health.documents.imaging import read_imaging
from bot.health.documents.kinds import kind_of
from bot.health.documents.pages import Page
from bot.health.documents.passages import Line, ends, lines_of
from bot.health.documents.periods import written_on
from bot.health.documents.prescription import prescriber, read_prescription
from bot.health.documents.rows import LONGEST_ROW
from bot.health.documents.told import Told
from bot.health.documents.visit import read_visit
from bot.health.facts.model import Kind


@dataclass(frozen=True, slots=True)
class Prose:
    """What a document in words says, who wrote it, and when."""

    kind: Kind
    told: Told
    written: date | None
    author: str | None


def read_prose(pages: Sequence[Page], heading: Heading) -> Prose | None:
    """Read *pages* as a document in words; None when they are none, or say nothing we understand."""
    everything = lines_of(pages)
    lines = [line for line in everything if len(line.text) <= LONGEST_ROW]
    found = kind_of(lines)
    if found is None:
        return None
    kind, title = found
    day = written_on([line.printed for line in lines], heading.order) or heading.collected or heading.reported
    told = Told(title.row)
    _read(kind, told, lines, day, heading.order)
    for line in everything:
        if len(line.text) > LONGEST_ROW:
            told.refuse(line.row)
    above = lines[: lines.index(title)]
    author = prescriber([*above, *(line for line in lines if ends(line))])
    return Prose(kind, told, day, author) if told.facts else None


def _read(kind: Kind, told: Told, lines: Sequence[Line], day: date | None, order: DateOrder) -> None:
    match kind:
        case "prescription":
            read_prescription(told, lines, day, order)
        case "imaging_report":
            read_imaging(told, lines, day)
        case _:
            read_visit(told, lines, day, order)
