"""Low, inside or high: only against the range printed on the same line of the person's own report.

No other range is ever consulted; without one, or with a value that cannot be compared, the answer is "unknown".
"""

from decimal import Decimal
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
    number, low, high = fact.number, fact.low, fact.high
    if number is None or (low is None and high is None):
        return Standing.UNKNOWN
    if low is not None and high is not None and (low > high or (low == high and (fact.low_open or fact.high_open))):
        return Standing.UNKNOWN  # a range no value can be in is a misreading, not a verdict
    if fact.comparator in {"", "<", "<="} and _below(fact, number):
        return Standing.LOW
    if fact.comparator in {"", ">", ">="} and _above(fact, number):
        return Standing.HIGH
    return Standing.INSIDE if _certainly_inside(fact, number) else Standing.UNKNOWN


def _below(fact: Fact, number: Decimal) -> bool:
    edge = fact.low_open or fact.comparator == "<"  # "< 12" is below "12 - 16" even at its edge
    return fact.low is not None and (number < fact.low or (edge and number == fact.low))


def _above(fact: Fact, number: Decimal) -> bool:
    edge = fact.high_open or fact.comparator == ">"
    return fact.high is not None and (number > fact.high or (edge and number == fact.high))


def _certainly_inside(fact: Fact, number: Decimal) -> bool:
    """An exact value that is neither low nor high is inside; a bounded one only if its open side has no limit."""
    if fact.comparator == "":
        return True
    edge = fact.comparator in {"<=", ">="}  # "<= 5" may be 5 itself, which the range "< 5" leaves out
    if fact.comparator in {"<", "<="}:
        if fact.low is not None or fact.high is None:
            return False
        return number < fact.high or (number == fact.high and not (edge and fact.high_open))
    if fact.high is not None or fact.low is None:
        return False
    return number > fact.low or (number == fact.low and not (edge and fact.low_open))
