"""Ages, durations, amounts and weeks of pregnancy: numbers that stand before what they count."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeVar

from bot.guardrails.reading.normal import Words

R = TypeVar("R")
Make = Callable[[str, float, int], R]

_HOURS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("minute", "minutes", "min", "mins", "mn"), 1 / 60),
    **dict.fromkeys(("heure", "heures", "h", "hour", "hours", "hr", "hrs"), 1.0),
    **dict.fromkeys(("jour", "jours", "j", "day", "days", "d", "nuit", "nuits", "night", "nights"), 24.0),
    **dict.fromkeys(("semaine", "semaines", "sem", "week", "weeks", "wk", "wks"), 168.0),
    **dict.fromkeys(("mois", "month", "months", "mo"), 730.0),
    **dict.fromkeys(("an", "ans", "annee", "annees", "year", "years", "yr", "yrs"), 8766.0),
}
_YEARS: Final = frozenset(["ans", "an", "years", "year", "yrs", "yr", "yo", "y", "annees", "printemps"])
_MONTHS: Final = frozenset(["mois", "months", "month", "mo", "mos", "mth", "mths"])
_WEEKS: Final = frozenset(["semaines", "semaine", "weeks", "week", "wk", "wks"])
_DAYS: Final = frozenset(["jours", "jour", "days", "day"])
_OLD: Final = frozenset(["old", "o", "age", "agee", "aged"])
_SINCE: Final = frozenset(
    [
        "depuis",
        "for",
        "since",
        "pendant",
        "over",
        "past",
        "last",
        "durant",
        "lasting",
        "lasted",
        "dure",
        "fait",
        "within",
        "during",
    ]
)
_YOUNG: Final = frozenset(
    [
        "nourrisson",
        "bebe",
        "fils",
        "fille",
        "garcon",
        "enfant",
        "baby",
        "infant",
        "newborn",
        "son",
        "daughter",
        "ne",
        "nee",
        "age",
        "agee",
        "ans",
        "petit",
        "petite",
        "fillette",
        "nouveau",
        "toddler",
        "twin",
        "twins",
        "boy",
        "girl",
    ]
)
_PIECES: Final = frozenset(
    [
        "comprime",
        "comprimes",
        "cachet",
        "cachets",
        "gelule",
        "gelules",
        "pilule",
        "pilules",
        "tablet",
        "tablets",
        "tab",
        "tabs",
        "pill",
        "pills",
        "capsule",
        "capsules",
        "caps",
        "cp",
        "cps",
        "paracetamol",
        "paracetamols",
        "doliprane",
        "dolipranes",
        "efferalgan",
        "ibuprofen",
        "ibuprofene",
        "advil",
        "tylenol",
        "acetaminophen",
        "aspirin",
        "aspirine",
        "aspirins",
        "xanax",
        "valium",
        "lexomil",
        "sertraline",
        "plaquette",
        "plaquettes",
        "boite",
        "boites",
        "pack",
        "packs",
        "packet",
        "packets",
        "strip",
        "strips",
        "blister",
        "blisters",
        "box",
        "boxes",
        "bottle",
        "bottles",
        "gummies",
        "pods",
        "sachets",
        "doses",
        "patches",
        "patchs",
        "nurofen",
        "panadol",
        "codeine",
        "tramadol",
    ]
)
_PACKED: Final = frozenset(
    [
        "plaquette",
        "plaquettes",
        "boite",
        "boites",
        "pack",
        "packs",
        "packet",
        "packets",
        "strip",
        "strips",
        "blister",
        "blisters",
        "box",
        "boxes",
        "bottle",
        "bottles",
    ]
)
_SMALL: Final = frozenset(
    [
        "of",
        "de",
        "d",
        "mg",
        "g",
        "milligrams",
        "milligrammes",
        "extra",
        "strength",
        "the",
        "les",
        "des",
        "my",
        "mes",
        "ses",
        "her",
        "his",
        "ou",
        "or",
        "and",
        "et",
        "more",
        "plus",
        "full",
        "whole",
        "entire",
        "pleines",
        "entieres",
    ]
)
_PER_PACK: Final = 10.0


def ages(text: Words, make: Make[R]) -> Iterator[R]:
    """Read ages; the age of the one spoken of may be any of those said."""
    words = text.words
    for place, value in _numbers(text):
        unit, after = _unit(words, place)
        before = words[place - 1] if place else ""
        if unit in _YEARS and 0 < value < 115 and _is_age(words, place, after, before):
            yield make("age_years", value, place)
            yield make("age_days", value * 365.25, place)
        elif unit in _MONTHS and value <= 36 and _is_age(words, place, after, before):
            yield make("age_years", value / 12, place)
            yield make("age_days", value * 30.44, place)
        elif unit in _WEEKS and value <= 60 and _is_age(words, place, after, before):
            yield make("age_years", value / 52.18, place)
            yield make("age_days", value * 7, place)
        elif (unit in _DAYS and value <= 120 and _is_age(words, place, after, before)) or _day_of_life(words, place):
            yield make("age_years", value / 365.25, place)
            yield make("age_days", value, place)
        elif _bare_age(words, place, value, unit, before):
            yield make("age_years", value, place)
            yield make("age_days", value * 365.25, place)


def _numbers(text: Words) -> Iterator[tuple[int, float]]:
    for place, value in enumerate(text.values):
        if value is not None:
            yield place, value
        elif text.words[place] in {"un", "une", "one"} or (
            text.words[place] in {"a", "an"}
            and text.words[place + 1 : place + 2]
            and text.words[place + 1] in _HOURS
            and len(text.words[place + 1]) > 2
        ):
            yield place, 1.0


def _unit(words: list[str], place: int) -> tuple[str, int]:
    """Give the unit after a number of one or more words ("trente cinq ans"), and the place after it."""
    after = place + 1
    while (
        after < len(words)
        and after - place <= 3
        and words[after]
        in {
            "et",
            "cinq",
            "deux",
            "trois",
            "quatre",
            "six",
            "sept",
            "huit",
            "neuf",
            "five",
            "two",
            "three",
            "four",
            "seven",
            "eight",
            "nine",
            "un",
            "one",
            "dix",
            "douze",
            "quinze",
            "seize",
        }
    ):
        after += 1
    return (words[after] if after < len(words) else ""), after + 1


def _is_age(words: list[str], place: int, after: int, before: str) -> bool:
    unit = words[after - 1]
    if unit in {"yo"} or (words[after : after + 1] and words[after] in _OLD):
        return True
    if unit == "y" and words[after : after + 1] == ["o"]:
        return True
    if (before in {"age", "agee", "aged", "de"} and unit not in _HOURS_ONLY) or (
        before in {"a", "ai", "avait"} and unit in _YEARS and words[place - 2 : place - 1] != ["y"]
    ):
        return before != "de" or unit in _YEARS or bool(_YOUNG & set(words[max(0, place - 4) : place]))
    if unit == "ans" and before not in _SINCE and words[max(0, place - 3) : place] != ["il", "y", "a"]:
        return "y" not in words[max(0, place - 2) : place] and "depuis" not in words[max(0, place - 3) : place]
    return (
        bool(_YOUNG & set(words[max(0, place - 3) : place]))
        and not _SINCE & set(words[max(0, place - 3) : place])
        and unit not in {"jour", "jours", "day", "days", "an"}
    ) or "born" in words[max(0, place - 2) : place]


_HOURS_ONLY: Final = frozenset({"h", "hour", "hours", "heure", "heures", "min", "minutes"})


def _day_of_life(words: list[str], place: int) -> bool:
    near = words[max(0, place - 2) : place]
    return ("day" in near or "jour" in near or "j" in near) and words[place + 1 : place + 3] in (
        ["of", "life"],
        ["de", "vie"],
    )


def _bare_age(words: list[str], place: int, value: float, unit: str, before: str) -> bool:
    """ "78F", "54 M with", "aged 80"."""
    if not 0 < value < 115 or value % 1:
        return False
    if before in {"aged", "agee"} or (before == "age" and unit not in _HOURS):
        return True
    if unit in {"f", "m"} and (place <= 3 or before in {"a", "an", "the", "is", "i", "am"}):
        return value >= 1 and words[place + 2 : place + 3] != ["/"]
    return unit in {"male", "female", "man", "woman"} and before in {"a", "an", "", "old"}


def durations(text: Words, make: Make[R]) -> Iterator[R]:
    """Read how long something has lasted; the longest said counts."""
    words = text.words
    longest: tuple[float, int] | None = None
    for place, value in _numbers(text):
        unit, after = _unit(words, place)
        hours = _HOURS.get(unit)
        if hours is None or (words[after : after + 1] and words[after] in _OLD):
            continue
        if len(unit) == 1 and not _SINCE & set(words[max(0, place - 2) : place]):
            continue
        if _lasts(words, place, after) and (longest is None or value * hours > longest[0]):
            longest = (value * hours, place)
    said = _said_durations(text)
    if said is not None and (longest is None or said[0] > longest[0]):
        longest = said
    if longest is not None:
        yield make("duration_hours", longest[0], longest[1])


def _lasts(words: list[str], place: int, after: int) -> bool:
    before = words[max(0, place - 4) : place]
    if _SINCE & set(before) or before[-3:] == ["il", "y", "a"] or before[-1:] == ["day"]:
        return True
    return words[after : after + 1] in (["ago"], ["now"], ["history"], ["straight"], ["running"]) or (
        words[after : after + 1] == ["of"] and words[after + 1 : after + 2] != ["life"]
    )


_SAID: Final[Mapping[tuple[str, ...], float]] = {
    ("since", "yesterday"): 24.0,
    ("depuis", "hier"): 24.0,
    ("since", "last", "night"): 12.0,
    ("depuis", "ce", "matin"): 6.0,
    ("since", "this", "morning"): 6.0,
    ("all", "day"): 10.0,
    ("toute", "la", "journee"): 10.0,
    ("all", "night"): 8.0,
    ("toute", "la", "nuit"): 8.0,
    ("depuis", "avant", "hier"): 48.0,
    ("few", "days"): 72.0,
    ("several", "days"): 96.0,
    ("quelques", "jours"): 72.0,
    ("plusieurs", "jours"): 96.0,
    ("several", "weeks"): 500.0,
    ("few", "weeks"): 500.0,
    ("plusieurs", "semaines"): 500.0,
    ("quelques", "semaines"): 500.0,
    ("for", "weeks"): 400.0,
    ("for", "days"): 72.0,
    ("for", "months"): 2200.0,
    ("for", "hours"): 4.0,
    ("depuis", "des", "heures"): 4.0,
    ("depuis", "des", "jours"): 72.0,
    ("depuis", "des", "semaines"): 400.0,
    ("depuis", "des", "mois"): 2200.0,
    ("plusieurs", "mois"): 2200.0,
    ("several", "months"): 2200.0,
    ("few", "hours"): 3.0,
    ("quelques", "heures"): 3.0,
    ("couple", "of", "days"): 48.0,
    ("couple", "of", "hours"): 2.0,
    ("couple", "of", "weeks"): 336.0,
    ("half", "an", "hour"): 0.5,
    ("demi", "heure"): 0.5,
}
_FIRST: Final = frozenset(said[0] for said in _SAID)


def _said_durations(text: Words) -> tuple[float, int] | None:
    words = text.words
    best: tuple[float, int] | None = None
    for place, word in enumerate(words):
        if word in _FIRST:
            for size in (2, 3):
                hours = _SAID.get(tuple(words[place : place + size]))
                if hours is not None and (best is None or hours > best[0]):
                    best = (hours, place)
    return best


def amounts(text: Words, make: Make[R]) -> Iterator[R]:
    """Read how many pieces were taken; the largest said counts."""
    words = text.words
    best: tuple[float, int] | None = None
    for place, value in _numbers(text):
        if not 0 < value <= 1000 or (value % 1 and value != 0.5):
            continue
        for ahead in range(place + 1, min(place + 6, len(words))):
            word = words[ahead]
            if word in _PIECES and text.clauses[ahead] == text.clauses[place]:
                if words[place + 1] in {"mg", "g", "milligrams", "milligrammes", "gr", "ml"}:
                    break
                pieces = value * _PER_PACK if word in _PACKED else value
                if best is None or pieces > best[0]:
                    best = (pieces, place)
                break
            if word not in _SMALL and text.values[ahead] is None and ahead - place > 2:
                break
    if best is not None:
        yield make("amount", best[0], best[1])


def pregnancy(text: Words, make: Make[R]) -> Iterator[R]:
    """Read how many weeks a pregnancy has lasted."""
    words = text.words
    for place, value in _numbers(text):
        unit = words[place + 1] if place + 1 < len(words) else ""
        near = set(words[max(0, place - 6) : place]) | set(words[place + 1 : place + 5])
        if (unit in {"sa", "wg"} and 3 <= value <= 44) or (unit in _WEEKS and 2 <= value <= 44 and near & _PREGNANT):
            yield make("weeks_pregnant", value, place)
        elif unit in _MONTHS and 1 <= value <= 9 and near & _PREGNANT:
            yield make("weeks_pregnant", value * 4.345, place)


_PREGNANT: Final = frozenset(
    [
        "pregnant",
        "pregnancy",
        "enceinte",
        "enceintes",
        "grossesse",
        "gestation",
        "amenorrhee",
        "gestational",
        "along",
        "preggers",
        "g",
    ]
)
