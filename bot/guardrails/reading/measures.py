"""Reads the numbers a rule may ask for: vital signs, ages, durations, amounts, in both languages and in notes' shorthand.

A number belongs to a measure only if a word or a unit says so and the value is one a living person can have; the unit that
makes it plausible is taken when none is printed. Dates, doses, prices and telephone numbers stand behind no such word.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.guardrails.reading.ages import ages, pregnancy
from bot.guardrails.reading.amounts import amounts
from bot.guardrails.reading.durations import durations
from bot.guardrails.reading.normal import Words

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
# No name and no unit: it begins a clause, follows a time, or is what somebody "has" or "is at"; and nothing counted follows.
_OTHER_UNIT: Final = (
    r"(?! (?:[0-9%€$£/*x]|kgs?\b|kilos?|m?g\b|[mc]?l\b|[ck]?m{1,2}\b|euros?|dollars?|pounds?|h\b|hours?|heures?|hrs?\b|years?|ans?\b|"
    r"jours?|days?|semaines?|weeks?|mois|months?|sa\b|wg\b|u?i?u\b|[a-zµ]{0,2}mol|[nmpµ]g\b|fl\b|points?|pages?|min|fois|times|miles|"
    r"stone|lbs?\b|comprimes?|tablets?|pills?|percent|pour cent|- ?[0-9]))"
)
_BARE: Final = re.compile(
    r"(?:(?:^|[,.;(!?] |\b(?:mois|jours?|semaines?|heures?|hier|matin|soir|nuit|ago|today|yesterday|night|morning|now|maintenant) )"
    r"(?=[0-9]{2}\.[0-9] |[0-9]{2}\.[0-9]$)"
    r"|\b(?:il|elle|he|she|j|je|i|bebe|baby|fils|fille|son|daughter) (?:(?:a|ai|is|am|has|have|was|had|suis a|est a|avait|etait a|monte a|fait|at|is at|am at) )?"
    r"(?=[0-9]{2}\.[0-9])"
    r"|\b(?:il|elle|j|bebe) (?:a|ai|avait|est a|monte a|fait) (?=(?:3[89]|4[0-2]) (?:[,.;)]|il|elle|et|ce|depuis|de fievre|qui|je|j|avec|mais|$)))"
    rf"([0-9]{{2}}(?:\.[0-9])?)(?![0-9.]){_OTHER_UNIT}"
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
_WEATHER: Final = re.compile(
    r" (?:c )?(?:, )?(?:here|ici|outside|dehors|dedans|a l ombre|in the shade|today in|weather|in the (?:car|sun|room|oven)|au soleil|dans la voiture|oven|four)\b"
)
_KETONES: Final = re.compile(
    rf"\b(?:ketones?|cetones?|ketonemia|cetonemie|ketonaemia|acetone|corps cetoniques|cetonurie|beta hydroxybutyrate|bhb){_LINK}{N}"
)
_GCS: Final = re.compile(
    rf"\b(?:gcs|glasgow|glasgow coma scale|glasgow coma score|score de glasgow|coma scale)(?: (?:score|coma|scale|is|of|a|at|est|de|was|now|:|=|-|sur|\())*? {N}"
)


def measures(text: Words) -> list[Reading]:
    """Give every measure that *text* says."""
    out: list[Reading] = []

    def put(measure: str, value: float, offset: int) -> None:
        out.append(Reading(measure, value, max(0, bisect_right(text.starts, offset) - 1)))

    if not any(value is not None for value in text.values):
        for value, offset in _glucose(text.flat):  # a meter that reads "HI" shows no number
            put("glucose", value, offset)
        return [*out, *ages(text, Reading), *durations(text, Reading)]
    asked = _asked(text)
    for name, read in _READERS.items():
        if name in asked:
            for value, offset in read(text.flat):
                put(name, value, offset)
    if _PRESSURES in asked:
        for systolic, diastolic, offset in _pressures(text.flat):
            put("systolic", systolic, offset)
            if diastolic is not None:
                put("diastolic", diastolic, offset)
    return [*out, *ages(text, Reading), *durations(text, Reading), *amounts(text, Reading), *pregnancy(text, Reading)]


Values = Iterator[tuple[float, int]]


Range = tuple[float, float]

# What a living person can have; a value outside is a number of something else.
_CELSIUS: Final[Range] = (25, 44)
_BODY: Final[Range] = (35, 42.5)  # of a number that nothing names
_FAHRENHEIT: Final[Range] = (90, 112)
_SYSTOLIC_NAMED: Final[Range] = (40, 300)
_DIASTOLIC_NAMED: Final[Range] = (15, 200)
_SYSTOLIC_BARE: Final[Range] = (60, 280)
_DIASTOLIC_BARE: Final[Range] = (35, 160)
_SYSTOLIC_CM: Final[Range] = (5, 30)  # centimetres of mercury, as French cuffs are read aloud
_DIASTOLIC_CM: Final[Range] = (2, 20)
_APART: Final = 10  # mmHg between the two, or "80/75" is a fraction
_BEATS_A_MINUTE: Final[Range] = (15, 300)
_SATURATION: Final[Range] = (30, 100)
_FRACTION: Final[Range] = (0.3, 1)
_MGDL: Final[Range] = (5, 2000)
_MMOL_TO_MGDL: Final = 18.016
_MOST_MMOL: Final = 40
_MOST_GRAMS: Final = 1  # per litre, of a value without unit; up to the least mmol/L only if it has decimals
_LEAST_MMOL: Final = 3.5
_READS_HIGH, _READS_LOW = 601.0, 19.0  # beyond what a meter can show


def _in(value: float, bounds: Range) -> bool:
    return bounds[0] <= value <= bounds[1]


def _numbers(found: re.Match[str]) -> list[float]:
    return [float(part) for part in found.groups() if part and part[0].isdigit()]


def _temperature(flat: str) -> Values:
    for pattern in (_TEMPERATURE, _DEGREES, _BARE):
        for found in pattern.finditer(flat):
            value = _numbers(found)[0]
            named = found.groupdict()
            unit = (named.get("unit") or named.get("bare") or "")[:1]
            if unit == "f" or (unit != "c" and _in(value, _FAHRENHEIT)):
                value = (value - 32) * 5 / 9
            if _in(value, _BODY if pattern is _BARE else _CELSIUS) and not _WEATHER.match(flat, found.end()):
                yield round(value, 2), found.start()


def _pressures(flat: str) -> Iterator[tuple[float, float | None, int]]:
    for found in _PRESSURE.finditer(flat):
        systolic, diastolic = _numbers(found)[:2]
        if found[1] is not None or found[3] is not None:  # by name or by unit
            if _in(systolic, _SYSTOLIC_CM) and _in(diastolic, _DIASTOLIC_CM):
                systolic, diastolic = systolic * 10, diastolic * 10
            fits = _in(systolic, _SYSTOLIC_NAMED) and _in(diastolic, _DIASTOLIC_NAMED) and systolic > diastolic
        else:
            fits = _in(systolic, _SYSTOLIC_BARE) and _in(diastolic, _DIASTOLIC_BARE) and systolic >= diastolic + _APART
        if fits:
            yield systolic, diastolic, found.start()
    for found in _SYSTOLIC.finditer(flat):
        value = _numbers(found)[0]
        if _in(value, _SYSTOLIC_CM) and found[0].startswith(("t", "p")):
            value *= 10
        if _in(value, _SYSTOLIC_NAMED):
            yield value, None, found.start()


def _between(bounds: Range, *patterns: re.Pattern[str]) -> Callable[[str], Values]:
    def read(flat: str) -> Values:
        for pattern in patterns:
            for found in pattern.finditer(flat):
                value = _numbers(found)[0]
                if _in(value, bounds):
                    yield value, found.start()

    return read


def _oxygen(flat: str) -> Values:
    for pattern in (_OXYGEN, _OXYGEN_AFTER):
        for found in pattern.finditer(flat):
            value = _numbers(found)[0]
            if _in(value, _FRACTION):
                value *= 100
            if found.groupdict().get("tens") and value % 10 == 0:
                value += 5  # "in the 80s"
            if _in(value, _SATURATION):
                yield value, found.start()


def _glucose(flat: str) -> Values:
    for pattern in (_SUGAR, _SUGAR_AFTER):
        for found in pattern.finditer(flat):
            value = _sugar(_numbers(found)[0], found["unit"] or "")
            if _in(value, _MGDL):
                yield value, found.start()
    for found in _SUGAR_HIGH.finditer(flat):
        yield (_READS_HIGH if found["word"].startswith("h") else _READS_LOW), found.start()


def _sugar(value: float, unit: str) -> float:
    if unit.startswith("mg"):
        return value
    if unit.startswith("g") or (not unit and (value < _MOST_GRAMS or (value < _LEAST_MMOL and value % 1))):
        return value * 100
    return value * _MMOL_TO_MGDL if unit or value <= _MOST_MMOL else value


_READERS: Final[Mapping[str, Callable[[str], Values]]] = {
    "temperature": _temperature,
    "heart_rate": _between(_BEATS_A_MINUTE, _HEART, _BEATS),
    "oxygen": _oxygen,
    "breathing_rate": _between((4, 110), _BREATHS),
    "glucose": _glucose,
    "ketones": _between((0.1, 30), _KETONES),
    "gcs": _between((3, 15), _GCS),
}

_PRESSURES: Final = "pressures"


def _begins(names: str) -> frozenset[str]:
    """Give the first words of an expression's *names*."""
    firsts = [name.split()[0] for name in names.removeprefix("(?:").removesuffix(")").split("|")]
    return frozenset(word for first in firsts for word in (first.removesuffix("s?"), first.replace("?", "")))


