"""A visit's summary or a letter about one: diagnoses, allergies, medicines, appointments and advice, as written.

What stands under no heading we know tells a story; its lines are listed as not read, but for the appointments in it.
"""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.health.documents.dates import DateOrder, parse_date
from bot.health.documents.items import DATE
from bot.health.documents.medicines import Medicine, medicines
from bot.health.documents.passages import Line, Passage, marginal, paragraphs, passages
from bot.health.documents.prescription import add_medicine
from bot.health.documents.rows import LONGEST_ROW, Row
from bot.health.documents.told import Told
from bot.health.facts.model import Category


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:[0-9]{{1,2}}[.)]\s*)?(?:{pattern})(?!\w)(?:\s*\([^)]{{1,40}}\))?", re.IGNORECASE)


TOPICS: Final = {
    "condition": _words(
        r"diagnostics?(?:\s+(?:retenus?|principa(?:l|ux)|associés?|de\s+sortie))?|(?:(?:final|primary|secondary|discharge|visit|encounter|principal|admission)\s+)?diagnos[ei]s(?:\s+at\s+discharge)?"
        r"|(?:active\s+)?problem(?:s|\s+list)?|problèmes(?:\s+actifs)?|assessment|impression|conclusions?|au\s+total|antécédents(?:\s+(?:médicaux|chirurgicaux|personnels|notables))?"
        r"|past\s+(?:medical|surgical)\s+history|medical\s+history|(?:medical\s+)?conditions"
    ),
    "allergy": _words(r"(?:known\s+|drug\s+)?allergies(?:\s+connues|\s+and\s+intolerances)?|allergie"),
    "medication": _words(
        r"traitements?(?:\s+(?:de\s+sortie|de\s+fond|habituels?|en\s+cours|actuels?|prescrits?|à\s+la\s+sortie))?|médicaments(?:\s+(?:de\s+sortie|prescrits|actuels))?|ordonnance(?:\s+de\s+sortie)?"
        r"|prescriptions?|(?:start|continue|change)(?:\s+how\s+you)?\s+tak(?:ing|e)|(?:(?:current|discharge|new|home|active|prescribed)\s+)?medications?(?:\s+(?:list|changes|prescribed|at\s+discharge))?|medicines"
    ),
    "stopped": _words(
        r"stop(?:ped)?(?:\s+taking)?(?:\s+(?:these\s+)?medic\w+)?|discontinued(?:\s+medic\w+)?|medic(?:in|ation)e?s\s+(?:stopped|discontinued)|(?:traitements?|médicaments?)\s+(?:arrêtés?|suspendus?|interrompus?)|arrêts?(?:\s+de\s+traitement)?"
    ),
    "appointment": _words(
        r"(?:prochains?\s+)?(?:rendez-vous|rdv)(?:\s+à\s+venir)?|suivi|prochaine\s+consultation|(?:upcoming\s+|next\s+|follow[- ]?up\s+)?appointments?|follow[- ]?up|next\s+visit"
    ),
    "instruction": _words(
        r"conduite\s+à\s+tenir|recommandations?|conseils?|consignes?(?:\s+de\s+sortie)?|instructions?|(?:patient|discharge|care|home)\s+(?:instructions|care)|plan(?:\s+of\s+care)?|assessment\s*(?:and|&|/)\s*plan|recommendations?|advice"
        r"|(?:return|safety[- ]net)\s*\w*\s*(?:precautions|advice)?|surveillance|when\s+to\s+(?:call|seek\s+(?:help|care)).*"
    ),
    "story": _words(
        r"antécédents\s+familiaux|motif(?:\s+de\s+(?:la\s+)?consultation|\s+d['’]hospitalisation)?|histoire\s+de\s+la\s+maladie|anamnèse|mode\s+de\s+vie|examen\s+(?:clinique|physique)|examens?\s+complémentaires|évolution|biologie|constantes"
        r"|chief\s+complaint|reason\s+for\s+(?:visit|referral|admission)|history(?:\s+of\s+present(?:ing)?\s+(?:illness|complaint))?|hpi|(?:social|family)\s+history|(?:physical\s+)?exam(?:ination)?(?:\s+findings)?|on\s+examination"
        r"|vital\s+signs|vitals|review\s+of\s+systems|hospital\s+course|investigations|labs?|results|subjective|objective|examen|background"
    ),
}  # fmt: skip
_CATEGORIES: Final[dict[str, Category]] = {"condition": "condition", "allergy": "allergy", "instruction": "instruction"}
_NONE: Final = re.compile(
    r"(?:none(?:\s+known)?|nil|nkda|no\s+known\b.*|aucune?(?:\s+connue?)?|néant|pas\s+d['’]\w+\s+connue|ras|sans\s+particularité|n/?a)\.?",
    re.IGNORECASE,
)
_DENIED: Final = re.compile(
    r"(?:no|not|pas|aucune?|absence|exclu\w*|ruled?\s+out|denies|without|sans)(?!\w)", re.IGNORECASE
)
_COURTESY: Final = re.compile(
    r"(?:it|i)\s+was\b|(?:many\s+)?thank|merci\b|je\s+(?:vous|reste)\b|(?:en\s+vous|nous\s+vous)\s+remerci|bien\s+à\s+vous",
    re.IGNORECASE,
)
_OTHER_HEADING: Final = re.compile(r"[^\W\d_][^:\d]{2,40}\s?:(?:\s|$)")  # "Antécédents familiaux : …" is no diagnosis
_MEETING: Final = re.compile(
    r"(?<!\w)(?:rendez-vous|rdv|appointment|follow[- ]?up|return\s+(?:to\s+clinic|visit)|à\s+revoir|reverrai|revu[es]?\s+(?:en|dans|le)|contrôle\s+(?:dans|le)|see\s+(?:you|him|her|them)\s+again|review(?:ed)?\s+in)(?!\w)",
    re.IGNORECASE,
)
_TIME: Final = re.compile(r"\s*,?\s*(?:à|at|@)?\s*[0-2]?[0-9]\s?[hH:]\s?(?:[0-5][0-9])?(?:\s?[AaPp]\.?[Mm]\.?)?(?!\w)")
_WEEKDAY: Final = re.compile(
    r"(?:(?:lun|mar|mercre|jeu|vendre|same)di|dimanche|(?:mon|tues|wednes|thurs|fri|satur|sun)day),?\s+$", re.IGNORECASE
)
_SPAN: Final = re.compile(
    r"(?:dans|in|d['’]ici|within|après)\s+(?:[0-9]{1,2}(?:\s?(?:à|-|to)\s?[0-9]{1,2})?|une?|an?|deux|trois|quatre|six|one|two|three|four)\s+(?:jours?|semaines?|mois|ans?|days?|weeks?|months?|years?)(?!\w)",
    re.IGNORECASE,
)


