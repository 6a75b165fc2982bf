"""Facts as a reader counts them: one result with all its printed forms, where it stands, and whether the page agrees.

A page may contradict itself: a mark against the range, or one unit against the other. It may hold a mark that no rule
here reads ("CRITICAL", "voir note"). That is said, never resolved, and such a result is never called inside its range.
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
    "normal": Standing.INSIDE,
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
            place = self.standing if place is Standing.UNKNOWN else place
            if mark is not None and place is not Standing.UNKNOWN and mark is not place:
                return fact.flag
        return None

    @property
    def unread_mark(self) -> str | None:
        """The laboratory's mark when only the laboratory can say why it stands there; as printed.

        Beside a result out of its range a mark adds nothing that is missed: the result is spoken of first anyway.
        """
        if self.standing in {Standing.LOW, Standing.HIGH} and not self.forms_disagree:
            return None
        for fact in self.facts:
            if fact.flag.strip() and _direction(fact.flag) not in {self.standing, Standing.INSIDE}:
                return fact.flag
        return None

    @property
    def mark(self) -> str:
        """The mark to show: the one to ask about, else the first one printed, else none ("")."""
        asked = self.disputed_mark or self.unread_mark
        return asked or next((fact.flag for fact in self.facts if fact.flag.strip()), "")

    @property
    def contradicted(self) -> bool:
        """Whether the page contradicts itself on this result."""
        return self.forms_disagree or self.disputed_mark is not None

    @property
    def disputed(self) -> bool:
        """Whether the laboratory has to say what it meant: the page contradicts itself, or a mark is not understood."""
        return self.contradicted or self.unread_mark is not None

    @property
    def out_of_range(self) -> bool:
        """Whether the result is below or above its printed range, and nothing on the page says otherwise."""
        return not self.contradicted and self.standing in {Standing.LOW, Standing.HIGH}


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
    contradicted: tuple[Result, ...]
    marked: tuple[Result, ...]  # with a mark that only the laboratory can explain
    inside: tuple[Result, ...]
    not_compared: tuple[Result, ...]  # a range is printed, the value cannot be placed in it
    no_range: tuple[Result, ...]

    @property
    def all_inside(self) -> bool:
        """Whether every result that can be placed is inside its range, and the page says nothing else."""
        return bool(self.inside) and not (self.out or self.contradicted or self.marked)


def groups(every: Sequence[Result]) -> Groups:
    """Sort *every* result of a report by what can be said of it."""
    unknown = [result for result in every if not result.disputed and result.standing is Standing.UNKNOWN]
    return Groups(
        out=tuple(result for result in every if result.out_of_range),
        contradicted=tuple(result for result in every if result.contradicted),
        marked=tuple(result for result in every if result.disputed and not result.contradicted),
        inside=tuple(result for result in every if not result.disputed and result.standing is Standing.INSIDE),
        not_compared=tuple(result for result in unknown if any(map(interval, result.facts))),
        no_range=tuple(result for result in unknown if not any(map(interval, result.facts))),
    )


def _direction(flag: str) -> Standing | None:
    return _MARKS.get("".join(flag.replace("*", " ").split()).casefold())
