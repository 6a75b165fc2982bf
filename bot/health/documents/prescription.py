"""A prescription: each medicine as written, and what holds for all of them."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.health.documents.dates import DateOrder
from bot.health.documents.medicines import RENEWAL, Medicine, medicines
from bot.health.documents.passages import Line, marginal
from bot.health.documents.periods import last_day, uncertain
from bot.health.documents.rows import GAP
from bot.health.documents.told import Told
from bot.health.facts.model import Status

_TABLE_WORDS: Final = re.compile(
    r"(?:médicaments?|medications?|medicines?|drug|name|nom|dos(?:e|age)|strength|posologie|fr[ée]quenc[ey]|dur[ée]e|duration|directions|instructions|route|voie|forme?|quantit[éy]|qty|refills?|start|end|date|de|of|[/&,\s])+",
    re.IGNORECASE,
)
_PRESCRIBER: Final = re.compile(
    r"(?:(?:electronically\s+|digitally\s+)?signed\s+by\s*:?\s*|(?:reported|interpreted|read)\s+by\s*:?\s*|(?:prescripteur|prescri(?:ber|bed\s+by)|ordering\s+(?:provider|physician)|provider|physician|médecin)\s*:\s*)?(?P<name>(?:docteur|dr\.?)\s+[^\W\d][^\d:,\t]{2,60}|[^\W\d][^\d:,\t]{3,50},\s*(?:MD|M\.D\.|DO|NP|PA-C|MBBS|DDS)(?!\w))",
    re.IGNORECASE,
)


def read_prescription(told: Told, lines: Sequence[Line], day: date | None, order: DateOrder) -> None:
    """Give the medicines of *lines*, written on *day*."""
    pieces = medicines(lines)
    found = [piece for piece in pieces if isinstance(piece, Medicine)]
    for_all = _for_all(found)
    lasting = not any(uncertain(line.printed) for line in for_all)
    for piece in pieces:
        if isinstance(piece, Medicine):
            add_medicine(told, piece, day, order, lasting=lasting)
        elif not marginal(piece) and not _TABLE_WORDS.fullmatch(piece.printed):
            told.refuse(piece.row)
    for line in for_all:
        told.add(line.row, "instruction", line.printed, line.printed, day=day)


def add_medicine(
    told: Told,
    medicine: Medicine,
    day: date | None,
    order: DateOrder,
    *,
    status: Status = "active",
    lasting: bool = True,
) -> None:
    """Enter one medicine; without a printed strength or form, how it is taken is all there is to show."""
    directions = medicine.directions
    told.claimed.update((line.row.page, line.row.line) for line in medicine.rows)
    told.add(
        medicine.line.row, "medication", medicine.name, medicine.product or directions or medicine.name,
        note=directions, day=day, until=last_day(directions, day, order) if lasting else None, status="inactive" if medicine.stopped else status,
    )  # fmt: skip


def prescriber(lines: Sequence[Line]) -> str | None:
    """Give who wrote and signed this, as printed; *lines* are those that are neither read nor listed."""
    names = (_PRESCRIBER.match(cell.strip()) for line in lines for cell in line.text.split(GAP))
    return next((re.sub(r"\s+", " ", name["name"]).strip(" -–.")[:120] for name in names if name), None)


def _for_all(found: Sequence[Medicine]) -> list[Line]:
    """Take "À renouveler 2 fois" off the last of several medicines, where no other has such a line: it holds for all."""
    renewed = [medicine for medicine in found if any(RENEWAL.fullmatch(line.printed) for line in medicine.rows[1:])]
    if len(found) < 2 or renewed != [found[-1]]:  # noqa: PLR2004 - one alone keeps its own
        return []
    last = found[-1]
    lines = [line for line in last.rows[1:] if RENEWAL.fullmatch(line.printed)]
    last.taken = [text for text in last.taken if text not in {line.printed for line in lines}]
    return lines
