"""Numbers written in words: "twenty five", « soixante-douze », « trente-neuf et demi », "two hundred and ten"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 8  # words of one number

_ONES: Final[Mapping[str, int]] = {
    **{word: place + 2 for place, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine"])},
    **{
        word: place + 2 for place, word in enumerate(["deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf"])
    },
}
_ONE: Final = frozenset({"un", "une", "one"})  # articles as often as numbers: never the start of one
_TEENS: Final[Mapping[str, int]] = {
    **{
        word: place + 10
        for place, word in enumerate(
            [
                "ten",
                "eleven",
                "twelve",
                "thirteen",
                "fourteen",
                "fifteen",
                "sixteen",
                "seventeen",
                "eighteen",
                "nineteen",
            ]
        )
    },
    **{
        word: place + 10 for place, word in enumerate(["dix", "onze", "douze", "treize", "quatorze", "quinze", "seize"])
    },
}
_TENS: Final[Mapping[str, int]] = {
    **{
        word: 10 * (place + 2)
        for place, word in enumerate(["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"])
    },
    **{word: 10 * (place + 2) for place, word in enumerate(["vingt", "trente", "quarante", "cinquante", "soixante"])},
    "septante": 70,
    "octante": 80,
    "huitante": 80,
    "nonante": 90,
}
_HUNDREDS: Final = frozenset({"cent", "cents", "hundred"})
_ABOUT: Final[Mapping[str, int]] = {
    "dizaine": 10, "quinzaine": 15, "vingtaine": 20, "trentaine": 30, "quarantaine": 40, "cinquantaine": 50,
    "soixantaine": 60, "centaine": 100, "dozen": 12, "douzaine": 12,
}  # fmt: skip
_WITH_TEENS: Final = frozenset({60, 80})  # « soixante-douze », « quatre-vingt-treize »
_TEN: Final = 10
_SAID_DECIMAL: Final = range(35, 43)  # « trente-neuf deux » is how a temperature is read aloud

SINGLE: Final[Mapping[str, int]] = {**_ONES, **_TEENS, **_TENS, **_ABOUT}
STARTS: Final = frozenset({*SINGLE, *_HUNDREDS, *_ONE})


@dataclass(frozen=True, slots=True)
class Spoken:
    """A number in words, up to but not including the word *end*."""

    value: float
    end: int


def number_at(words: Sequence[str], place: int, limit: int) -> Spoken | None:
    """Give the number that begins at *place* and ends before *limit*."""
    word = words[place]
    if word in _ABOUT:
        return Spoken(_ABOUT[word], place + 1)
    if word in _HUNDREDS or (word in _ONE and place + 1 < limit and words[place + 1] in _HUNDREDS):
        whole, end = _hundreds(words, place + (word in _ONE), limit, 1)
    elif word in _ONE:
        return None
    else:
        whole, end = _below_hundred(words, place, limit)
        if end < limit and words[end] in _HUNDREDS and whole < _TEN:
            whole, end = _hundreds(words, end, limit, whole)
    return _decimals(words, whole, end, limit)


def _hundreds(words: Sequence[str], place: int, limit: int, times: int) -> tuple[int, int]:
    end = place + 1
    ahead = end + 1 if end < limit and words[end] in {"and", "et"} else end
    if ahead < limit and (words[ahead] in _ONES or words[ahead] in _TEENS or words[ahead] in _TENS):
        rest, end = _below_hundred(words, ahead, limit)
        return times * 100 + rest, end
    return times * 100, end


def _below_hundred(words: Sequence[str], place: int, limit: int) -> tuple[int, int]:
    word, end = words[place], place + 1
    if word == "quatre" and end < limit and words[end] in {"vingt", "vingts"}:
        value, end = 80, end + 1
    elif word in _TENS:
        value = _TENS[word]
    elif word == "dix" and end < limit and words[end] in {"sept", "huit", "neuf"}:
        return _TEN + _ONES[words[end]], end + 1
    else:
        return _ONES.get(word) or _TEENS[word], end
    joined = end + 1 if end + 1 < limit and words[end] in {"et", "and"} and words[end + 1] in {*_ONE, "onze"} else end
    if joined >= limit:
        return value, end
    last = words[joined]
    if last in _ONE and (joined > end or last == "one"):
        return value + 1, joined + 1
    if last in _ONES:
        return value + _ONES[last], joined + 1
    if last in _TEENS and value in _WITH_TEENS:
        rest, end = _below_hundred(words, joined, limit)
        return value + rest, end
    return value, end


def _decimals(words: Sequence[str], whole: int, end: int, limit: int) -> Spoken:
    if end + 1 < limit and words[end] in {"virgule", "point"}:
        part = _ONES.get(words[end + 1], 1 if words[end + 1] in _ONE else None)
        if part is not None:
            return Spoken(whole + part / 10, end + 2)
    if words[end : min(end + 2, limit)] in (["et", "demi"], ["et", "demie"]):
        return Spoken(whole + 0.5, end + 2)
    if words[end : min(end + 3, limit)] == ["and", "a", "half"]:
        return Spoken(whole + 0.5, end + 3)
    if whole in _SAID_DECIMAL and end < limit and words[end] in _ONES:
        return Spoken(whole + _ONES[words[end]] / 10, end + 1)
    return Spoken(whole, end)
