"""Reads how many tablets and the like somebody speaks of; the largest number said counts."""

from collections.abc import Iterator
from typing import Final

from bot.guardrails.reading.counted import Make, R, numbers
from bot.guardrails.reading.normal import Words

_PER_PACK: Final = 10.0  # the fewest that a packet usually holds
_MOST: Final = 1000
_AHEAD: Final = 6  # words after a number in which the thing counted may stand
_FREE: Final = 2  # of them may be any word: "twenty of her heart pills"
_PACKED: Final = frozenset(
    [
        "blister",
        "blisters",
        "boite",
        "boites",
        "bottle",
        "bottles",
        "box",
        "boxes",
        "pack",
        "packet",
        "packets",
        "packs",
        "plaquette",
        "plaquettes",
        "strip",
        "strips",
    ]
)
_PIECES: Final = frozenset(
    [
        "acetaminophen",
        "advil",
        "aspirin",
        "aspirine",
        "aspirins",
        "cachet",
        "cachets",
        "caps",
        "capsule",
        "capsules",
        "codeine",
        "comprime",
        "comprimes",
        "cp",
        "cps",
        "doliprane",
        "dolipranes",
        "doses",
        "efferalgan",
        "gelule",
        "gelules",
        "gummies",
        "ibuprofen",
        "ibuprofene",
        "lexomil",
        "nurofen",
        "panadol",
        "paracetamol",
        "paracetamols",
        "patches",
        "patchs",
        "pill",
        "pills",
        "pilule",
        "pilules",
        "pods",
        "sachets",
        "sertraline",
        "tab",
        "tablet",
        "tablets",
        "tabs",
        "tramadol",
        "tylenol",
        "valium",
        "xanax",
    ]
)
_SMALL: Final = frozenset(
    [
        "and",
        "d",
        "de",
        "des",
        "entieres",
        "entire",
        "et",
        "extra",
        "full",
        "g",
        "her",
        "his",
        "les",
        "mes",
        "mg",
        "milligrammes",
        "milligrams",
        "more",
        "my",
        "of",
        "or",
        "ou",
        "pleines",
        "plus",
        "ses",
        "strength",
        "the",
        "whole",
    ]
)
_DOSES: Final = frozenset({"mg", "g", "gr", "ml", "milligrams", "milligrammes"})


def amounts(text: Words, make: Make[R]) -> Iterator[R]:
    """Give the largest number of pieces that *text* says."""
    said = [(pieces, place) for place, value in numbers(text) if (pieces := _pieces(text, place, value)) is not None]
    if said:
        pieces, place = max(said)
        yield make("amount", pieces, place)


def _pieces(text: Words, place: int, value: float) -> float | None:
    words = text.words
    start = text.after.get(place, place + 1)
    if not 0 < value <= _MOST or start >= len(words) or words[start] in _DOSES:
        return None
    for ahead in range(start, min(start + _AHEAD - 1, len(words))):
        if text.clauses[ahead] != text.clauses[place]:
            return None
        if words[ahead] in _PACKED:
            return value * _PER_PACK
        if words[ahead] in _PIECES:
            return value
        if words[ahead] not in _SMALL and text.values[ahead] is None and ahead - start >= _FREE:
            return None
    return None
