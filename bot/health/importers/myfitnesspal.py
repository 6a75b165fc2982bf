"""MyFitnessPal's file export: what was eaten, done and measured, one table each.

Columns: support.myfitnesspal.com "Can I export my data?" names the three files; the English headers are those of public
test files. Nutrients without a unit stand in the grams and milligrams MyFitnessPal displays; vitamins, calcium and iron
are percentages of a daily value and are left, and so is any nutrient not listed here. French headers and the units in
brackets after a measurement are assumed. A weight without a unit is listed, because pounds and kilograms look alike,
until the person says which it is.
"""

from typing import Final

from bot.health.facts.model import Report
from bot.health.importers.daily import INCH, KILOJOULE, POUND, Column, dated_rows, open_days, read_days, read_row
from bot.health.importers.findings import Findings
from bot.health.importers.importer import MassUnit, Source, Tools
from bot.health.importers.stamps import Stamp
from bot.health.importers.tables import Row, columns_of, fold

_SOURCE: Final = "MyFitnessPal"
_DAY: Final = ("Date", "Jour")
_MEAL: Final = ("Meal", "Repas")
_EXERCISE: Final = ("Exercise", "Exercice")
_TOTALS: Final = ("total", "totals", "totaux")
_NUTRIENTS: Final = (
    Column("diet_energy", ("Calories", "Energy (kcal)", "Énergie (kcal)")),
    Column("diet_energy", ("Energy (kJ)", "Énergie (kJ)", "Kilojoules"), KILOJOULE),
    Column("diet_fat", ("Fat (g)", "Lipides (g)")),
    Column("diet_fat_saturated", ("Saturated Fat", "Saturated Fat (g)", "Graisses saturées", "Lipides saturés")),
    Column("diet_fat_polyunsaturated", ("Polyunsaturated Fat", "Polyunsaturated Fat (g)", "Graisses polyinsaturées")),
    Column("diet_fat_monounsaturated", ("Monounsaturated Fat", "Monounsaturated Fat (g)", "Graisses monoinsaturées")),
    Column("diet_fat_trans", ("Trans Fat", "Trans Fat (g)", "Graisses trans")),
    Column("diet_cholesterol", ("Cholesterol", "Cholesterol (mg)", "Cholestérol", "Cholestérol (mg)")),
    Column("diet_sodium", ("Sodium (mg)",)),
    Column("diet_potassium", ("Potassium", "Potassium (mg)")),
    Column("diet_carbohydrates", ("Carbohydrates (g)", "Glucides (g)")),
    Column("diet_fibre", ("Fiber", "Fiber (g)", "Fibre", "Fibres", "Fibres (g)")),
    Column("diet_sugar", ("Sugar", "Sugar (g)", "Sucres", "Sucres (g)")),
    Column("diet_protein", ("Protein (g)", "Protéines (g)")),
)
_MEASURES: Final = (
    Column("body_fat", ("Body Fat %", "Body Fat (%)", "Masse grasse %", "Masse grasse (%)")),
    Column("weight", ("Weight (kg)", "Weight kg", "Weight (kilograms)", "Poids (kg)")),
    Column("weight", ("Weight (lb)", "Weight (lbs)", "Weight lbs", "Weight (pounds)", "Poids (lb)"), POUND),
    Column("waist", ("Waist (cm)", "Tour de taille (cm)")),
    Column("waist", ("Waist (in)", "Waist (inches)"), INCH),
    Column("weight", ("Weight", "Poids"), None),
    Column("waist", ("Waist", "Tour de taille"), None),
    Column("neck", ("Neck", "Cou"), None),
    Column("hips", ("Hips", "Hanches"), None),
)
_EFFORTS: Final = (
    Column("energy_active", ("Exercise Calories", "Calories d’exercice")),
    Column("minutes_exercise", ("Exercise Minutes", "Minutes d’exercice")),
    Column("steps", ("Steps", "Pas")),
)
_SETS: Final = ("Sets", "Reps Per Set", "Kilograms", "Pounds", "Type", "Note")


def _folded(*names: str) -> frozenset[str]:
    return frozenset(map(fold, names))


_MEASURED: Final = _folded(*(name for column in _MEASURES for name in column.names))


class MyFitnessPalImporter:
    """Fulfils `Importer` for the three tables of MyFitnessPal's export."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        return _table(columns_of(head)) is not None

    def read(self, source: Source, tools: Tools) -> Report:
        findings = Findings(tools, "myfitnesspal", _SOURCE)
        kind = _table(columns_of(source.head))
        if kind == "Exercise":
            _read_efforts(source, findings)
        else:
            columns = _measures(tools.mass_unit) if kind == "Measurement" else _NUTRIENTS
            table = open_days(source, findings, _DAY, columns, texts=_MEAL)
            read_days(table, columns, findings, counted=f"{kind}-Summary", skipped=_TOTALS)
        return findings.report()


def _measures(unit: MassUnit | None) -> tuple[Column, ...]:
    """Give the measures, a bare weight in the *unit* the person gave."""
    if unit is None:
        return _MEASURES
    weight = Column("weight", ("Weight", "Poids"), POUND) if unit == "lb" else Column("weight", ("Weight", "Poids"))
    return tuple(weight if column.names == weight.names else column for column in _MEASURES)


def _table(names: frozenset[str]) -> str | None:
    """Say which of the three tables has these folded column names."""
    if not names & _folded(*_DAY):
        return None
    if names & _folded(*_MEAL) and any(names & _folded(*nutrient.names) for nutrient in _NUTRIENTS):
        return "Nutrition"
    if names & _folded(*_EXERCISE) and any(names & _folded(*effort.names) for effort in _EFFORTS):
        return "Exercise"
    measured = names - _folded(*_DAY, "Note", "Notes")
    return "Measurement" if measured and measured <= _MEASURED else None


def _read_efforts(source: Source, findings: Findings) -> None:
    table = open_days(source, findings, _DAY, _EFFORTS, texts=(*_EXERCISE, *_SETS))
    label = next(name for name in _EXERCISE if name in table.places)
    for row, when in dated_rows(table, findings, counted="Exercise-Summary", skipped=_TOTALS):
        # A row with steps is what a tracker reported for the day, not something the person set out to do.
        tracked = bool(row.text("Steps"))
        read_row(
            row, when, [effort for effort in _EFFORTS if not tracked or effort.metric != "minutes_exercise"], findings
        )
        if not tracked:
            _propose(row, when, label, findings)


def _propose(row: Row, when: Stamp, label: str, findings: Findings) -> None:
    """Propose one exercise, by its minutes, or by its sets if it was not timed."""
    minutes = row.text("Exercise Minutes")
    column, unit, ucum = ("Exercise Minutes", "minutes", "min") if minutes else ("Sets", "sets", None)
    value = row.number(column)
    said = (name for name in ("Exercise Calories", *_SETS) if name != column and row.text(name))
    findings.activity(
        row.text(label).strip('"'), when, value=row.text(column), unit=unit, ucum=ucum,
        number=None if isinstance(value, str) else value, line=row.line,
        note="; ".join(f"{row.table.named(name)}: {row.text(name)}" for name in said),
    )  # fmt: skip
