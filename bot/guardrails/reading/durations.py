"""Reads how long something has lasted; the longest said counts."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.guardrails.reading.counted import HOURS, OLD, SINCE, Make, R, numbers, unit_after
from bot.guardrails.reading.normal import Words

_BEFORE: Final = 4  # words before a number that may say it is a duration
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
_SIZES: Final = sorted({len(said) for said in _SAID})


def durations(text: Words, make: Make[R]) -> Iterator[R]:
    """Give the longest duration that *text* says."""
    said = [*_counted(text), *_said(text)]
    if said:
        hours, place = max(said)
        yield make("duration_hours", hours, place)


def _counted(text: Words) -> Iterator[tuple[float, int]]:
    words = text.words
    for place, value in numbers(text):
        unit, after = unit_after(text, place)
        hours = HOURS.get(unit)
        if hours is None or (after < len(words) and words[after] in OLD):
            continue
        near = words[max(0, place - _BEFORE) : place]
        if (len(unit) > 1 and _lasts(near, words[after : after + 2])) or SINCE.intersection(near[-2:]):
            yield value * hours, place


def _lasts(before: Sequence[str], follows: Sequence[str]) -> bool:
    if SINCE.intersection(before) or before[-3:] == ["il", "y", "a"] or before[-1:] == ["day"]:
        return True
    first = follows[0] if follows else ""
    return first in {"ago", "now", "history", "straight", "running"} or (first == "of" and follows != ["of", "life"])


def _said(text: Words) -> Iterator[tuple[float, int]]:
    words = text.words
    for place, word in enumerate(words):
        if word in _FIRST:
            for size in _SIZES:
                hours = _SAID.get(tuple(words[place : place + size]))
                if hours is not None:
                    yield hours, place
