"""Rows to facts, in order: what one row means can depend on the row above it, and on nothing further away."""

import re
from collections.abc import Sequence

from bot.health.documents.columns import Columns, Role
from bot.health.documents.dates import parse_date
from bot.health.documents.following import (
    LABEL_LINES,
    RANGE_NAME,
    VALUE_NAME,
    ends_flag,
    ends_label,
    ends_unit,
    is_target,
    take_earlier,
)
from bot.health.documents.forms import Unread
from bot.health.documents.heading import Heading
from bot.health.documents.headings import columns_of, is_heading
from bot.health.documents.items import DATE, QUALIFIER, Item, Kind, Scanner
from bot.health.documents.labels import NOISE, LabelReader, Recognise, Refused, Result, lone, tidy
from bot.health.documents.ledger import Ledger, near
from bot.health.documents.reading import read
from bot.health.documents.rows import GAP, LONGEST_ROW, Row
from bot.health.documents.sections import Section
from bot.health.documents.worded import Worded
from bot.health.documents.wrapping import unwrapped
from bot.health.facts.model import Fact, NotRead

_AMOUNTS = frozenset({Kind.NUMBER, Kind.BOUND})
_VALUES = _AMOUNTS | {Kind.RANGE, Kind.RESULT, Kind.PENDING}
_PERSONS = re.compile(r"(?:hommes?|femmes?|m[ae]n|wom[ae]n|(?:fe)?males?|enfants?|child\w*)\b", re.IGNORECASE)
_MOST_WORDS = 8


