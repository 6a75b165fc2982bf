"""Reads how old somebody is, and how far along a pregnancy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.guardrails.reading.counted import DAYS, HOURS, MONTHS, OLD, SINCE, WEEKS, YEARS, Make, R, numbers, unit_after
from bot.guardrails.reading.normal import Words

_DAYS_A_YEAR: Final = 365.25
_WEEKS_A_MONTH: Final = 4.345
_BEFORE: Final = 3  # words before a number that may say whose age it is
_ABOUT_PREGNANCY: Final = 6
_ASKED: Final = 8  # words between « quel âge » and the answer
_MAY_BE_FEVER: Final = range(36, 43)
_ABOUT_AGE: Final = frozenset({"about", "almost", "just", "nearly", "now", "only"})
_GOES_ON: Final = frozenset({"and", "but", "he", "i", "now", "she", "so", "with"})
_NOTE_START: Final = 3  # "78F with…" opens a note; further on, "3 f" is something else
_WEEKS_PREGNANT: Final = (2, 44)
_MONTHS_PREGNANT: Final = (1, 9)
_YOUNG: Final = frozenset(
    [
        "age",
        "agee",
        "ans",
        "baby",
        "bebe",
        "boy",
        "daughter",
        "enfant",
        "fille",
        "fillette",
        "fils",
        "garcon",
        "girl",
        "infant",
        "ne",
        "nee",
        "newborn",
        "nourrisson",
        "nouveau",
        "petit",
        "petite",
        "son",
        "toddler",
        "twin",
        "twins",
    ]
)
_PREGNANT: Final = frozenset(
    [
        "along",
        "amenorrhee",
        "enceinte",
        "enceintes",
        "g",
        "gestation",
        "gestational",
        "grossesse",
        "preggers",
        "pregnancy",
        "pregnant",
    ]
)


@dataclass(frozen=True, slots=True)
class _Unit:
    """One unit of age."""

    words: frozenset[str]
    days: float
    most: float  # beyond this it counts something else


_UNITS: Final = (
    _Unit(YEARS, _DAYS_A_YEAR, 115),
    _Unit(MONTHS, 30.44, 36),
    _Unit(WEEKS, 7, 60),
    _Unit(DAYS, 1, 120),
)


def ages(text: Words, make: Make[R]) -> Iterator[R]:
    """Read ages; the age of the one spoken of may be any of those said."""
    for place, value in numbers(text):
        days = _age(text, place, value)
        if days is not None:
            yield make("age_years", days / _DAYS_A_YEAR, place)
            yield make("age_days", days, place)


def _age(text: Words, place: int, value: float) -> float | None:
    unit, after = unit_after(text, place)
    for one in _UNITS:
        if unit in one.words and 0 < value <= one.most and _is_age(text.words, place, after):
            return value * one.days
    if _day_of_life(text.words, place, after):
        return value
    whole = 0 < value <= _UNITS[0].most and not value % 1
    if whole and (_bare_age(text.words, place, unit) or _said_of(text, place, value) or _answers(text, place)):
        return value * _DAYS_A_YEAR
    return None


def _said_of(text: Words, place: int, value: float) -> bool:
    """Such as "he's 74, …", "she's only two."; "he's 39" may be a fever."""
    before = place - 1
    while before > 0 and text.words[before] in _ABOUT_AGE:
        before -= 1
    if before < 1 or text.words[before] not in {"is", "am"} or text.words[before - 1] not in {"he", "i", "she"}:
        return False
    after = text.after.get(place, place + 1)
    ends = after >= text.limits[place] or text.clauses[after] != text.clauses[place] or text.words[after] in _GOES_ON
    return ends and value not in _MAY_BE_FEVER


def _answers(text: Words, place: int) -> bool:
    """Such as "How old is he? Fifty-eight.", « Quel âge ? 3 ans »."""
    for asked in range(max(0, place - _ASKED), place - 1):
        question = text.sentences[asked]
        said = text.words[asked : asked + 2] in (["how", "old"], ["quel", "age"])
        if said and question in text.questions and question + 1 == text.sentences[place]:
            return True
    return False


def _is_age(words: Sequence[str], place: int, after: int) -> bool:
    unit = words[after - 1]
    follows = words[after] if after < len(words) else ""
    if unit == "yo" or follows in OLD:
        return True
    near = set(words[max(0, place - _BEFORE) : place])
    before = words[place - 1] if place else ""
    if before in {"age", "agee", "aged"}:
        return True
    if SINCE & near or (before == "a" and "y" in near) or (unit != "ans" and follows == "ago"):
        return False
    if unit == "ans":
        return True
    return (unit not in {*DAYS, "an", "annees"} and bool(_YOUNG & near)) or "born" in near


def _day_of_life(words: Sequence[str], place: int, after: int) -> bool:
    """Such as "day 5 of life", « 3 jours de vie »."""
    near = {*words[max(0, place - 1) : place], words[after - 1] if after <= len(words) else ""}
    tail = list(words[place + 1 : place + 4])
    return bool(near & {*DAYS, "j"}) and (
        tail[:2] in (["of", "life"], ["de", "vie"]) or tail[1:] in (["of", "life"], ["de", "vie"])
    )


def _bare_age(words: Sequence[str], place: int, unit: str) -> bool:
    """Such as "78F", "54 M with", "aged 80"."""
    before = words[place - 1] if place else ""
    if before in {"aged", "agee"} or (before == "age" and unit not in HOURS):
        return True
    if unit in {"f", "m"}:
        return place <= _NOTE_START or before in {"a", "an", "the", "is", "i", "am"}
    return unit in {"male", "female", "man", "woman"} and before in {"a", "an", "", "old"}


def pregnancy(text: Words, make: Make[R]) -> Iterator[R]:
    """Read how many weeks a pregnancy has lasted."""
    words = text.words
    for place, value in numbers(text):
        unit, after = unit_after(text, place)
        near = {*words[max(0, place - _ABOUT_PREGNANCY) : place], *words[after : after + 4]}
        weeks = (unit in WEEKS and near & _PREGNANT) or unit in {"sa", "wg"}
        if weeks and _WEEKS_PREGNANT[0] <= value <= _WEEKS_PREGNANT[1]:
            yield make("weeks_pregnant", value, place)
        elif unit in MONTHS and near & _PREGNANT and _MONTHS_PREGNANT[0] <= value <= _MONTHS_PREGNANT[1]:
            yield make("weeks_pregnant", value * _WEEKS_A_MONTH, place)
