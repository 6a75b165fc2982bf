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
    r"(?:tension(?:\s+artérielle)?|ta|pa|pression(?:\s+artérielle)?|bp|blood\s+pressure)"
    r"\s*(?:[:=]|\b(?:est|is)\b)?\s*(?:\b(?:de|à|at|of)\b)?\s*"
    r"(?P<high>\d{1,3}(?:[.,]\d)?)\s*(?:/|\s(?:sur|over)\s)\s*(?P<low>\d{1,3}(?:[.,]\d)?)\s*(?P<unit>cm\s?hg|mm\s?hg)?",
    re.IGNORECASE,
)
_START: Final = re.compile(rf"(?:(?<=[\s:=])|(?<=[<>=≤≥]))(?={BOUND}?\s*\d)|(?<=\s)(?={BOUND}\s*\d)", re.IGNORECASE)
_VALUE: Final = re.compile(
    rf"(?P<value>(?:{BOUND})?\s*\d[\d.,\u00a0\u202f]*(?: \d{{3}})*(?:[.,]\d+)?)\s*(?P<unit>\D.{{0,30}})?", re.IGNORECASE
)
_JOINT: Final = re.compile(r"\s*(?:[:=]|\b(?:est|is)\b)?\s*(?:\b(?:de|à|at|of)\b)?\s*$", re.IGNORECASE)
_METRES: Final = re.compile(
    r"(?P<label>taille|height|je mesure)\s*[:=]?\s*(?P<m>[12])\s?m\s?(?P<cm>\d{2})", re.IGNORECASE
)
_CENTIMETRES: Final = Decimal(30)  # a systolic pressure below is not in millimetres: nobody lives with it
_LAY: Final = {
    "fc": "Fréquence cardiaque", "pouls": "Fréquence cardiaque", "hr": "Heart rate", "pulse": "Heart rate",
    "temp": "Température", "sat": "SpO2", "saturation": "SpO2", "sugar": "Glucose", "blood sugar": "Glucose",
    "je pèse": "Poids", "i weigh": "Weight", "je mesure": "Taille",
}  # fmt: skip
_LAY_UNITS: Final = {
    "kilo": "kg", "kilos": "kg", "kilogrammes": "kg", "pounds": "lb", "pound": "lb", "livres": "lb", "f": "°F", "c": "°C",
    "centimètres": "cm", "mètres": "m", "pour cent": "%",
}  # fmt: skip
_DOSES: Final = frozenset(
    {"g", "mg", "ug", "ng", "mL", "dL", "L", "[IU]", "[iU]", "U", "mmol"}
)  # of a tablet, not of blood
_DOSE_WORDS: Final = frozenset({"ui", "iu", "u", "cp", "gél", "caps", "tabs", "tab"})
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
        label = height["label"]
        typed = Typed(label=label, value=f"{height['m']}{height['cm']}", unit="cm")
        return _checked(recognise(_LAY.get(label.casefold(), label)), typed, mark, units)
    found = _typed(text, recognise)
    return None if found is None else _checked(*found, mark, units)


def _typed(text: str, recognise: Callable[[str], Entry | None]) -> tuple[Entry, Typed] | None:
    """Part a label we know from its value, at the last place where that can be: "vitamine B12 350" is no B of 12 350."""
    for start in reversed([found.start() for found in _START.finditer(text)]):
        label = _JOINT.sub("", text[:start])
        entry = recognise(_LAY.get(label.casefold(), label)) if label.strip() else None
        value = _VALUE.fullmatch(text[start:].strip())
        if entry is not None and value is not None:
            unit = (value["unit"] or "").strip()
            typed = Typed(label=label.strip(), value=value["value"].strip(), unit=_LAY_UNITS.get(unit.casefold(), unit))
            return entry, typed
    return None


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


def _checked(entry: Entry | None, typed: Typed, mark: Mark, units: Units) -> list[Measure] | Problem | None:
    amount = parse_amount(typed.value, mark)
    counted = entry is not None and "number" in entry.codes  # only cells are counted in thousands parted by blanks
    if amount is None or (" " in typed.value.strip("<>=≤≥ ") and not counted):
        return "unreadable"
    if mark == "." and re.search(r"\d,\d{3}(?!\d)", typed.value):  # 1250 here, 1.25 to a French reader
        return "unreadable"
    unit = (typed.unit.strip("° ") and typed.unit) or _only_unit(entry, amount.number)
    ucum = units.ucum(unit) if unit else None
    if unit.casefold() in _DOSE_WORDS:
        return None
    if ucum is None:
        return (
            None if " " in typed.unit or re.fullmatch(r"[^\W\d_]{7,}", typed.unit) else "unit"
        )  # a remark, not a unit
    category = _category(entry)
    if category == "laboratory" and ucum in _DOSES:
        return None
    if not _possible(entry, amount.number, ucum) and not (category == "laboratory" and amount.number == 0):
        return "impossible"
    return [Measure(
        label=typed.label, entry=entry, category=category, comparator=amount.comparator, value=amount.value,
        number=amount.number, unit=unit, ucum=ucum,
    )]  # fmt: skip


def _only_unit(entry: Entry | None, number: Decimal) -> str:
    """Give the unit nobody has to write; "" when two could be meant."""
    match entry.key if entry else "":
        case "heart_rate" | "respiratory_rate":
            return "/min"
        case "oxygen_saturation":
            return "%"
        case "inr":
            return "INR"
        case "bmi":
            return "kg/m²"
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
