"""Facts, and what devices counted, as tables on a terminal."""

from collections.abc import Sequence

from rich.table import Table

from bot.health.facts import Fact, Rollup


def fact_table(rows: Sequence[Fact]) -> Table:
    """Give *rows* as printed on the report."""
    table = Table("#", "Result", "Value", "Unit", "Range", "Flag", "Date")
    for fact in rows:
        shown = f"{fact.comparator} {fact.value}".strip()
        table.add_row(fact.id[:8], fact.label, shown, fact.unit, fact.ref_text or "", fact.flag, str(fact.date or ""))
    return table


def rollup_table(rollups: Sequence[Rollup]) -> Table:
    """Sum up *rollups*: a line for each metric of each device."""
    spans: dict[tuple[str, str, str], list[Rollup]] = {}
    for rollup in rollups:
        spans.setdefault((rollup.metric, rollup.source, rollup.unit), []).append(rollup)
    table = Table("Metric", "Source", "Unit", "Days", "First", "Last")
    for (metric, source, unit), months in sorted(spans.items()):
        days = [day.day for month in months for day in month.days]
        table.add_row(metric, source, unit, str(len(days)), str(min(days)), str(max(days)))
    return table
