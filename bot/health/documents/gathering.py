"""Rows to facts, in order: what one row means can depend on the row above it, and on nothing further away."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.health.documents.columns import Columns, Role, heading_columns
from bot.health.documents.dates import parse_date
from bot.health.documents.heading import Heading
from bot.health.documents.items import DATE, Item, Kind, Scanner
from bot.health.documents.labels import NOISE, Entry, LabelReader, Recognise, Refused, Result, tidy
from bot.health.documents.reading import QUALIFIER, Form, Unread, read
from bot.health.documents.rows import Row
from bot.health.facts.model import Fact, NotRead, Reason

_VALUES = frozenset({Kind.NUMBER, Kind.BOUND, Kind.RANGE, Kind.RESULT, Kind.PENDING})
_SECTION = re.compile(
    r"h[ée]mato|h[ée]mogramme|num[ée]ration|biochi|chimie|chemistry|sang|blood|s[ée]rum|plasma|hormon|thyro|immuno|s[ée]rolog|coag|h[ée]mostas"
    r"|lipid|bilan|panel|profile|cbc|metabol|vitamin|marqueurs|markers|microbio|cytobact|urin|ecbu|lcr|csf|selles|stool|ponction|fluid|enzym|liver|h[ée]pat|renal|r[ée]nal",
    re.IGNORECASE,
)
_NOT_BLOOD = re.compile(r"urin|ecbu|lcr|csf|selles|stool|ponction|liquide|fluid|sperm|saliv|copro", re.IGNORECASE)
_NEAR = 2.4  # row heights: what still belongs to the row above
_NEAR_AT_ONCE = 6.0
_MOST_WORDS = 8


@dataclass(slots=True)
class _Last:
    """The result just above, to which a second form or a range line may belong."""

    row: Row
    first: int  # index of its first fact
    entry: Entry | None
    ranges_unsure: bool


class Gathering:
    """Collects facts and refusals over all rows of a document."""

    def __init__(self, heading: Heading, scanner: Scanner, recognise: Recognise) -> None:
        self._heading, self._scanner, self._labels = heading, scanner, LabelReader(recognise)
        self._own = tuple(day for day in (heading.collected, heading.reported) if day is not None)
        self._columns = Columns()
        self._facts: list[Fact] = []
        self._not_read: list[NotRead] = []
        self._lonely: list[tuple[Row, str]] = []  # known labels that stood alone
        self._results = 0
        self._section = ""
        self._section_row: Row | None = None
        self._last: _Last | None = None
        self._label_above: Row | None = None

    def take(self, rows: Sequence[Row]) -> None:
        """Read one page, or one column of it."""
        self._last = self._label_above = None
        for row in rows:
            named = heading_columns(row, self._heading.order, self._own)
            dated = None if named else self._columns.with_dates(row, self._heading.order, self._own)
            if named or dated:
                self._columns = named or dated or self._columns
                self._forget_above()
            else:
                self._row(row)
        self._forget_above()

    def finish(self) -> tuple[tuple[Fact, ...], tuple[NotRead, ...]]:
        """Give all facts, and all that was not read."""
        seen = {fact.analyte for fact in self._facts}
        alone = [_refusal(row, "no_value") for row, analyte in self._lonely if analyte not in seen]
        return tuple(self._facts), (*self._not_read, *alone)

    def _row(self, row: Row) -> None:
        items = self._scanner.items(row)
        while items and items[0].kind is Kind.WORD and not re.search(r"\w", items[0].text):
            items = items[1:]
        if not items:
            return
        if not any(item.kind in _VALUES for item in items):
            self._text(row)
        elif items[0].kind is Kind.LINK:
            self._second_form(row, items[1:])
        elif items[0].kind is Kind.EARLIER:
            self._earlier(row, items)
        elif not self._range_line(row, items):
            self._result(row, items)

    def _result(self, row: Row, items: Sequence[Item]) -> None:
        found = self._labels.read(row, items, self._columns, section=self._section)
        above = self._label_above if self._near(self._label_above, row) else None
        unnamed = not isinstance(found, Result) or found.entry is None
        if above is not None and unnamed:
            text = tidy(above.printed)
            joined = self._labels.read(row, items, self._columns, section=self._section, above=text)
            # A remark under a result is not the label of what follows it.
            bare = items[0].kind in _VALUES | {Kind.FLAG} and not self._near(
                self._last.row if self._last else None, above
            )
            if isinstance(joined, Result) and (
                joined.entry is not None or bare or row.text[:1] in "(abcdefghijklmnopqrstuvwxyz"
            ):
                found, self._label_above = joined, None
        if isinstance(found, Result) and self._of_another_day(items):
            self._refuse(row, Refused("ambiguous"))
        elif isinstance(found, Result):
            self._forget_above()
            self._add(row, found)
        elif items[0].kind in {Kind.NUMBER, Kind.BOUND} and self._bare(row, items):
            return
        else:
            self._refuse(row, found)

    def _of_another_day(self, items: Sequence[Item]) -> bool:
        """Say whether a day stands before the value that is not this report's: a line of a history."""
        first = next(n for n, item in enumerate(items) if item.kind in _VALUES)
        days = [DATE.fullmatch(item.text) for item in items[:first] if item.kind is Kind.DATE]
        return any(day and self._own and parse_date(day[0], self._heading.order) not in self._own for day in days)

    def _refuse(self, row: Row, found: Refused | None) -> None:
        self._forget_above()
        self._last = None
        if found is not None:
            self._not_read.append(_refusal(row, found.reason))

    def _bare(self, row: Row, items: Sequence[Item]) -> bool:
        """Take a value without a label: the line above in another unit, or not read."""
        if NOISE.search(row.text) or len(items) < 2 or items[1].kind is not Kind.UNIT or not items[1].ucum:  # noqa: PLR2004
            return False
        follows = self._last is not None and self._label_above is None and self._near(self._last.row, row)
        above = self._facts[self._last.first] if self._last and follows else None
        if above is not None and above.ucum and above.ucum != items[1].ucum:
            self._second_form(row, items)
        else:
            self._refuse(row, Refused("no_label"))
        return True

    def _second_form(self, row: Row, items: Sequence[Item]) -> None:
        last = self._last
        between = self._label_above and self._labels.entry(tidy(self._label_above.printed), self._section)
        if last is None or between or not self._near(last.row, row):
            self._refuse(row, Refused("no_label"))
            return
        try:
            reading = read(row, items, self._columns)
        except Unread as unread:
            self._refuse(row, Refused(unread.reason))
            return
        for form in reading.forms:
            self._append(row, self._facts[last.first].label, last.entry, form)
        last.row = row

    def _earlier(self, row: Row, items: Sequence[Item]) -> None:
        """Take "Antériorité du 12/09/2024 : 12,8": never a value of this report."""
        last = self._last
        value = next((item for item in items if item.kind in {Kind.NUMBER, Kind.BOUND, Kind.RESULT}), None)
        if last is None or value is None or not self._near(last.row, row):
            return
        fact = self._facts[last.first]
        if fact.previous is None:
            self._facts[last.first] = replace(fact, previous=row.text[value.start : value.end].strip("()[] "))
        last.row = row

    def _range_line(self, row: Row, items: Sequence[Item]) -> bool:
        """Take a line that holds nothing but ranges for the result above it."""
        if any(item.kind in {Kind.NUMBER, Kind.RESULT, Kind.PENDING} for item in items):
            return False
        ranges = [item for item in items if item.range is not None]
        label = tidy(row.text[: ranges[0].start])
        qualified = bool(QUALIFIER.match(label)) or items[-1].kind is Kind.WORD
        named = ranges[0].kind is Kind.RANGE or ranges[0].clasped or self._is_range_column(row, ranges[0])
        if not qualified and (label or not named):
            return False
        last = self._last if self._last and self._near(self._last.row, row) else None
        if last is None:
            return True
        unit = next((item for item in items if item.kind is Kind.UNIT), None)
        fact = self._facts[-1]
        last.row = row
        if unit is not None and unit.ucum != fact.ucum:
            return True  # the range of another unit
        certain = len(ranges) == 1 and not qualified and not last.ranges_unsure and fact.ref_text is None
        if certain:
            self._facts[-1] = _with_range(fact, ranges[0])
        elif (
            fact.ref_text is None
            or not qualified
            or re.match(r"(?i)hommes?|femmes?|m[ae]n\b|wom|male|female|enfant|child", label)
        ):
            self._facts[-1] = replace(
                fact, ref_text=None, ref_low=None, ref_high=None, low=None, high=None, low_open=False, high_open=False
            )
            last.ranges_unsure = True
            self._not_read.append(_refusal(row, "ambiguous"))
        return True

    def _is_range_column(self, row: Row, item: Item) -> bool:
        return self._columns.role(row, item, frozenset({Role.VALUE, Role.RANGE})) is Role.RANGE

    def _text(self, row: Row) -> None:
        """Take a line without any value: a heading, the first or the last line of a label, a remark."""
        text = tidy(row.printed)
        last = self._last
        if last is not None and last.entry is None and self._near(last.row, row):
            entry = self._labels.entry(f"{self._facts[last.first].label} {text}", self._section)
            if entry is not None:
                self._rename(last, f"{self._facts[last.first].label} {text}", entry)
                return
        self._forget_above()
        self._head(row, text)
        if len(text.split()) <= _MOST_WORDS and not NOISE.search(text):
            self._label_above = row

    def _head(self, row: Row, text: str) -> None:
        """Remember a section. What is not blood stays so until a heading of the same rank names something else."""
        topic = _SECTION.search(text)
        if len(text.split()) > _MOST_WORDS or not (topic or text.isupper()):
            return
        above = self._section_row
        if above is not None and _NOT_BLOOD.search(self._section) and not _NOT_BLOOD.search(text):
            lower = row.height < above.height - 0.1 or (above.bold and not row.bold)
            if topic is None or lower:
                return
        self._section, self._section_row = text, row

    def _rename(self, last: _Last, label: str, entry: Entry) -> None:
        for index in range(last.first, len(self._facts)):
            fact = self._facts[index]
            self._facts[index] = replace(fact, label=label, analyte=entry.key, code=entry.code_for(fact.ucum))
        last.entry = entry

    def _forget_above(self) -> None:
        row, self._label_above = self._label_above, None
        if row is not None and not row.bold and not row.printed.isupper():
            entry = self._labels.entry(tidy(row.printed), self._section)
            if entry is not None:
                self._lonely.append((row, entry.key))

    def _near(self, above: Row | None, row: Row) -> bool:
        """Say whether *row* follows *above* closely, or at once in a widely spaced report."""
        if above is None or above.page != row.page:
            return False
        reach = _NEAR_AT_ONCE if row.line == above.line + 1 else _NEAR
        return 0 < row.centre - above.centre < reach * max(above.height, row.height)

    def _add(self, row: Row, result: Result) -> None:
        self._results += 1
        self._last = _Last(row, len(self._facts), result.entry, result.reading.range_unsure)
        for index, form in enumerate(result.reading.forms):
            self._append(row, result.label, result.entry, form, previous=None if index else result.reading.previous)
        if result.reading.range_unsure:
            self._not_read.append(_refusal(row, "ambiguous"))

    def _append(self, row: Row, label: str, entry: Entry | None, form: Form, *, previous: str | None = None) -> None:
        assert self._last is not None  # noqa: S101 - a form always has its result
        nth = len(self._facts) - self._last.first
        printed = form.range
        self._facts.append(
            Fact(
                id=f"{self._results}{'' if nth == 0 else chr(ord('a') + nth)}",
                label=label, analyte=entry.key if entry else None, code=entry.code_for(form.ucum) if entry else None,
                comparator=form.comparator, value=form.value, number=form.number, unit=form.unit, ucum=form.ucum,
                ref_text=form.range_text, ref_low=printed.ref_low if printed else None,
                ref_high=printed.ref_high if printed else None, low=printed.low if printed else None,
                high=printed.high if printed else None, low_open=bool(printed and printed.low_open),
                high_open=bool(printed and printed.high_open), flag=" ".join(form.flags),
                date=self._heading.collected or self._heading.reported, page=row.page, line=row.line,
                form_of=None if nth == 0 else str(self._results), previous=previous,
            )
        )  # fmt: skip


def _with_range(fact: Fact, item: Item) -> Fact:
    printed = item.range
    assert printed is not None  # noqa: S101 - chosen for having one
    return replace(
        fact, ref_text=printed.text, ref_low=printed.ref_low, ref_high=printed.ref_high, low=printed.low,
        high=printed.high, low_open=printed.low_open, high_open=printed.high_open,
    )  # fmt: skip


def _refusal(row: Row, reason: Reason) -> NotRead:
    return NotRead(page=row.page, line=row.line, reason=reason, text=row.printed)
