"""What devices and apps count and measure from day to day: a closed list, each metric in one unit.

What is not here is counted as left out and never stored. Values arrive converted by the importer; a unit it does not
know is refused there. How a day's figure is had from its records is part of the metric: steps add up, a heart rate
averages, a weight is the last one of the day.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from bot.health.facts.model import Category, Day

Daily = Literal["sum", "mean", "last"]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: its UCUM unit, how a day's figure is had, and where it belongs."""

    unit: str
    daily: Daily
    category: Category


def _all(category: Category, daily: Daily, **units: str) -> dict[str, Metric]:
    return {key: Metric(unit, daily, category) for key, unit in units.items()}


METRICS: Final = {
    **_all(
        "activity", "sum",
        steps="1", distance_walking="km", distance_cycling="km", distance_swimming="m", distance_wheelchair="km",
        flights_climbed="1", wheelchair_pushes="1", energy_active="kcal", energy_resting="kcal",
        minutes_exercise="min", minutes_standing="min", hours_standing="h", minutes_mindful="min",
        minutes_daylight="min",
    ),
    **_all("activity", "mean", vo2_max="mL/kg/min", walking_speed="km/h", step_length="cm"),
    **_all(
        "vital", "mean",
        heart_rate="/min", heart_rate_resting="/min", heart_rate_walking="/min", heart_rate_variability="ms",
        oxygen_saturation="%", respiratory_rate="/min", body_temperature="Cel", wrist_temperature="Cel",
        blood_pressure_systolic="mm[Hg]", blood_pressure_diastolic="mm[Hg]", blood_glucose="mmol/L",
    ),
    **_all(
        "body", "last",
        weight="kg", height="cm", body_mass_index="kg/m2", body_fat="%", lean_mass="kg", muscle_mass="kg",
        bone_mass="kg", water_mass="kg", waist="cm",
    ),
    **_all(
        "sleep", "sum",
        sleep="min", sleep_in_bed="min", sleep_awake="min", sleep_light="min", sleep_deep="min", sleep_rem="min",
    ),
    **_all(
        "nutrition", "sum",
        diet_energy="kcal", diet_protein="g", diet_carbohydrates="g", diet_fat="g", diet_fat_saturated="g",
        diet_fat_polyunsaturated="g", diet_fat_monounsaturated="g", diet_fat_trans="g", diet_fibre="g",
        diet_sugar="g", diet_cholesterol="mg", diet_sodium="mg", diet_potassium="mg", diet_calcium="mg",
        diet_iron="mg", diet_magnesium="mg", diet_caffeine="mg", diet_water="mL", diet_alcohol="1",
        diet_vitamin_a="ug", diet_vitamin_c="mg", diet_vitamin_d="ug",
    ),
}  # fmt: skip


def figure(metric: str, day: Day) -> Decimal:
    """Give a day's figure as its metric has it: the sum, the mean or the last of its records, to three decimals."""
    daily = METRICS[metric].daily
    value = day.total if daily == "sum" else day.last if daily == "last" else day.total / day.count
    return Decimal(f"{value:.3f}").normalize() + 0  # never "-0" nor "1E+3"
