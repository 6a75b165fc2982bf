"""Reads the numbers a rule may ask for: vital signs, ages, durations, amounts, in both languages and in notes' shorthand.

A number belongs to a measure only if a word or a unit says so and the value is one a living person can have; the unit that
makes it plausible is taken when none is printed. Dates, doses, prices and telephone numbers stand behind no such word.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.guardrails.reading.normal import Words
from bot.guardrails.reading.quantities import ages, amounts, durations, pregnancy

N: Final = r"(?<![0-9.])([0-9]{1,4}(?:\.[0-9]+)?)(?![0-9])"
# Between the name and the number: a few small words, never another number.
_LINK: Final = (
    r"(?: (?:is|was|are|were|of|at|a|an|to|the|in|around|about|roughly|reads?|reading|readings|up|down|only|just|now|still|has|been|"
    r"hit|hitting|hits|went|reached|over|above|under|below|est|etait|de|d|du|monte|montee|jusqu|environ|vers|entre|between|deja|bloque|"
    r"bloquee|tombe|tombee|descend|descendue|passe|passee|atteint|affiche|indique|dit|says|showing|shows|show|mesuree|mesure|prise|"
    r"measured|on|sur|air|ra|room|ambiant|her|his|my|rate|level|levels|sat|sats|value|taux|s|y|il|elle|with|dropped|dropping|gone|"
    r"climbed|rising|currently|almost|nearly|presque|pres|quasi|running|sitting|high|low|haute|basse|eleve|elevee|plus|:|=|-|,|>|<|\())"
    r"{0,6} "
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of one measure, and the word that says it."""

    measure: str
    value: float
    place: int


_TEMPERATURE_NAMES: Final = (
    r"(?:temperature|temp|temps|tmax|t|fever|fevers|fievre|febrile|thermometre|thermometer|tempe)"
)
_PRESSURE_NAMES: Final = (
    r"(?:bp|b p|blood pressure|blood pressures|pressure|tension|tensions|ta|t a|pa|pression arterielle|pression)"
)
_HEART_NAMES: Final = r"(?:hr|h r|heart rate|heartrate|heart|heartbeat|pulse|pulses|fc|pouls|frequence cardiaque|coeur|rythme cardiaque|rythme|p)"
_BREATH_NAMES: Final = r"(?:rr|r r|resp rate|resps|resp|respiratory rate|respiration rate|breathing rate|respirations?|fr|frequence respiratoire|breathing|respire)"
_OXYGEN_NAMES: Final = r"(?:spo 2|sao 2|sp o 2|spo|sats|sat|o 2 sats?|o 2|oxygen saturation|oxygen levels?|oxygen|oximeter|saturation|saturations|oxymetre|sature|oxymetrie|satu|pulse ox)"
_SUGAR_NAMES: Final = r"(?:glucose|glycemie|glycemies|gly|dextro|dextros|sugars?|blood sugars?|sucre|bgl|bg|bm|bsl|cbg|fingerstick|finger stick|glucometer|glucometre|glucose meter|capillary glucose|hgt|lecteur)"