def read_visit(told: Told, lines: Sequence[Line], day: date | None, order: DateOrder) -> None:
    """Give what *lines* say of a visit on *day*."""
    for passage in passages(lines, TOPICS):
        if passage.topic in {"medication", "stopped"}:
            _medicines(told, passage, day, order)
        elif passage.topic == "appointment":
            for row, text in paragraphs(passage.lines):
                inline = row.text.startswith(passage.title) and passage.title != row.printed
                if not _appointment(told, row, text, order, title=passage.title if inline else ""):
                    told.add(row, "instruction", text, passage.title, day=day)
        elif passage.topic in _CATEGORIES:
            _listed(told, passage, day, order)
        else:
            _story(told, passage.lines, order)


def _medicines(told: Told, passage: Passage, day: date | None, order: DateOrder) -> None:
    for piece in medicines(passage.lines):
        if isinstance(piece, Medicine):
            add_medicine(told, piece, day, order, status="inactive" if passage.topic == "stopped" else "active")
        else:
            _story(told, [piece], order)


def _listed(told: Told, passage: Passage, day: date | None, order: DateOrder) -> None:
    """Enter each item below a heading; the heading, as printed, says what it is."""
    lines, category = passage.lines, _CATEGORIES[passage.topic]
    other = next((n for n, line in enumerate(lines) if _OTHER_HEADING.match(line.text)), len(lines))
    if category != "instruction":
        _story(told, lines[other:], order)
        lines = lines[:other]
    for row, text in paragraphs(lines):
        if category == "instruction" and _MEETING.search(text) and _appointment(told, row, text, order):
            continue
        if _COURTESY.match(text):
            told.refuse(row)
        elif _NONE.fullmatch(text) or (category != "instruction" and _DENIED.match(text)):
            told.refuse(row, "no_value")  # "Allergies: none known" is not an allergy
        else:
            whole = category == "instruction" or len(text) > LONGEST_ROW
            told.add(row, category, text, passage.title, note=text if whole else "", day=day)


def _story(told: Told, lines: Sequence[Line], order: DateOrder) -> None:
    for line in lines:
        text = line.printed
        if _MEETING.search(text) and _appointment(told, line.row, text, order):
            continue
        if not marginal(line):
            told.refuse(line.row)


def _appointment(told: Told, row: Row, text: str, order: DateOrder, *, title: str = "") -> bool:
    """Enter "Cardiologie, Dr MARTIN : 12/03/2025 à 14h30"; its day is its own, never the document's."""
    dated = DATE.search(text)
    found = dated or _SPAN.search(text)
    if found is None:
        return False
    start, end = found.span()
    if dated:
        start = named.start() if (named := _WEEKDAY.search(text, 0, start)) else start
        end = hour.end() if (hour := _TIME.match(text, end)) else end
    label = re.sub(r"\s+(?:le|on|du|au|the|at)?\s*$", "", text[:start]).strip(" :,;-–")
    rest = text[end:].strip(" :,;.-–")
    day = parse_date(dated[0], order) if dated else None
    told.add(row, "appointment", label or title or rest or text, text[start:end].strip(" ,"), note=text, day=day)
    return True
