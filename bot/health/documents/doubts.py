"""What of a proposal its owner should look at first: the few lines opened one by one, while the rest stays a list."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final, Literal

from bot.health.facts import Fact, Report

Doubt = Literal["score", "unit", "far", "date"]

SURE: Final = 0.95  # of letters read from a picture; below, a person looks
_FAR: Final = Decimal(10)  # times out of its own printed range: more often a lost separator than a result


def doubt(fact: Fact) -> Doubt | None:
    """Say why *fact* deserves a look; None when nothing does, or when its owner already looked."""
    if fact.review != "unreviewed":
        return None
    if fact.score is not None and fact.score < SURE:
        return "score"
    if fact.unit and fact.ucum is None and fact.number is not None:
        return "unit"
    if _is_far(fact):
        return "far"
    if fact.category in {"laboratory", "vital", "body"} and fact.date is None:
        return "date"
    return None


def doubtful(report: Report) -> Sequence[Fact]:
    """Give the doubtful facts of *report*, in its order; one without any date asks once, not at every line."""
    found = []
    asked = any(fact.date is None and fact.review != "unreviewed" for fact in report.facts)
    for fact in report.facts:
        why = doubt(fact) if fact.form_of is None else None
        if why is None or (why == "date" and asked):
            continue
        asked = asked or why == "date"
        found.append(fact)
    return found


def _is_far(fact: Fact) -> bool:
    if fact.number is None or fact.number <= 0:
        return False
    above = fact.high is not None and fact.high > 0 and fact.number > fact.high * _FAR
    below = fact.low is not None and fact.low > 0 and fact.number * _FAR < fact.low
    return above or below
