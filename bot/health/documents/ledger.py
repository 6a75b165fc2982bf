"""The facts and refusals of one document, and the result just above, to which a following line may still belong."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.health.documents.forms import Form
from bot.health.documents.heading import Heading
from bot.health.documents.labels import Entry, Result
from bot.health.documents.rows import Row
from bot.health.facts.model import Fact, NotRead, Reason
from bot.health.facts.numbers import Range

_NEAR = 2.4  # row heights: what still belongs to the row above
_NEAR_AT_ONCE = 6.0
_ALIGNED = 3.0  # points
_LONGEST_REFUSED = 2000  # characters


def near(above: Row | None, row: Row) -> bool:
    """Say whether *row* follows *above* closely, or at once in a widely spaced report."""
    if above is None or above.page != row.page:
        return False
    reach = _NEAR_AT_ONCE if row.line == above.line + 1 else _NEAR
    return 0 < row.centre - above.centre < reach * max(above.height, row.height)


@dataclass(slots=True)
class Last:
    """The result just above."""

    row: Row  # moves down with every line that belongs to it
    first: int  # index of its first fact
    entry: Entry | None
    place: tuple[float, float]  # of its value
    flagged: float  # where it begins with the star before it
    margin: float  # where its label begins
    label_above: tuple[str, ...]  # lines above its label that may begin it
    label_below: list[str] = field(default_factory=list)
    ranges_unsure: bool = False
    joint: str = " "  # between the lines of its label
    pitch: float = 0.0  # from the row before

    def heads(self, place: tuple[float, float]) -> bool:
        """Say whether a value at *place* stands in this one's column: flush left, with or without its flag, or right."""
        edges = ((self.place[0], place[0]), (self.place[1], place[1]), (self.flagged, place[0]))
        return any(abs(one - other) < _ALIGNED for one, other in edges)


class Ledger:
    """Numbers results, keeps their forms together, and remembers the last one."""

    def __init__(self, heading: Heading) -> None:
        self.facts: list[Fact] = []
        self.not_read: list[NotRead] = []
        self.last: Last | None = None
        self._date = heading.collected or heading.reported
        self._results = 0

    def above(self, row: Row) -> Last | None:
        """Give the result that *row* follows closely."""
        return self.last if self.last is not None and near(self.last.row, row) else None

    def first_of(self, last: Last) -> Fact:
        """Give the first form of a result."""
        return self.facts[last.first]

    def add(self, row: Row, result: Result, label_above: Sequence[str], *, pitch: float) -> None:
        """Enter a result."""
        self._results += 1
        self.last = Last(
            row,
            len(self.facts),
            result.entry,
            row.place(result.start, result.start + len(result.reading.forms[0].value)),
            row.place(len(re.sub(r"[*↑↓▲▼+]+\s?$", "", row.text[: result.start])), result.start + 1)[0],
            row.words[0].x0,
            tuple(label_above),
            joint=joint(row.text[: result.start]),
            pitch=pitch,
        )
        for index, form in enumerate(result.reading.forms):
            self.add_form(row, form, result.label, previous=None if index else result.reading.previous)
        if result.reading.range_unsure:
            self.last.ranges_unsure = True
            self.refuse(row, "ambiguous")

    def add_form(self, row: Row, form: Form, label: str, *, previous: str | None = None) -> None:
        """Enter one more form of the last result, or its first."""
        if self.last is None:
            return
        nth = len(self.facts) - self.last.first
        entry, self.last.row = self.last.entry, row
        fact = Fact(
            id=f"{self._results}{'' if nth == 0 else chr(ord('a') + nth)}",
            label=label, analyte=entry.key if entry else None, code=entry.code_for(form.ucum) if entry else None,
            comparator=form.comparator, value=form.value, number=form.number, unit=form.unit, ucum=form.ucum,
            ref_text=form.range_text, ref_low=None, ref_high=None, low=None, high=None, flag=" ".join(form.flags),
            date=self._date, page=row.page, line=row.line, form_of=None if nth == 0 else str(self._results),
            previous=previous, note=form.note, coding="mapped" if entry and entry.code_for(form.ucum) else "none",
        )  # fmt: skip
        self.facts.append(_ranged(fact, form.range) if form.range else fact)

    def refuse(self, row: Row, reason: Reason) -> None:
        """List a line as not read."""
        self.not_read.append(NotRead(page=row.page, line=row.line, reason=reason, text=row.printed[:_LONGEST_REFUSED]))

    def rename(self, last: Last, label: str, entry: Entry | None) -> None:
        """Give a result its whole label, once its last line was read."""
        for index in range(last.first, len(self.facts)):
            fact = self.facts[index]
            key, code = (entry.key, entry.code_for(fact.ucum)) if entry else (None, None)
            self.facts[index] = replace(fact, label=label, analyte=key, code=code, coding="mapped" if code else "none")
        last.entry = entry

    def set_unit(self, printed: str, ucum: str) -> None:
        """Give the last form the unit printed on the second line of its cell."""
        fact = self.facts[-1]
        code = self.last.entry.code_for(ucum) if self.last and self.last.entry else None
        self.facts[-1] = replace(fact, unit=printed, ucum=ucum, code=code, coding="mapped" if code else "none")

    def set_previous(self, last: Last, printed: str) -> None:
        """Keep an earlier result printed below, unless one was printed beside."""
        if self.facts[last.first].previous is None:
            self.facts[last.first] = replace(self.facts[last.first], previous=printed)

    def set_range(self, printed: Range) -> None:
        """Give the last form the range printed below it."""
        self.facts[-1] = _ranged(self.facts[-1], printed)

    def drop_range(self, last: Last, row: Row) -> None:
        """Take the range off the last form: *row* offers another, and which one counts is not certain."""
        self.facts[-1] = replace(
            self.facts[-1], ref_text=None, ref_low=None, ref_high=None, low=None, high=None, low_open=False,
            high_open=False,
        )  # fmt: skip
        last.ranges_unsure = True
        self.refuse(row, "ambiguous")


def joint(line: str) -> str:
    """Give what stands between this line of a label and its next."""
    ends = line.rstrip()[-1:]
    return {",": ", ", "-": "-"}.get(ends, " ")


def _ranged(fact: Fact, printed: Range) -> Fact:
    return replace(
        fact, ref_text=printed.text, ref_low=printed.ref_low, ref_high=printed.ref_high, low=printed.low,
        high=printed.high, low_open=printed.low_open, high_open=printed.high_open,
    )  # fmt: skip
