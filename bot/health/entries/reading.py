"""Reads a whole message as entries, or as none: a question that holds a number stays a question."""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Final

from bot.health.entries.measures import Measure, Problem, measures
from bot.health.entries.statements import Statement, ended, stated
from bot.health.entries.when import When, appointed, part
from bot.health.factbook import folded
from bot.health.facts import Fact, Report
from bot.health.facts.model import Category
from bot.health.facts.units import Units
from bot.health.knowledge.model import Entry
from bot.i18n import Language
from bot.kernel.errors import BotError

_LONGEST: Final = 300  # characters: more is a story
_MOST: Final = 12  # entries in one message
_ASKED: Final = re.compile(
    r"^(?:ajoute[rz]?|note[rz]?|enregistre[rz]?|saisi[rs]|add|log|record|enter|save)\b\s*[:,]?\s*"
    r"(?:(?:une?|le|la|les|ma|mon|mes|an?|the|my)\s+)?",
    re.IGNORECASE,
)
_OWN: Final = re.compile(r"^(?:ma|mon|my)\s+", re.IGNORECASE)
_CURRENT: Final = frozenset[Category]({"medication", "condition", "allergy"})


class EntryError(BotError):
    """An entry was understood and lacks something; nothing was kept."""

    reply = "entries.unreadable"


class NoUnitError(EntryError):
    """A value without a unit, or with one we do not know."""

    reply = "entries.unit"


class ImpossibleError(EntryError):
    """A value no living person has."""

    reply = "entries.impossible"


class NoDayError(EntryError):
    """A day that cannot be read, or that is still to come."""

    reply = "entries.day"


_PROBLEMS: Final[dict[Problem, type[EntryError]]] = {
    "unit": NoUnitError, "impossible": ImpossibleError, "unreadable": EntryError,
}  # fmt: skip


class Entries:
    """Reads typed entries with the shipped tables."""

    def __init__(self, recognise: Callable[[str], Entry | None], units: Units) -> None:
        self._recognise = recognise
        self._units = units

    @staticmethod
    def ends(text: str) -> bool:
        """Say whether *text* may end something held: only then need `read` know what is."""
        return len(text) <= _LONGEST and any(ended(_ASKED.sub("", line)) for line in _lines(text))

    def read(self, text: str, language: Language, today: date, current: Sequence[Fact]) -> Report | None:
        """Propose what *text* asks to be kept; None when it is no entry at all.

        *current* are the facts held: only what is among them can be ended. Raises an `EntryError`.
        """
        lines = _lines(text)
        if not lines or len(text) > _LONGEST or len(lines) > _MOST or "?" in text:
            return None
        facts: list[Fact] = []
        for line in lines:
            found = self._line(line, language, today, current, first=len(facts) + 1)
            if found is None:
                return None
            facts += found
        day = facts[0].date if len({fact.date for fact in facts}) == 1 else None
        return Report(
            kind="entry", language=language, laboratory=None, collected=day, reported=None, pages=1,
            facts=tuple(facts), not_read=(),
        )  # fmt: skip

    def _line(
        self, line: str, language: Language, today: date, current: Sequence[Fact], *, first: int
    ) -> list[Fact] | None:
        asked = _ASKED.match(line) is not None
        line = _OWN.sub("", _ASKED.sub("", line))
        over = self._over(line, today, current, number=first)
        if over is not None:
            return [over]
        rest, when = part(line, today, language)
        statement = stated(rest, asked=asked)
        if statement is not None and statement.category == "appointment":
            rest, when = appointed(line, today, language)
            statement = stated(rest, asked=asked)
        if statement is not None:
            return [_statement_fact(statement, when, number=first)]
        read = measures(rest, "," if language == "fr" else ".", self._recognise, self._units)
        if read is None:
            return None
        if isinstance(read, str):
            raise _PROBLEMS[read](f"an entry: {read}")
        if when.day is None:
            raise NoDayError("an entry: day")
        return [_measure_fact(measure, when, number=first + n) for n, measure in enumerate(read)]

    @staticmethod
    def _over(line: str, today: date, current: Sequence[Fact], *, number: int) -> Fact | None:
        """End a medicine, a condition or an allergy that is held; a name that is not held is no entry."""
        name = ended(line)
        if name is None:
            return None
        wanted = f"{folded(name)} "  # "metformine" is "Metformine 500 mg" as the prescription prints it
        active = (f for f in current if f.category in _CURRENT and f.status == "active")
        held = [f for f in active if f"{folded(f.label)} ".startswith(wanted)]
        if not held:
            return None
        return _fact(number, held[0].label, held[0].category, held[0].value, When(day=today), status_over=True)


def _lines(text: str) -> list[str]:
    parts = (line.strip(" .!") for line in re.split(r"[\n;]+", text.replace("’", "'")))
    return [line for line in parts if line]


def _measure_fact(measure: Measure, when: When, *, number: int) -> Fact:
    code = measure.entry.code_for(measure.ucum) if measure.entry else None
    note = " · ".join(part for part in (measure.note, when.hour) if part)
    return Fact(
        id=str(number), label=measure.label, analyte=measure.entry.key if measure.entry else None, code=code,
        coding="mapped" if code else "none", comparator=measure.comparator, value=measure.value, number=measure.number,
        unit=measure.unit, ucum=measure.ucum, ref_text=None, ref_low=None, ref_high=None, low=None, high=None, flag="",
        date=when.day, page=1, line=number, category=measure.category, note=note, origin="entry",
    )  # fmt: skip


def _statement_fact(statement: Statement, when: When, *, number: int) -> Fact:
    if statement.category == "appointment" and when.day is None:
        raise NoDayError("an entry: day")
    value = statement.how or statement.name
    return _fact(number, statement.name, statement.category, value, when)


def _fact(number: int, label: str, category: Category, value: str, when: When, *, status_over: bool = False) -> Fact:
    return Fact(
        id=str(number), label=label, analyte=None, code=None, comparator="", value=value, number=None, unit="",
        ucum=None, ref_text=None, ref_low=None, ref_high=None, low=None, high=None, flag="", date=when.day, page=1,
        line=number, category=category, status="inactive" if status_over else "active", note=when.hour, origin="entry",
    )  # fmt: skip
