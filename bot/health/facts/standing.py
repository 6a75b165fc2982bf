"""Low, inside or high: only against the range printed on the same line of the person's own report.

No other range is ever consulted; without one, or with a value that cannot be compared, the answer is "unknown".
"""

from enum import StrEnum

from bot.health.facts.model import Fact


class Standing(StrEnum):
    """Where a value stands to its printed range."""

    LOW = "low"
    INSIDE = "inside"
    HIGH = "high"
    UNKNOWN = "unknown"


def standing(fact: Fact) -> Standing:
    """Compare *fact* with its own printed range. `< 0.6` is inside `< 5.0`, but unknown to `0.5 - 5.0`."""
    if fact.number is None or (fact.low is None and fact.high is None):
        return Standing.UNKNOWN
    if fact.comparator in {"", "<", "<="} and _below(fact):
        return Standing.LOW
    if fact.comparator in {"", ">", ">="} and _above(fact):
        return Standing.HIGH
    return Standing.INSIDE if _certainly_inside(fact) else Standing.UNKNOWN


def _below(fact: Fact) -> bool:
    if fact.low is None or fact.number is None:
        return False
    edge = fact.low_open or fact.comparator == "<"  # "< 12" is below "12 - 16" even at its edge
    return fact.number < fact.low or (edge and fact.number == fact.low)


def _above(fact: Fact) -> bool:
    if fact.high is None or fact.number is None:
        return False
    edge = fact.high_open or fact.comparator == ">"
    return fact.number > fact.high or (edge and fact.number == fact.high)


def _certainly_inside(fact: Fact) -> bool:
    """An exact value that is neither low nor high is inside; a bounded one only if its open side has no limit."""
    if fact.comparator == "":
        return True
    if fact.comparator in {"<", "<="}:
        return fact.low is None and fact.high is not None and fact.number is not None and fact.number <= fact.high
    return fact.high is None and fact.low is not None and fact.number is not None and fact.number >= fact.low
