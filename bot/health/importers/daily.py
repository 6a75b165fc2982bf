"""Tables in which a row is a day or a moment and each column one metric: most of what apps export."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.health.importers.findings import Findings
from bot.health.importers.importer import Source
from bot.health.importers.stamps import Stamp
from bot.health.importers.tables import Row, Table

POUND: Final = 0.45359237  # kg
INCH: Final = 2.54  # cm
MILE: Final = 1.609344  # km
KILOJOULE: Final = 1 / 4.184  # kcal


@dataclass(frozen=True, slots=True)
class Column:
    """A column's metric, the names apps give it, and what makes the metric's unit of its numbers."""

    metric: str
    names: tuple[str, ...]
    factor: float | None = 1.0  # None: the file does not say the unit, so the person must


def open_days(
    source: Source, findings: Findings, days: Sequence[str], columns: Sequence[Column], *, texts: Sequence[str] = ()
) -> Table:
    """Open a table of *days* and *columns*; *texts* are names of further columns a reader uses."""
    found = {column.names[0]: column.names for column in columns}
    asked = {"day": tuple(days), **found} | {text: (text,) for text in texts}
    return Table(source, asked, numbers=list(found), dates="day", progress=findings.progress)


def read_days(
    table: Table, columns: Sequence[Column], findings: Findings, *, counted: str, skipped: Sequence[str] = ()
) -> None:
    """Add up the table. Rows whose first or second cell is one of *skipped* are counted, not read."""
    present = [column for column in columns if column.names[0] in table.places]
    for row, when in dated_rows(table, findings, counted=counted, skipped=skipped):
        read_row(row, when, present, findings)


def dated_rows(
    table: Table, findings: Findings, *, counted: str, skipped: Sequence[str] = ()
) -> Iterator[tuple[Row, Stamp]]:
    """Give the rows of days that have been; list or count the others, and count what no column was asked for."""
    others = table.others()
    for row in table.rows():
        findings.counts[counted] += 1
        if skipped and any(cell.strip().casefold() in skipped for cell in row.cells[:2]):
            findings.left["totals"] += 1
            continue
        when = row.stamp("day")
        if isinstance(when, str):
            findings.refuse(row.line, when, ", ".join(row.cells))
            continue
        if not findings.dated(when):
            continue
        for place, name in others:
            if place < len(row.cells) and row.cells[place]:
                findings.left[name] += 1
        yield row, when
    findings.left.update(table.left)


def read_row(row: Row, when: Stamp, columns: Sequence[Column], findings: Findings, source: str = "") -> None:
    """Add one row's numbers to their day."""
    for column in columns:
        key = column.names[0]
        value = row.number(key)
        if value is None:
            continue
        if isinstance(value, str):
            findings.refuse(row.line, value, f"{when.day}: {row.table.named(key)} {row.text(key)}")
        elif column.factor is not None:
            findings.add(column.metric, when, float(value) * column.factor, source)
        else:
            findings.refuse(row.line, "unit_unknown", f"{when.day}: {row.table.named(key)} {row.text(key)}")
