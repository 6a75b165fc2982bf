"""The shape other people script against: what an import would read, and one fact, values as printed."""

from bot.health.facts.model import Fact, Report


def as_json(report: Report) -> dict[str, object]:
    """Give what `carnet import --json` prints."""
    return {
        "kind": report.kind,
        "facts": [fact_as_json(fact) | {"page": fact.page, "line": fact.line} for fact in report.facts],
        "not_read": [{"page": n.page, "line": n.line, "reason": n.reason} for n in report.not_read],
    }


def fact_as_json(fact: Fact) -> dict[str, object]:
    """Give one fact without its place in a document."""
    return {
        "id": fact.id, "label": fact.label, "code": fact.code, "comparator": fact.comparator, "value": fact.value,
        "unit": fact.unit, "ref_low": fact.ref_low, "ref_high": fact.ref_high, "flag": fact.flag,
        "date": fact.date.isoformat() if fact.date else None,
    }  # fmt: skip