_TEMPERATURE: Final = re.compile(
    rf"\b{_TEMPERATURE_NAMES}{_LINK}{N}(?: ° ?)?(?: (?P<unit>c|f|celsius|fahrenheit|degrees?|degres?)\b)?"
)
_DEGREES: Final = re.compile(
    rf"{N}(?: (?:°|degrees?|degres?))(?: (?P<unit>c|f|celsius|fahrenheit)\b)?|{N} (?P<bare>c|f)\b(?! [0-9])|{N} de (?:fievre|temperature|temp)\b|{N} (?:fever|temp|temperature)\b"
)
# No name and no unit: alone between commas, or what somebody "has" or "is at".
_BARE: Final = re.compile(
    r"(?:(?:^|[,.;(] )(?=[0-9]{2}\.[0-9] (?:[,.;)]|$))|\b(?:il|elle|he|she) (?:a|is|was|est a|etait a|monte a|fait) (?=[0-9]{2}\.[0-9])"
    r"|\b(?:il|elle|j|bebe) (?:a|ai|avait|est a|monte a|fait) (?=(?:3[89]|4[0-2]) (?:[,.;)]|il|elle|et|ce|depuis|de fievre|qui|je|j|avec|mais|$)))([0-9]{2}(?:\.[0-9])?)"
)
_PRESSURE: Final = re.compile(
    rf"\b{_PRESSURE_NAMES}{_LINK}{N} (?:/|sur|over|-|on) {N}|{N} (?:/|sur|over) {N} (?:mmhg|mm hg|de tension|cmhg|cm hg|bp)\b|{N} / {N}(?! (?:/|[0-9]))"
)
_SYSTOLIC: Final = re.compile(
    rf"\b(?:systolic|systolique|sbp|pas|{_PRESSURE_NAMES[3:-1]}){_LINK}{N}(?! (?:/|sur|over|-) [0-9])(?: (?P<unit>mmhg|cmhg))?"
)
_HEART: Final = re.compile(
    rf"\b{_HEART_NAMES}{_LINK}{N}(?! (?:/|sur|over|degres?|ans|years?|°|%|mg|heures?|h|hours?|days?|jours?|minutes?|min) )"
)
_BEATS: Final = re.compile(
    rf"{N} (?:bpm|b p m|beats?(?: per| a| /)? ?(?:minute|min)|battements?(?: par| / ?)? ?(?:minute|min)|pulsations|bat / min|puls)\b"
)
_BREATHS: Final = re.compile(
    rf"\b{_BREATH_NAMES}{_LINK}{N}(?! (?:/ (?![0-9]*m)|°|%|sur|over) )|{N} (?:breaths?|respirations?|resps?|cycles|mouvements respiratoires)(?: (?:per|a|par|/|every))? ?(?:minute|min)?\b|{N} fois par (?:minute|min)\b"
)
_OXYGEN: Final = re.compile(rf"\b{_OXYGEN_NAMES}{_LINK}{N}(?P<tens> s\b)?(?! (?:l|litres?|liters?|lpm|mg|h|hours?)\b)")
_OXYGEN_AFTER: Final = re.compile(
    rf"{N} % (?:on |en |a |sous )?(?:l )?(?:ra|room air|air ambiant|aa|oxygen|saturation|sat|sats|spo|o 2|air)\b"
)
_SUGAR: Final = re.compile(
    rf"\b{_SUGAR_NAMES}{_LINK}{N}(?: (?P<unit>mmol|mg / dl|mg|mgdl|g / l|g|gr|grammes?))?(?P<slash> /)?(?! (?:%|ans|years?|times|fois|heures?|hours?|h|days?|jours?|kg|cups?|spoons?|cuill))"
)
_SUGAR_AFTER: Final = re.compile(
    rf"{N} (?P<unit>mmol / l|mmol|mg / dl|g / l)(?: de| of)? (?:glucose|glycemie|sucre|sugar|blood)\b"
)
_SUGAR_HIGH: Final = re.compile(
    rf"\b{_SUGAR_NAMES}(?: (?:meter|reads?|reading|says?|shows?|showing|just|is|it|machine|affiche|indique|est|a|au|still|only|marque|me|met|dit|capillaire|simply))+ (?P<word>hi|high|lo|low)\b(?! (?:risk|in|at|this|after|because|and|but|levels?|for))"
)
_KETONES: Final = re.compile(
    rf"\b(?:ketones?|cetones?|ketonemia|cetonemie|ketonaemia|acetone|corps cetoniques|cetonurie|beta hydroxybutyrate|bhb){_LINK}{N}"
)
_GCS: Final = re.compile(
    rf"\b(?:gcs|glasgow|glasgow coma scale|glasgow coma score|score de glasgow|coma scale)(?: (?:score|coma|scale|is|of|a|at|est|de|was|now|:|=|-|sur|\())*? {N}"
)


def measures(text: Words) -> list[Reading]:
    """Give every measure that *text* says, in order of the tables above."""
    if not any(value is not None for value in text.values) and not _SUGAR_HIGH.search(text.flat):
        return [*ages(text, Reading), *durations(text, Reading)]
    out: list[Reading] = []
    for name, read in _READERS.items():
        for value, offset in read(text.flat):
            out.append(Reading(name, value, max(0, bisect_right(text.starts, offset) - 1)))
    pressed = [*_pressures(text.flat)]
    for systolic, diastolic, offset in pressed:
        place = max(0, bisect_right(text.starts, offset) - 1)
        out.append(Reading("systolic", systolic, place))
        if diastolic:
            out.append(Reading("diastolic", diastolic, place))
    return [*out, *ages(text, Reading), *durations(text, Reading), *amounts(text, Reading), *pregnancy(text, Reading)]