class Gathering:
    """Reads the rows of a document into a ledger."""

    def __init__(self, heading: Heading, scanner: Scanner, recognise: Recognise) -> None:
        self._heading, self._scanner, self._labels = heading, scanner, LabelReader(recognise)
        self._own = tuple(day for day in (heading.collected, heading.reported) if day is not None)
        self._ledger = Ledger(heading)
        self._columns = Columns()
        self._sections, self._worded = Section(), Worded()
        self._above: list[Row] = []  # lines of text just above, which may begin a label
        self._below: Row | None = None
        self._before: Row | None = None
        self._refused: Row | None = None  # the last line that was listed
        self._ahead: tuple[Row, Item, str | None] | None = None  # a range printed before its value, and its unit
        self._lonely: list[tuple[Row, str]] = []  # known labels that stood alone

    def take(self, rows: Sequence[Row]) -> None:
        """Read one page, or one column of it."""
        self._ledger.last = None
        for row in rows:
            if len(row.text) > LONGEST_ROW:
                self._refuse(row, Refused("not_a_result"))
        rows = tuple(unwrapped([row for row in rows if len(row.text) <= LONGEST_ROW]))
        block: list[Row] = []
        for index, row in enumerate(rows):
            if is_heading(row) and (not block or near(block[-1], row)):
                block.append(row)
                continue
            self._close(block, row)
            block = []
            self._below = rows[index + 1] if index + 1 < len(rows) else None
            self._row(row)
            self._before = row
        self._close(block, None)
        self._forget_above()

    def finish(self) -> tuple[tuple[Fact, ...], tuple[NotRead, ...]]:
        """Give all facts, and all that was not read."""
        seen = {fact.analyte for fact in self._ledger.facts}
        for row, analyte in self._lonely:
            if analyte not in seen:
                self._ledger.refuse(row, "no_value")
        return tuple(self._ledger.facts), tuple(self._ledger.not_read)

    def _close(self, block: Sequence[Row], below: Row | None) -> None:
        """Take rows of headings, or read them as ordinary rows when they head nothing."""
        if not block:
            return
        columns = columns_of(block, self._columns, self._heading.order, self._own, self._scanner.units)
        if columns is not None:
            self._columns = columns
            self._forget_above()
            return
        self._below = below
        for row in block:
            self._row(row)

    def _row(self, row: Row) -> None:
        items = self._scanner.items(row)
        while items and items[0].kind is Kind.WORD and not re.search(r"\w", items[0].text):
            items = items[1:]
        if not items:
            return
        named, worded = VALUE_NAME.match(row.text), self._worded.read(row)
        if isinstance(worded, Result):
            self._enter(row, items, worded)
        elif worded is not None:
            self._refuse(row, worded)
        elif named and named.end() < len(row.text) and items[-1].start >= named.end():
            self._named_value(row.between(row.place(named.end(), len(row.text))[0], float("inf")))
        elif not any(item.kind in _VALUES for item in items):
            self._text(row, items)
        elif items[0].kind is Kind.LINK:
            self._second_form(row, items[1:])
        elif items[0].kind is Kind.EARLIER:
            take_earlier(self._ledger, row, items)
        elif not self._range_line(row, items):
            self._result(row, items)

    def _result(self, row: Row, items: Sequence[Item]) -> None:
        found = self._labels.read(row, items, self._columns, section=self._sections.title)
        if not isinstance(found, Result) or found.entry is None:
            found = self._with_label_above(row, items) or found
        if isinstance(found, Result) and found.entry is None and re.fullmatch(r"\([^)]*\)", found.label):
            items = [item for item in items if item.start >= found.start]  # "(méthode enzymatique)  72 µmol/L"
            found = Refused("no_label")
        if found is None and (self._ledger.above(row) or near(self._refused, row)) and lone(row, items):
            found = Refused("not_a_result")
        if not isinstance(found, Result):
            if items[0].kind not in _AMOUNTS or not self._bare(row, items):
                self._refuse(row, found)
        else:
            self._enter(row, items, found)

    def _named_value(self, row: Row) -> None:
        """Take "Value: 11.4 g/dL": its label is the line above, or nothing is."""
        items = self._scanner.items(row)
        label = tidy(self._above[-1].printed) if self._follows_label(row) else ""
        found = (
            self._labels.read(row, items, self._columns, section=self._sections.title, above=label) if label else None
        )
        if isinstance(found, Result):
            self._above = self._above[:-1]
            self._enter(row, items, found)
        elif any(item.kind in _VALUES for item in items):
            self._refuse(row, found or Refused("no_label"))

    def _enter(self, row: Row, items: Sequence[Item], found: Result) -> None:
        ahead, self._ahead = self._ahead, None
        if self._of_another_day(items) or is_target(self._ledger, found):
            self._refuse(row, Refused("ambiguous"))
        else:
            above = [tidy(text.printed) for text in self._above] if found.entry is None else []
            self._forget_above()
            pitch = row.centre - self._before.centre if self._before and self._before.page == row.page else 0.0
            self._ledger.add(row, found, above, pitch=pitch)
            fact = self._ledger.facts[-1]
            if (
                ahead
                and ahead[1].range
                and near(ahead[0], row)
                and fact.ref_text is None
                and ahead[2] in {None, fact.ucum}
            ):
                self._ledger.set_range(ahead[1].range)

    def _with_label_above(self, row: Row, items: Sequence[Item]) -> Result | None:
        """Read *row* with the lines above as the beginning of its label."""
        if not self._follows_label(row):
            return None
        for count in range(1, len(self._above) + 1):
            text = " ".join(tidy(above.printed) for above in self._above[-count:])
            joined = self._labels.read(row, items, self._columns, section=self._sections.title, above=text)
            # A remark under a result is not the label of what follows it.
            bare = items[0].kind in _AMOUNTS | {Kind.FLAG} and self._ledger.above(self._above[-1]) is None
            lower = row.text[:1] == "(" or row.text[:1].islower()
            if isinstance(joined, Result) and (joined.entry is not None or (count == 1 and (bare or lower))):
                self._above = self._above[:-count]
                return joined
        return None

    def _of_another_day(self, items: Sequence[Item]) -> bool:
        """Say whether a day stands before the value that is not this report's: a line of a history."""
        first = next((n for n, item in enumerate(items) if item.kind in _VALUES), 0)
        days = [DATE.fullmatch(item.text) for item in items[:first] if item.kind is Kind.DATE]
        return any(day and self._own and parse_date(day[0], self._heading.order) not in self._own for day in days)

    def _refuse(self, row: Row, found: Refused | None) -> None:
        self._forget_above()
        self._ledger.last = self._ahead = None
        if found is not None:
            self._refused = row
            self._ledger.refuse(row, found.reason)

    def _bare(self, row: Row, items: Sequence[Item]) -> bool:
        """Take a value without a label: the result above in another unit, or not read."""
        if NOISE.search(row.text) or len(items) == 1 or items[1].kind is not Kind.UNIT or not items[1].ucum:
            return False
        above = self._ledger.above(row) if not self._above else None
        first = self._ledger.first_of(above) if above else None
        of_next = self._below is not None and 0 < self._below.centre - row.centre < row.height  # a label set lower
        if (
            above and first and first.ucum and not of_next and above.heads(row.place(items[0].start, items[0].end))
            and self._scanner.units.of_one_result(first.ucum, items[1].ucum)
        ):  # fmt: skip
            self._second_form(row, items)
        else:
            self._refuse(row, Refused("no_label"))
        return True

    def _second_form(self, row: Row, items: Sequence[Item]) -> None:
        last = self._ledger.above(row)
        between = any(self._labels.entry(tidy(text.printed), self._sections.title) for text in self._above)
        if last is None or between:
            self._refuse(row, Refused("no_label"))
            return
        try:
            reading = read(row, items, self._columns.fitting(row, items))
        except Unread as unread:
            self._refuse(row, Refused(unread.reason))
            return
        for form in reading.forms:
            self._ledger.add_form(row, form, self._ledger.first_of(last).label)

    def _range_line(self, row: Row, items: Sequence[Item]) -> bool:
        """Take a line that holds nothing but ranges for the result above it."""
        if any(item.kind in {Kind.NUMBER, Kind.RESULT, Kind.PENDING} for item in items):
            return False
        ranges = [item for item in items if item.range is not None]
        label = tidy(row.text[: ranges[0].start])
        aged = any(QUALIFIER.fullmatch(item.text) for item in items)
        if RANGE_NAME.fullmatch(label):  # "Reference range > or = 20 years 0.40-4.50"
            label = ""
        qualified = bool(QUALIFIER.match(label)) or ((aged or items[-1].kind is Kind.WORD) and not label)
        named = ranges[0].kind is Kind.RANGE or ranges[0].clasped or self._in_range_column(row, ranges[0])
        if not qualified and (label or not named):
            return False
        unit = next((item for item in items if item.kind is Kind.UNIT), None)
        if len(ranges) == 1 and not qualified and self._of_next(row):
            self._ahead = (row, ranges[0], (unit.ucum or unit.text) if unit else None)
            return True
        last = self._ledger.above(row)
        if last is None:
            if not qualified and self._ledger.facts:
                self._ledger.refuse(row, "no_label")  # its result may stand on the page before
            return True
        fact, last.row = self._ledger.facts[-1], row
        if unit is not None and unit.ucum != fact.ucum:
            return True  # the range of another unit
        if len(ranges) == 1 and not qualified and not last.ranges_unsure and fact.ref_text is None and ranges[0].range:
            self._ledger.set_range(ranges[0].range)
        elif fact.ref_text is None or not qualified or _PERSONS.match(label):
            self._ledger.drop_range(last, row)
        return True

    def _follows_label(self, row: Row) -> bool:
        """Say whether *row* stands right below lines of text, or below the range printed between."""
        return bool(self._above) and (
            near(self._above[-1], row) or (self._ahead is not None and near(self._ahead[0], row))
        )

    def _of_next(self, row: Row) -> bool:
        """Say whether a range stands between a label and its value."""
        if not self._above or not near(self._above[-1], row):
            return False
        named = self._below is not None and VALUE_NAME.match(self._below.text) is not None
        return named or self._labels.entry(tidy(self._above[-1].printed), self._sections.title) is not None

    def _in_range_column(self, row: Row, item: Item) -> bool:
        return self._columns.role(row, item, frozenset({Role.VALUE, Role.RANGE})) is Role.RANGE

    def _text(self, row: Row, items: Sequence[Item]) -> None:
        """Take a line without any value: a heading, the first or the last line of a label, a remark."""
        rest = ends_unit(self._ledger, row, items) if not self._above else row
        if not rest.words or (not self._above and ends_flag(self._ledger, row)):
            return
        row, text = rest, tidy(rest.printed)
        first, _, second = row.text.partition(GAP)
        if second and self._labels.entry(tidy(first), self._sections.title) and not is_heading(row):
            self._refuse(row, Refused("no_value"))  # "Vitamine B12   voir au dos"
            return
        if ends_label(self._ledger, self._labels, row, text, below=self._below, section=self._sections.title):
            self._above = []
            return
        if not self._above or not near(self._above[-1], row):
            self._forget_above()
        self._sections.head(row, text)
        if len(text.split()) <= _MOST_WORDS and not NOISE.search(text):
            self._above = [*self._above[1 - LABEL_LINES :], row]
        else:
            self._forget_above()

    def _forget_above(self) -> None:
        rows, self._above = self._above, []
        for row in rows:
            if not row.bold and not row.printed.isupper():
                entry = self._labels.entry(tidy(row.printed), self._sections.title)
                if entry is not None:
                    self._lonely.append((row, entry.key))
