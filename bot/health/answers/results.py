"""Facts as a reader counts them: one result with all its printed forms, where it stands, and whether the page agrees.

A page may contradict itself: a mark against the range, or one unit against the other. That is said, never resolved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bot.health.answers.printed import interval
from bot.health.facts import Fact, Standing, standing
from bot.health.knowledge import Entry, Knowledge

# Laboratories print "B" (bas), "H" (haut), "L" and "H", doubled or with a star; anything else has no direction here.
_MARKS: Final = {
    "b": Standing.LOW,
    "bb": Standing.LOW,
    "l": Standing.LOW,
    "ll": Standing.LOW,
    "bas": Standing.LOW,
    "low": Standing.LOW,
    "↓": Standing.LOW,
    "-": Standing.LOW,
    "--": Standing.LOW,
    "h": Standing.HIGH,
    "hh": Standing.HIGH,
    "haut": Standing.HIGH,
    "high": Standing.HIGH,
    "↑": Standing.HIGH,
    "+": Standing.HIGH,
    "++": Standing.HIGH,
    "n": Standing.INSIDE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One result: its first printed form, the same result in other units, and what is known of the test."""

    fact: Fact
    forms: tuple[Fact, ...]
    entry: Entry | None

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Every printed form, the first one first."""
        return (self.fact, *self.forms)

    @property
    def standing(self) -> Standing:
        """Where the result stands, from the first form whose range allows to tell."""
        return next((place for place in map(standing, self.facts) if place is not Standing.UNKNOWN), Standing.UNKNOWN)

    @property
    def forms_disagree(self) -> bool:
        """Whether two units of the same result stand differently to their ranges."""
        return len({standing(fact) for fact in self.facts} - {Standing.UNKNOWN}) > 1

    @property
    def disputed_mark(self) -> str | None:
        """The laboratory's mark when it says something else than the printed range; as printed."""
        for fact in self.facts:
            mark, place = _direction(fact.flag), standing(fact)
            if mark is not None and place is not Standing.UNKNOWN and mark is not place:
                return fact.flag
        return None

    @property
    def disputed(self) -> bool:
        """Whether the page contradicts itself on this result."""
        return self.forms_disagree or self.disputed_mark is not None

    @property
    def out_of_range(self) -> bool:
        """Whether the result is below or above its printed range, and nothing on the page says otherwise."""
        return not self.disputed and self.standing in {Standing.LOW, Standing.HIGH}


def results(facts: Iterable[Fact], knowledge: Knowledge) -> tuple[Result, ...]:
    """Join second forms to the result they repeat, in the order of *facts*."""
    kept = tuple(facts)
    firsts = {fact.id for fact in kept if fact.form_of is None}
    forms: dict[str, list[Fact]] = {}
    for fact in kept:
        if fact.form_of in firsts and fact.form_of is not None:
            forms.setdefault(fact.form_of, []).append(fact)
    return tuple(
        Result(
            fact=fact,
            forms=tuple(forms.get(fact.id, ())),
            entry=knowledge.entry(fact.analyte) if fact.analyte else None,
        )
        for fact in kept
        if fact.form_of not in firsts  # a form without its first form is shown by itself, never dropped
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Groups:
    """A report's results, in the order they are spoken of; each result is in exactly one group."""

    out: tuple[Result, ...]
    disputed: tuple[Result, ...]
    inside: tuple[Result, ...]
    not_compared: tuple[Result, ...]  # a range is printed, the value cannot be placed in it
    no_range: tuple[Result, ...]


def groups(every: Sequence[Result]) -> Groups:
    """Sort *every* result of a report by what can be said of it."""
    unknown = [result for result in every if not result.disputed and result.standing is Standing.UNKNOWN]
    return Groups(
        out=tuple(result for result in every if result.out_of_range),
        disputed=tuple(result for result in every if result.disputed),
        inside=tuple(result for result in every if not result.disputed and result.standing is Standing.INSIDE),
        not_compared=tuple(result for result in unknown if any(map(interval, result.facts))),
        no_range=tuple(result for result in unknown if not any(map(interval, result.facts))),
    )


def _direction(flag: str) -> Standing | None:
    return _MARKS.get("".join(flag.replace("*", " ").split()).casefold())