Values = Iterator[tuple[float, int]]


def _numbers(found: re.Match[str]) -> list[float]:
    return [float(part) for part in found.groups() if part and part[0].isdigit()]


def _temperature(flat: str) -> Values:
    for pattern in (_TEMPERATURE, _DEGREES, _BARE):
        for found in pattern.finditer(flat):
            value = _numbers(found)[0]
            unit = (found.groupdict().get("unit") or found.groupdict().get("bare") or "")[:1]
            if unit == "f" or (unit != "c" and 90 <= value <= 112):
                value = (value - 32) * 5 / 9
            if pattern is _BARE and not 35 <= value <= 42.5:
                continue
            if 25 <= value <= 44 and not _weather(flat, found.end()):
                yield round(value, 2), found.start()


def _weather(flat: str, end: int) -> bool:
    return bool(
        re.match(
            r" (?:c )?(?:outside|dehors|a l ombre|in the shade|today in|weather|in the (?:car|sun|room|oven)|au soleil|dans la voiture|oven|four)\b",
            flat[end : end + 24],
        )
    )


def _pressures(flat: str) -> Iterator[tuple[float, float, int]]:
    for found in _PRESSURE.finditer(flat):
        systolic, diastolic = _numbers(found)[:2]
        named = found[1] is not None or found[3] is not None
        if (
            systolic <= 30 and diastolic <= 20 and named and systolic > diastolic
        ):  # centimetres, as French cuffs are read aloud
            systolic, diastolic = systolic * 10, diastolic * 10
        if (named and 40 <= systolic <= 300 and 15 <= diastolic <= 200 and systolic > diastolic) or (
            60 <= systolic <= 280 and 35 <= diastolic <= 160 and systolic > diastolic + 9 and systolic.is_integer()
        ):
            yield systolic, diastolic, found.start()
    for found in _SYSTOLIC.finditer(flat):
        value = _numbers(found)[0]
        if value <= 30 and found[0].startswith(("t", "p")) and value >= 5:
            value *= 10
        if 40 <= value <= 300:
            yield value, 0.0, found.start()


def _between(pattern: re.Pattern[str], low: float, high: float) -> Callable[[str], Values]:
    def read(flat: str) -> Values:
        for found in pattern.finditer(flat):
            value = _numbers(found)[0]
            if low <= value <= high:
                yield value, found.start()

    return read


def _heart(flat: str) -> Values:
    yield from _between(_HEART, 15, 300)(flat)
    yield from _between(_BEATS, 15, 300)(flat)


def _oxygen(flat: str) -> Values:
    for pattern in (_OXYGEN, _OXYGEN_AFTER):
        for found in pattern.finditer(flat):
            value = _numbers(found)[0]
            if value <= 1 and value >= 0.3:
                value *= 100
            if found.groupdict().get("tens") and value % 10 == 0:
                value += 5  # "in the 80s"
            if 30 <= value <= 100:
                yield value, found.start()


def _glucose(flat: str) -> Values:
    for pattern in (_SUGAR, _SUGAR_AFTER):
        for found in pattern.finditer(flat):
            value = _sugar(_numbers(found)[0], found["unit"] or "")
            if 5 <= value <= 2000:
                yield value, found.start()
    for found in _SUGAR_HIGH.finditer(flat):
        yield (601.0 if found["word"].startswith("h") else 19.0), found.start()


def _sugar(value: float, unit: str) -> float:
    if unit.startswith("mmol"):
        return value * 18.016
    if unit.startswith("mg"):
        return value
    if unit.startswith("g"):
        return value * 100
    if value < 1 or (value <= 8 and value % 1 and not 3.5 <= value <= 8):
        return value * 100  # 0.45 or 2.5 can only be g/L
    return value * 18.016 if value <= 40 else value


_READERS: Final[Mapping[str, Callable[[str], Values]]] = {
    "temperature": _temperature,
    "heart_rate": _heart,
    "oxygen": _oxygen,
    "breathing_rate": _between(_BREATHS, 4, 110),
    "glucose": _glucose,
    "ketones": _between(_KETONES, 0.1, 30),
    "gcs": _between(_GCS, 3, 15),
}
