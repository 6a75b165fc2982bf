"""What kind of document in words this is: by its title, and by the headings that such a document has.

A title alone is not enough, because laboratories print "Ordonnance du 05/02/2025" and insurers "Compte rendu".
"""

import re
from collections.abc import Sequence
from typing import Final

from bot.health.documents import imaging, visit
from bot.health.documents.medicines import Medicine, medicines
from bot.health.documents.passages import Line, passages
from bot.health.documents.rows import GAP
from bot.health.facts.model import Kind

_PRESCRIPTION: Final = re.compile(
    r"(?:ordonnance|prescription)(?:\s+(?:médicale|sécurisée|bizone|de\s+(?:sortie|médicaments)|form|order|details))?(?:\s+(?:du|le|n°|no\.?|date|#).*)?|(?:e-?)?rx\b.{0,20}|℞.{0,20}|e-?prescription",
    re.IGNORECASE,
)
_VISIT: Final = re.compile(
    r"compte[- ]rendu\s+(?:de\s+)?(?:la\s+|l['’]|d['’])?(?:consultation|visite|hospitalisation|séjour|téléconsultation|passage\s+aux\s+urgences).*|lettre\s+de\s+(?:sortie|liaison|consultation).*|courrier\s+de\s+(?:sortie|consultation).*"
    r"|(?:(?:after[- ]visit|visit|clinical?|discharge|encounter|office\s+visit|outpatient|consultation|hospital|emergency\s+department|gp|patient)\s+)+(?:summary|notes?|letter|report).*|progress\s+notes?.*|(?:after[- ]visit\s+summary).*|consultation\s+(?:de|du)\s+.{2,60}",
    re.IGNORECASE,
)
_SALUTATION: Final = re.compile(
    r"ch(?:er|ère)s?\s+(?:confrères?|consœurs?|collègues?|amie?|docteur|.{0,30}confrère)\b.*|dear\s+(?:dr|doctor|colleague)\b.*",
    re.IGNORECASE,
)
_LEAST_TOPICS: Final = 2
_TOLD: Final = frozenset(visit.TOPICS) - {"story"}


def kind_of(lines: Sequence[Line]) -> tuple[Kind, Line] | None:
    """Give what *lines* are and the line that says so; None when they are none of the kinds in words."""
    titled = _first(_VISIT, lines)
    if titled and _topics(lines):
        return "visit_summary", titled
    pictured = next((line for line in lines if imaging.title_of(line)), None)
    if pictured and _pictured(lines):
        return "imaging_report", pictured
    titled = _first(_PRESCRIPTION, lines)
    if titled and any(isinstance(piece, Medicine) for piece in medicines(lines)):
        return "prescription", titled
    greeting = _first(_SALUTATION, lines)
    if greeting and len(_topics(lines)) >= _LEAST_TOPICS:
        return "visit_summary", greeting
    return None


def _first(title: re.Pattern[str], lines: Sequence[Line]) -> Line | None:
    return next((n for n in lines if any(title.fullmatch(cell.strip(" :.*_-")) for cell in n.text.split(GAP))), None)


def _topics(lines: Sequence[Line]) -> set[str]:
    return {passage.topic for passage in passages(lines, visit.TOPICS)} & _TOLD


def _pictured(lines: Sequence[Line]) -> bool:
    return bool({passage.topic for passage in passages(lines, imaging.TOPICS)} & {"findings", "conclusion"})
