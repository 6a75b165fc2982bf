"""Entries of a record as one report: numbered, counted, and never more than an answer may hold."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Final

from bot.health.documents.errors import NoResultsError
from bot.health.facts.model import Fact, Kind, NotRead, Report
from bot.health.importers.clinical.mapped import Mapped
from bot.health.importers.clinical.words import line
from bot.i18n import Language

MOST_FACTS: Final = 20_000
_MOST_NOT_READ: Final = 2_000  # listed; all are counted
_MOST_NAMES: Final = 120  # of the source's own, in each list of counts; a file may invent thousands
_ROOM: Final = 28_000_000  # bytes of an answer that facts may fill
_FACT: Final = 900  # bytes of a fact without its texts


class Gathering:
    """Takes entries one by one and gives the report."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._left: Counter[str] = Counter()
        self._facts: list[Fact] = []
        self._not_read: list[NotRead] = []
        self._firsts = 0
        self._room = _ROOM

    @property
    def entries(self) -> int:
        """How many were counted."""
        return self._counts.total()

    def count(self, name: str) -> None:
        """Count an entry the source holds."""
        _add(self._counts, name)

    def leave(self, name: str) -> None:
        """Count what was left out of it."""
        _add(self._left, name)

    def take(self, mapped: Mapped, place: int) -> None:
        """Take what the entry at *place* came to."""
        for fact in mapped.facts:
            self._keep(fact, place)
        for refusal in mapped.not_read[: _MOST_NOT_READ - len(self._not_read)]:
            self._not_read.append(replace(refusal, line=place))
        for key in mapped.left:
            self.leave(key)

    def report(
        self, kind: Kind, language: Language, *, laboratory: str, reported: date | None, person: str
    ) -> Report:  # fmt: skip
        """Give everything taken. Raises `NoResultsError` when nothing was a fact or could have been one."""
        if not self._facts and not self._not_read:
            raise NoResultsError(f"{self.entries} entries")
        days = {fact.date for fact in self._facts if fact.category == "laboratory" and fact.date}
        return Report(
            kind=kind, language=language, laboratory=line(laboratory) or None,
            collected=days.pop() if len(days) == 1 else None, reported=reported, pages=1, facts=tuple(self._facts),
            not_read=tuple(self._not_read), person=line(person) or None, counts=tuple(self._counts.items()),
            left=tuple(self._left.items()),
        )  # fmt: skip

    def _keep(self, fact: Fact, place: int) -> None:
        texts = (fact.label, fact.value, fact.note, fact.unit, fact.ref_text or "", fact.specimen, fact.reference)
        size = _FACT + 2 * sum(len(text.encode()) for text in texts)  # twice: quotes are escaped
        if len(self._facts) >= MOST_FACTS or size > self._room:
            self.leave("too_many")
            self._room = 0  # nor anything after it, so that no second form stands without its first
            return
        self._room -= size
        self._firsts += fact.form_of is None
        first = str(self._firsts)
        form = first if fact.form_of else None
        self._facts.append(replace(fact, id=first + fact.id.lstrip("1"), form_of=form, line=place))


def _add(counter: Counter[str], name: str) -> None:
    counter[name if name in counter or len(counter) < _MOST_NAMES else "…"] += 1
