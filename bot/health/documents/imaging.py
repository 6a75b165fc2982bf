"""A report of an examination by pictures: its title, and each of its sections as text."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.health.documents.passages import Line, marginal, passages
from bot.health.documents.told import Told

_MODALITIES: Final = (
    r"[ée]chographies?|[ée]cho-?doppler|doppler|scanner|tdm|tomodensitom[ée]trie|irm|radiographies?|radio|mammographie|scintigraphie"
    r"|ost[ée]odensitom[ée]trie|panoramique\s+dentaire|tep|ct|mri|mra|x-?rays?|xr|ultrasound|us|ultrasonography|mammogra(?:m|phy)"
    r"|pet(?:[-/ ]ct)?|dexa|dxa|radiographs?|echocardiogra(?:m|phy)"
)
_PLACES: Final = r"cent(?:re|er)|cabinet|service|clini|depart|hospital|h[ôo]pital|institut|unit"
_TITLE: Final = re.compile(
    r"(?:(?:compte[- ]rendu|report|rapport|cr)\s*(?:of|de|d['’]|du|:)?\s*(?:l['’])?)?(?:examen\s*:?\s*|exam(?:ination)?\s*:\s*|study\s*:\s*)?"
    rf"(?P<title>(?:(?!{_PLACES})[\w'’]+(?:-\w+)*\s+){{0,4}}?(?:{_MODALITIES})(?!\w).*)",
    re.IGNORECASE,
)
_OFFERED: Final = re.compile(rf"(?:\s[-–•·|]|,)\s*(?:{_MODALITIES})(?!\w)", re.IGNORECASE)


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{pattern})(?!\w)", re.IGNORECASE)


TOPICS: Final = {
    "findings": _words(r"résultats?|étages?\s+[\w-]+|findings|constatations|description|analyse|interprétation|report"),
    "conclusion": _words(r"conclusions?|impressions?|synthèse|au\s+total|opinion"),
    "technique": _words(r"techniques?(?:\s+d['’]examen)?|protocole|procedure|method"),
    "indication": _words(
        r"indications?(?:\s+(?:clinique|de\s+l['’]examen))?|renseignements\s+cliniques|motif|clinical\s+(?:indication|history|information|details|data)|history|reason\s+for\s+(?:exam|study)|contexte(?:\s+clinique)?"
    ),
    "comparison": _words(r"comparisons?|comparaisons?|examens?\s+antérieurs?|prior\s+studies"),
    "advice": _words(r"recommandations?|recommendations?|conduite\s+à\s+tenir"),
}
_MOST_TITLE: Final = 14  # words


def title_of(line: Line) -> str | None:
    """Give the title of an examination, as printed, if *line* is one."""
    if len(line.printed.split()) > _MOST_TITLE or line.printed.endswith("."):
        return None
    found = _TITLE.fullmatch(line.printed)
    # "IRM - Scanner - Échographie" is what a letterhead offers.
    return found["title"].strip() if found and not _OFFERED.search(found["title"]) else None


def read_imaging(told: Told, lines: Sequence[Line], day: date | None) -> None:
    """Give each section of *lines* as one fact named by the examination's title; several titles, several examinations."""
    title = ""
    for passage in passages(lines, TOPICS):
        if passage.topic:
            below = [line for line in passage.lines if not marginal(line)]
            text = " ".join(line.whole for line in below)
            if text and title:
                told.add(below[0].row, "imaging", title, passage.title, note=text, day=day)
            continue
        for line in passage.lines:
            named = title_of(line)
            title = title or named or ""
            if named is None and not marginal(line):
                told.refuse(line.row)