# Nothing is read without one of these words or signs: searching costs many times more than asking whether they are there.
_NEEDS: Final[Mapping[str, frozenset[str]]] = {
    "temperature": _begins(_TEMPERATURE_NAMES) | {"°", "degree", "degrees", "degre", "degres", "c", "f"},
    "heart_rate": _begins(_HEART_NAMES)
    | {"bpm", "b", "beat", "beats", "battement", "battements", "pulsations", "bat", "puls"},
    "oxygen": _begins(_OXYGEN_NAMES) | {"%"},
    "breathing_rate": _begins(_BREATH_NAMES)
    | {"breath", "breaths", "respiration", "respirations", "resp", "resps", "cycles", "mouvements", "fois"},
    "glucose": _begins(_SUGAR_NAMES) | {"mmol", "mg", "g"},
    "ketones": frozenset(
        {
            "ketone", "ketones", "cetone", "cetones", "ketonemia", "cetonemie", "ketonaemia", "acetone", "corps", "cetonurie", "beta",
            "bhb",
        }
    ),
    "gcs": frozenset({"gcs", "glasgow", "score", "coma"}),
    _PRESSURES: _begins(_PRESSURE_NAMES) | {"systolic", "systolique", "sbp", "pas", "/", "sur", "over"},
}  # fmt: skip


# Units that are read although another word runs on from them: "28 degreesC", "190 battementsmin".
_RUN_ON: Final[Mapping[str, tuple[str, ...]]] = {
    "temperature": ("degre",),
    "heart_rate": ("beat", "battement"),
    "breathing_rate": ("breath", "resp", "cycle"),
}


def _asked(text: Words) -> Collection[str]:
    """Give the readers that may find something."""
    if not all(map(str.isalnum, text.words)):  # a code or a sign may hide one of the words
        return _NEEDS
    said = {*text.words, *(sign for sign in "°%/" if sign in text.flat)}
    asked = {name for name, needed in _NEEDS.items() if not needed.isdisjoint(said)}
    for name, begins in _RUN_ON.items():
        if any(word.startswith(begins) for word in text.words):
            asked.add(name)
    if any(value is not None and (_in(value, _BODY) or _in(value, _FAHRENHEIT)) for value in text.values):
        asked.add("temperature")  # which nothing need name
    return asked
