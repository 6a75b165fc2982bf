"""Which numbers are of ordinary life: the minutes of a walk, the cups of a recipe, the questions an answer lists.

Nobody vouches for them and nobody need to. Whatever speaks of a result, of a medicine, of other people or of what is to
come is none of them: there every number must still be known.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from bot.guardrails.after.numbers import Number
from bot.guardrails.after.passages import PAIR, Passage

_MOST_LISTED: Final = 20  # questions, names, lines
_MOST_PORTIONS: Final = 10
_KITCHEN: Final = 4  # words of the kitchen that make an answer a recipe
_DONE: Final = 2  # of them, what is done and in what: a list of healthy foods is no recipe
_COOKED: Final = frozenset({"", "g", "kg", "mL", "L", "cL", "cup", "cm", "min", "h", "s", "d", "Cel", "[degF]", "x"})
_MOST: Final = {"s": 90, "min": 60, "h": 14, "d": 14, "wk": 12, "mo": 12, "a": 5}  # of a time that is no forecast
_CLOCK: Final = frozenset({"s", "min", "h"})
_STOPS: Final = re.compile(r"\W*(?:[,:.]|$)")
_DAY: Final = 24
_BEHIND: Final = re.compile(r" (?:derni\w+|last|past|full|whole|bonnes?|petite?s?|longue?s?|good|long) ([a-z]+)")
_SPANS: Final = {
    "min": ("min",),
    "h": ("heure", "hour"),
    "d": ("jour", "day"),
    "wk": ("semaine", "week"),
    "mo": ("mois", "month"),
}
_CLOCK_AT: Final = re.compile(r"\b(?:a|vers|avant|apres|des|jusqu'a|pour|at|around|about|before|after|until|by) $")
_BESIDE: Final = 20  # characters
_NEAR: Final = 60  # characters


class Everyday:
    """Judges the numbers of one answer that nothing vouches for."""

    def __init__(self, text: str, lists: Mapping[str, re.Pattern[str]]) -> None:
        self._lists = lists
        self._text = text
        self._cooks: bool | None = None
        self._part = re.compile(rf"[ -]?(?:{lists['everyday_parts'].pattern})")
        self._own = re.compile(rf"[ -](?:{lists['everyday_own'].pattern})")
        self._here = re.compile(rf"{lists['everyday_here'].pattern}$")
        self._portions = re.compile(rf" (?:{lists['everyday_portions'].pattern})")

    def holds(self, number: Number, sentence: Passage) -> bool:
        """Say whether *number* is of ordinary life where it stands."""
        before, after = _around(number, sentence)
        if not number.unit and self._is_listed(number, before, after):
            return True
        near = f"{before}{number.printed}{number.unit}{after}"
        if sentence.named:
            return False
        if number.unit in _COOKED and self._is_recipe() and not self._lists["recipe_not"].search(near):
            return True
        hour = self._is_hour(number, before) and not self._lists["recipe_not"].search(near)
        if hour and self._lists["everyday_hours"].search(near):
            return True
        if number.kind == "time" or self._lists["everyday_not"].search(near) or self._is_norm(before, after):
            return False
        if number.unit in {"", "cup"} and _is_at_most(number, _MOST_PORTIONS) and self._is_portion(number, after):
            return True
        return self._is_time(number, sentence)

    def is_part(self, number: Number, sentence: Passage) -> bool:
        """Say whether a half or a quarter is one of an hour, a page or a lemon, and not of a result."""
        before, after = _around(number, sentence)
        if self._is_recipe() and not sentence.named and not self._lists["recipe_not"].search(before + after):
            return True
        if self._lists["everyday_not"].search(before + after) or self._is_norm(before, after):
            return False
        return self._part.match(after) is not None

    @staticmethod
    def _is_hour(number: Number, before: str) -> bool:
        """Say whether a number is an hour of the day: "at 4 pm", « vers 20 h »."""
        told = number.unit == "h" and _is_at_most(number, _DAY) and _CLOCK_AT.search(before)
        return number.kind == "time" or bool(told)

    def _is_norm(self, before: str, after: str) -> bool:
        """Say whether a number is told as what is good for one's health: "eight glasses a day"."""
        return self._lists["everyday_norm"].search(f"{before[-_BESIDE:]} | {after[:_BESIDE]}") is not None

    def _is_listed(self, number: Number, before: str, after: str) -> bool:
        if not _is_at_most(number, _MOST_LISTED):
            return False
        told = self._here.search(before) and _STOPS.match(after)
        return bool(told or self._own.match(after))

    def _is_portion(self, number: Number, after: str) -> bool:
        return number.unit == "cup" or self._portions.match(after) is not None

    def _is_recipe(self) -> bool:
        """Say whether the whole answer is about cooking: its sentences need not say so each."""
        if self._cooks is None:
            done = set(self._lists["cooking"].findall(self._text))
            food = set(self._lists["food"].findall(self._text)) if len(done) >= _DONE else set[str]()
            self._cooks = len(done) >= _DONE and len(done | food) >= _KITCHEN
        return self._cooks

    def _is_time(self, number: Number, sentence: Passage) -> bool:
        unit = number.unit or _unit_of_range(number, sentence) or _unit_behind(_around(number, sentence)[1])
        if unit not in _MOST or not _is_at_most(number, _MOST[unit]):
            return False
        return bool(self._lists["everyday_times" if unit in _CLOCK else "everyday_looked_back"].search(sentence.text))


def _around(number: Number, sentence: Passage) -> tuple[str, str]:
    start, end = number.start - sentence.start, number.end - sentence.start
    return sentence.text[max(0, start - _NEAR) : start], sentence.text[end : end + _NEAR]


def _is_at_most(number: Number, most: int) -> bool:
    return bool(number.readings) and max(number.readings) <= Decimal(most)


def _unit_behind(after: str) -> str:
    """Give the unit that stands after one more word: « les six derniers mois »."""
    found = _BEHIND.match(after)
    return next((unit for unit, words in _SPANS.items() if found and found[1].startswith(words)), "")


def _unit_of_range(number: Number, sentence: Passage) -> str:
    """Give the unit that stands only at the far end: of the eight in "8 to 12 hours"."""
    for following in sentence.numbers:
        between = sentence.text[number.end - sentence.start : following.start - sentence.start]
        if following.start >= number.end and PAIR.fullmatch(between):
            return following.unit
    return ""
