"""Numbers written in words, French and English: "twenty-five", « quatre-vingt-dix », "four point two"."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

_ONES: Final = {
    word: value
    for value, words in enumerate(
        (
            "zero", "one un une", "two deux", "three trois", "four quatre", "five cinq", "six", "seven sept", "eight huit",
            "nine neuf", "ten dix", "eleven onze", "twelve douze", "thirteen treize", "fourteen quatorze", "fifteen quinze",
            "sixteen seize", "seventeen", "eighteen", "nineteen",
        )
    )
    for word in words.split()
}  # fmt: skip
_TENS: Final = {
    "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "vingt": 20, "vingts": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "septante": 70,
    "huitante": 80, "octante": 80, "nonante": 90,
}  # fmt: skip
_ABOUT: Final = {
    "dozen": 12, "dozens": 12, "dizaine": 10, "dizaines": 10, "douzaine": 12, "quinzaine": 15, "vingtaine": 20,
    "trentaine": 30, "quarantaine": 40, "cinquantaine": 50, "soixantaine": 60, "centaine": 100, "centaines": 100,
    "millier": 1000, "milliers": 1000, "hundreds": 100, "thousands": 1000, "millions": 10**6, "billions": 10**9, "milliards": 10**9,
}  # fmt: skip
_SCALES: Final = {
    "hundred": 100,
    "cent": 100,
    "cents": 100,
    "thousand": 1000,
    "mille": 1000,
    "million": 10**6,
    "milliard": 10**9,
}
_ALL: Final = {**_ONES, **_TENS, **_ABOUT, **_SCALES}
_WORD: Final = "|".join(sorted(_ALL, key=len, reverse=True))
_RUN: Final = re.compile(rf"\b(?:{_WORD})(?:(?:[- ]|[- ](?:and|et)[- ])(?:{_WORD})\b)*(?![a-z])")
_DECIMAL: Final = re.compile(rf" (?:point|virgule) ((?:(?:{_WORD})\b[- ]?)+)")
_SINGULAR: Final = frozenset({"one", "un", "une"})
_TENTH: Final = 10
_FOUR: Final = 4  # « quatre-vingts »


def numerals(text: str) -> Iterator[tuple[int, int, Decimal]]:
    """Give each number said in words: where it starts, where it ends, what it is. A lone "one" is an article."""
    end = -1
    for run in _RUN.finditer(text):
        if run.start() < end:
            continue
        words = re.findall(r"[a-z]+", run[0])
        words = [word for word in words if word not in {"and", "et"}]
        if words == ["cent"] and re.search(r"\b(?:pour|per) $", text[: run.start()]):
            continue
        value, end = Decimal(_value(words)), run.end()
        fraction = _DECIMAL.match(text, run.end())
        if fraction:
            digits = "".join(str(_ALL[word]) for word in re.findall(r"[a-z]+", fraction[1]))
            value, end = value + Decimal(f"0.{digits}"), fraction.end()
        elif len(words) == 1 and words[0] in _SINGULAR:
            continue
        elif words == ["neuf"] and re.match(r"\b(?![ -](?:\w+ )?(?:\w+s|sur|%)\b)", text[run.end() :]):
            continue  # « quoi de neuf », « un carnet neuf »
        yield run.start(), end, value


def _value(words: list[str]) -> int:
    total = current = 0
    for word in words:
        amount = _ALL[word]
        if word in {"hundred", "cent", "cents"}:
            current = max(1, current) * amount
        elif word in _SCALES:
            total, current = total + max(1, current) * amount, 0
        elif word in {"vingt", "vingts"} and current % _TENTH == _FOUR:
            current += 76
        else:
            current += amount
    return total + current
