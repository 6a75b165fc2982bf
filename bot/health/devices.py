"""The newest days of what devices measured, as facts an answer can use beside a laboratory's.

Only measures that Carnet has sentences for are given, each device's own newest days; the rest stays in the day book.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Final
from uuid import NAMESPACE_OID, uuid5

from babel.numbers import format_decimal

from bot.health.daybook import DayBook
from bot.health.facts import Day, Fact, Rollup
from bot.health.importers.metrics import METRICS, figure
from bot.i18n import Language, say
from bot.kernel.ids import PersonId

_NEWEST: Final = 3  # days of each device
_ANALYTES: Final[Mapping[str, tuple[str, int]]] = {  # metric -> analyte, decimals that devices mean
    "blood_glucose": ("glucose", 1), "blood_pressure_diastolic": ("blood_pressure_diastolic", 0),
    "blood_pressure_systolic": ("blood_pressure_systolic", 0), "body_mass_index": ("bmi", 1),
    "body_temperature": ("body_temperature", 1), "heart_rate": ("heart_rate", 0), "height": ("body_height", 0),
    "oxygen_saturation": ("oxygen_saturation", 0), "respiratory_rate": ("respiratory_rate", 0), "waist": ("waist", 0),
    "weight": ("body_weight", 1),
}  # fmt: skip
_PRINTED: Final = {"mm[Hg]": "mmHg", "Cel": "°C"}


async def device_facts(days: DayBook, person: PersonId, language: Language) -> Sequence[Fact]:
    """Give each device's newest days of each measure, the newest first."""
    held = await days.newest(person, sorted(_ANALYTES))
    facts = [_fact(rollup, day, language) for rollup in held for day in rollup.days[-_NEWEST:]]
    return sorted(facts, key=lambda fact: (str(fact.date), fact.label), reverse=True)


def _fact(rollup: Rollup, day: Day, language: Language) -> Fact:
    analyte, decimals = _ANALYTES[rollup.metric]
    metric = METRICS[rollup.metric]
    number = figure(rollup.metric, day).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    label = f"{say(language, f'metric.{rollup.metric}')} ({rollup.source})"
    mean = say(language, "metric.mean_of", count=day.count) if metric.daily == "mean" and day.count > 1 else ""
    return Fact(
        id=uuid5(NAMESPACE_OID, f"{rollup.metric}|{rollup.source}|{day.day}").hex, label=label, analyte=analyte,
        code=None, comparator="", value=format_decimal(number, locale=language), number=number,
        unit=_PRINTED.get(rollup.unit, rollup.unit), ucum=rollup.unit, ref_text=None, ref_low=None, ref_high=None,
        low=None, high=None, flag="", date=day.day, page=1, line=1, category=metric.category, note=mean,
        review="confirmed", origin="device",
    )  # fmt: skip
