"""What the readers of ages, durations and amounts share: a number, and the word it counts."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeVar

from bot.guardrails.reading.normal import Words

R = TypeVar("R")
Make = Callable[[str, float, int], R]  # of measure, value, and the word that says it

HOURS: Final[Mapping[str, float]] = {
    **dict.fromkeys(("minute", "minutes", "min", "mins", "mn"), 1 / 60),
    **dict.fromkeys(("heure", "heures", "h", "hour", "hours", "hr", "hrs"), 1.0),
    **dict.fromkeys(("jour", "jours", "j", "day", "days", "d", "nuit", "nuits", "night", "nights"), 24.0),
    **dict.fromkeys(("semaine", "semaines", "sem", "week", "weeks", "wk", "wks"), 168.0),
    **dict.fromkeys(("mois", "month", "months", "mo"), 730.0),
    **dict.fromkeys(("an", "ans", "annee", "annees", "year", "years", "yr", "yrs"), 8766.0),
}
YEARS: Final = frozenset(["ans", "an", "years", "year", "yrs", "yr", "yo", "y", "annees", "printemps"])
MONTHS: Final = frozenset(["mois", "months", "month", "mo", "mos", "mth", "mths"])
WEEKS: Final = frozenset(["semaines", "semaine", "weeks", "week", "wk", "wks"])
DAYS: Final = frozenset(["jours", "jour", "days", "day"])
OLD: Final = frozenset(["old", "o", "age", "agee", "aged"])
SINCE: Final = frozenset(
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


def numbers(text: Words) -> Iterator[tuple[int, float]]:
    """Give each number and its place; "a day" and « une heure » count as one."""
    words, last = text.words, len(text.words) - 1
    for place, value in enumerate(text.values):
        if value is not None:
            yield place, value
        elif words[place] in {"un", "une", "one"} or (
            words[place] in {"a", "an"} and place < last and words[place + 1] in HOURS and len(words[place + 1]) > 1
        ):
            yield place, 1.0


def unit_after(text: Words, place: int) -> tuple[str, int]:
    """Give the word that the number at *place* counts, and the place after that word."""
    after = text.after.get(place, place + 1)
    return (text.words[after] if after < len(text.words) else ""), after + 1
