"""What may stand in an answer about a person: their confirmed facts, as the check of answers reads them."""

from collections.abc import Mapping, Sequence

from bot.health.answers import printed
from bot.health.facts import Fact
from bot.i18n import Language
from bot.i18n.dates import spelled


def as_printed(facts: Sequence[Fact]) -> list[Mapping[str, str]]:
    """Give *facts* in the shape `carnet check-answer` reads, every string as its report printed it."""
    return [_one(fact) for fact in facts]


def beside(facts: Sequence[Fact]) -> tuple[str, ...]:
    """Give what reports print beside their results: earlier values, and ranges that are no pair of numbers."""
    said = (text for fact in facts for text in (fact.previous, fact.ref_text, fact.flag) if text)
    return tuple(dict.fromkeys(printed.plain(text) for text in said))


def dates(facts: Sequence[Fact], language: Language) -> tuple[str, ...]:
    """Give the days of *facts* as they are spelled in an answer."""
    return tuple(dict.fromkeys(spelled(fact.date, language) for fact in facts if fact.date))


def _one(fact: Fact) -> Mapping[str, str]:
    return {
        "id": fact.id,
        "label": printed.plain(fact.label),
        "code": fact.code or "",
        "comparator": fact.comparator,
        "value": fact.value,
        "unit": fact.unit,
        "ref_low": fact.ref_low or "",
        "ref_high": fact.ref_high or "",
        "flag": printed.plain(fact.flag),
        "date": fact.date.isoformat() if fact.date else "",
    }
