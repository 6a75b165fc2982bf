"""The shape other people script against: what an import would read, and one fact, values as printed."""

from collections.abc import Iterator
from itertools import count

from bot.health.facts.model import Fact, Report, Rollup
from bot.health.importers.metrics import figure


def as_json(report: Report) -> dict[str, object]:
    """Give what `carnet import --json` prints; each day a device counted stands among the facts, in its metric's unit.

    Of a file that holds records, also how many of each and what was left out.
    """
    numbers = count(len(report.facts) + 1)
    return {
        "kind": report.kind,
        "facts": [
            *(fact_as_json(fact) | {"page": fact.page, "line": fact.line} for fact in report.facts),
            *(day | {"id": str(next(numbers))} for rollup in report.rollups for day in _days(rollup)),
        ],
        "not_read": [{"page": n.page, "line": n.line, "reason": n.reason} for n in report.not_read],
        **({"counts": dict(report.counts)} if report.counts else {}),
        **({"left": dict(report.left)} if report.left else {}),
    }


def fact_as_json(fact: Fact) -> dict[str, object]:
    """Give one fact without its place in a document."""
    return {
        "id": fact.id, "label": fact.label, "code": fact.code, "comparator": fact.comparator, "value": fact.value,
        "unit": fact.unit, "ref_low": fact.ref_low, "ref_high": fact.ref_high, "flag": fact.flag,
        "date": fact.date.isoformat() if fact.date else None,
    }  # fmt: skip


def _days(rollup: Rollup) -> Iterator[dict[str, object]]:
    for day in rollup.days:
        yield {
            "label": rollup.metric, "code": None, "comparator": "", "value": str(figure(rollup.metric, day)),
            "unit": rollup.unit, "ref_low": None, "ref_high": None, "flag": "", "date": day.day.isoformat(),
            "source": rollup.source, "page": 1, "line": 1,
        }  # fmt: skip
