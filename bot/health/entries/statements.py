"""A medicine, an allergy, a condition or an appointment as typed after its own word, kept in the person's words."""

import re
from dataclasses import dataclass
from typing import Final

from bot.health.facts.model import Category

_WORDS: Final[tuple[tuple[Category, str], ...]] = (
    ("medication", r"m[ée]dicaments?|traitements?|medicines?|medications?|drugs?"),
    ("allergy", r"allergies?|allergy"),
    ("condition", r"maladies?|ant[ée]c[ée]dents?|pathologies?|conditions?|illness|diagnos(?:is|tics?)"),
    ("appointment", r"rendez-vous|rdv|appointments?"),
    ("immunization", r"vaccins?|vaccinations?|vaccines?"),
)
_STATED: Final = tuple(
    (
        category,
        re.compile(
            rf"(?:{words})(?:(?P<colon>\s*:\s*)|\s+(?:(?:à|au|aux|to)\s+)?)(?P<what>\S.{{1,200}})", re.IGNORECASE
        ),
    )
    for category, words in _WORDS
)
_NONE: Final = re.compile(r"(?:aucune?s?|non|pas|rien|n[ée]ant|none?|nothing|no|nil|n/?a)\b.*", re.IGNORECASE)
_QUESTION: Final = re.compile(
    r"(?:(?:l[ea]s?)?quel(?:le)?s?|comment|pourquoi|combien|quand|est-ce|faut-il|puis-je|peut-on|what|which|how|why|when"
    r"|is|are|can|should|do|does)\b.*",
    re.IGNORECASE,
)
_ENDED: Final = re.compile(
    r"(?:arr[êe]t(?:[ée])?|fin|stopped|stop|end(?:ed)?|no longer(?: tak(?:e|ing)| have)?|je ne prends plus(?: de| du| d['’])?"
    r"|j['’]ai arr[êe]t[ée](?: le| la| l['’]| les)?)(?:\s*:\s*|\s+)?(?P<what>\S.{1,80})",
    re.IGNORECASE,
)
_STRENGTH: Final = re.compile(
    r"\s(?P<how>\d[\d.,\u00a0 ]*\s?(?:mg|g|µg|mcg|ug|ml|ui|iu|%|mg/ml|gouttes?|drops?)\b.*)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What was stated: a name, and how or how much, both as typed."""

    category: Category
    name: str
    how: str = ""


def stated(text: str, *, asked: bool) -> Statement | None:
    """Read *text* that begins with the word of its kind and a colon, or with the word alone when it was *asked* to keep it.

    None for anything else, and for what denies ("allergies: none") or asks: only what somebody has is kept.
    """
    for category, pattern in _STATED:
        found = pattern.fullmatch(text)
        if found is None or not (asked or found["colon"]):
            continue
        name, how = found["what"].strip(), ""
        if category == "medication" and (strength := _STRENGTH.search(name)):
            name, how = name[: strength.start()].strip(" ,"), strength["how"].strip()
        if not name or ":" in name or _NONE.fullmatch(name) or _QUESTION.fullmatch(name):
            return None
        return Statement(category=category, name=name, how=how)
    return None


def ended(text: str) -> str | None:
    """Give the name of what *text* says is over; None when it says no such thing."""
    found = _ENDED.fullmatch(text)
    return found["what"].strip(" .") if found else None
