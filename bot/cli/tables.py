"""Facts as a table on a terminal."""

from collections.abc import Sequence

from rich.table import Table

from bot.health.facts import Fact


def fact_table(rows: Sequence[Fact]) -> Table:
    """Give *rows* as printed on the report."""
    table = Table("#", "Result", "Value", "Unit", "Range", "Flag", "Date")
    for fact in rows:
        shown = f"{fact.comparator} {fact.value}".strip()
        table.add_row(fact.id[:8], fact.label, shown, fact.unit, fact.ref_text or "", fact.flag, str(fact.date or ""))
    return table
