"""One measure as typed: "tension 13/8", "poids 72,4 kg", "glycémie à jeun 1,05 g/L". Never a guessed unit.

A unit may be left out only where no other could be meant: a pulse, a saturation, a temperature that is either a fever
in Celsius or one in Fahrenheit. A blood pressure under thirty is in centimetres of mercury, as it is said in France.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from bot.health.facts.model import Category, Comparator
from bot.health.facts.numbers import BOUND, Mark, parse_amount
from bot.health.facts.units import Units
from bot.health.knowledge.model import Entry

_PRESSURE: Final = re.compile(
    r"(?:tension(?:\s+artérielle)?|ta|pa|pression(?:\s+artérielle)?|bp|blood\s+pressure)\s*(?:[:=]|de|à|at|of|is)?\s*"
    r"(?P<high>\d{1,3}(?:[.,]\d)?)\s*(?:/|\s(?:sur|over)\s)\s*(?P<low>\d{1,3}(?:[.,]\d)?)\s*(?P<unit>cm\s?hg|mm\s?hg)?",
    re.IGNORECASE,
)
_MEASURE: Final = re.compile(
    rf"(?P<label>[^\d<>=≤≥:]{{2,60}}?)\s*(?:[:=]|\s(?:de|à|at|of|is)\s)?\s*(?P<value>(?:{BOUND})?\s*[0-9][0-9.,\u00a0\u202f ]*)"
    r"(?P<unit>\s*[^\s\d][^\s]{0,20}(?:\s[^\s\d]\S{0,10})?)?",
    re.IGNORECASE,
)
_METRES: Final = re.compile(r"(?P<label>taille|height)\s*[:=]?\s*(?P<m>[12])\s?m\s?(?P<cm>\d{2})", re.IGNORECASE)
_CENTIMETRES: Final = Decimal(30)  # a systolic pressure below is not in millimetres: nobody lives with it
_LAY: Final = {
    "fc": "Fréquence cardiaque", "pouls": "Fréquence cardiaque", "hr": "Heart rate", "pulse": "Heart rate",
    "temp": "Température", "sat": "SpO2", "saturation": "SpO2", "sugar": "Glucose", "blood sugar": "Glucose",
    "je pèse": "Poids", "i weigh": "Weight", "je mesure": "Taille",
}  # fmt: skip
_FASTING: Final = re.compile(r"\s+(?P<how>à jeun|fasting)$", re.IGNORECASE)
_POSSIBLE: Final = {  # what a living person can have; outside, it was mistyped (assumed bounds, wide on purpose)
    ("blood_pressure_systolic", "mm[Hg]"): (50, 300), ("blood_pressure_diastolic", "mm[Hg]"): (20, 200),
    ("heart_rate", "/min"): (20, 300), ("oxygen_saturation", "%"): (30, 100), ("respiratory_rate", "/min"): (3, 90),
    ("body_weight", "kg"): (1, 650), ("body_weight", "[lb_av]"): (2, 1430), ("body_height", "cm"): (30, 275),
    ("body_height", "m"): (0, 3), ("body_temperature", "Cel"): (25, 45), ("body_temperature", "[degF]"): (77, 113),
}  # fmt: skip

Problem = Literal["unit", "impossible", "unreadable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One value, in the unit it was typed in."""

    label: str
    entry: Entry | None
    category: Category
    comparator: Comparator
    value: str
    number: Decimal
    unit: str
    ucum: str | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """The three parts of a measure, as typed."""

    label: str
    value: str
    unit: str


def measures(
    text: str, mark: Mark, recognise: Callable[[str], Entry | None], units: Units
) -> list[Measure] | Problem | None:
    """Read *text* as one measure, a blood pressure being two; a problem to ask about; None: it is no measure at all."""
    if fasting := _FASTING.search(text):  # said last, it still names the test: "glycémie 1,05 g/L à jeun"
        text = re.sub(r"(?=\s*[:=]?\s*\d)", f" {fasting['how']}", text[: fasting.start()], count=1)
    if pressure := _PRESSURE.fullmatch(text):
        return _pressure(pressure, mark, recognise)
    if height := _METRES.fullmatch(text):
        typed = Typed(label=height["label"], value=f"{height['m']}{height['cm']}", unit="cm")
        return _checked(recognise(height["label"]), typed, mark, units)
    found = _MEASURE.fullmatch(text)
    if found is None:
        return None
    label = found["label"].strip()
    entry = recognise(_LAY.get(label.casefold(), label))
    if entry is None:
        return None
    typed = Typed(label=label, value=found["value"].strip(), unit=(found["unit"] or "").strip())
    return _checked(entry, typed, mark, units)


def _pressure(found: re.Match[str], mark: Mark, recognise: Callable[[str], Entry | None]) -> list[Measure] | Problem:
    high, low = (Decimal(found[name].replace(",", ".")) for name in ("high", "low"))
    unit = (found["unit"] or "").casefold().replace(" ", "")
    if unit == "cmhg" or (not unit and high < _CENTIMETRES):
        high, low = high * 10, low * 10
    typed = f"{found['high']}/{found['low']}"
    pair = (
        ("Systolic blood pressure", "Pression systolique", high),
        ("Diastolic blood pressure", "Pression diastolique", low),
    )
    read = []
    for english, french, number in pair:
        label = french if mark == "," else english
        entry = recognise(label)
        if not _possible(entry, number, "mm[Hg]") or high <= low:
            return "impossible"
        value = f"{number.normalize():f}".replace(".", mark)
        read.append(Measure(
            label=label, entry=entry, category="vital", comparator="", value=value, number=number, unit="mmHg",
            ucum="mm[Hg]", note=typed,
        ))  # fmt: skip
    return read


def _checked(entry: Entry | None, typed: Typed, mark: Mark, units: Units) -> list[Measure] | Problem:
    amount = parse_amount(typed.value, mark)
    if amount is None or (
        mark == "." and re.search(r"\d,\d{3}(?!\d)", typed.value)
    ):  # 1250 here, 1.25 to a French reader
        return "unreadable"
    unit = typed.unit or _only_unit(entry, amount.number)
    ucum = units.ucum(unit) if unit else None
    if ucum is None:
        return "unit"
    if not _possible(entry, amount.number, ucum):
        return "impossible"
    return [Measure(
        label=typed.label, entry=entry, category=_category(entry), comparator=amount.comparator, value=amount.value,
        number=amount.number, unit=unit, ucum=ucum,
    )]  # fmt: skip


def _only_unit(entry: Entry | None, number: Decimal) -> str:
    """Give the unit nobody has to write; "" when two could be meant."""
    match entry.key if entry else "":
        case "heart_rate" | "respiratory_rate":
            return "/min"
        case "oxygen_saturation":
            return "%"
        case "body_temperature":
            return "°C" if 30 <= number <= 45 else "°F" if 86 <= number <= 113 else ""  # noqa: PLR2004  (the two never meet)
    return ""


def _possible(entry: Entry | None, number: Decimal, ucum: str) -> bool:
    low, high = _POSSIBLE.get((entry.key if entry else "", ucum), (0, None))
    return number > 0 and low <= number and (high is None or number <= high)


def _category(entry: Entry | None) -> Category:
    if entry is None or entry.theme != "vitals":
        return "laboratory"
    return "body" if entry.key in {"body_weight", "body_height", "bmi", "waist"} else "vital"
