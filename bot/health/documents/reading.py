"""A row's items to one result: value, unit, range, flag, and what was printed beside it but does not count.

Every item must find its place, or the row is refused with a reason. In doubt a range is dropped and that is said; in
doubt about the value, the whole row is.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.health.documents.columns import Columns, Role
from bot.health.documents.forms import Form, PrintedRange, Reading, Unread, assign
from bot.health.documents.items import QUALIFIER, Item, Kind
from bot.health.documents.rows import GAP, Row
from bot.health.facts.numbers import Range

_PLAIN = frozenset({Role.VALUE, Role.EARLIER, Role.UNCERTAIN, Role.ASIDE, Role.LOW, Role.HIGH})
_BOUNDED = frozenset({Role.VALUE, Role.EARLIER, Role.UNCERTAIN, Role.RANGE})
_WORDED = frozenset({Role.VALUE, Role.EARLIER, Role.UNCERTAIN, Role.RANGE, Role.FLAG})
_RESULTS = frozenset({Role.VALUE, Role.EARLIER, Role.UNCERTAIN})
_ASIDE = frozenset({Role.UNIT, Role.RANGE, Role.FLAG, Role.ASIDE, Role.VALUE, Role.EARLIER})
_LONGEST_UNIT = 12
_STATUS = re.compile(
    r"(?i)final|finale?s?|f|preliminary|prelim|corrected|completed?|verified|provisoire|définitif|validé"
)
_THOUSAND = 1000
_COUNTS = frozenset({"/mm3", "/uL", "/mL", "[CFU]/mL"})  # units whose values are printed by thousands


def read(row: Row, items: Sequence[Item], columns: Columns) -> Reading:
    """Give what *items*, all that follows a label, say. Raises `Unread`."""
    reader = _Reader(row, columns)
    for index, item in enumerate(items):
        reader.take(item, items[index + 1 :])
    return reader.finish()


class _Reader:
    def __init__(self, row: Row, columns: Columns) -> None:
        self._row, self._columns = row, columns
        self._forms: list[Form] = []
        self._ranges: list[PrintedRange] = []
        self._previous: str | None = None
        self._loose: list[tuple[Item, bool]] = []  # with: does a range follow at once?
        self._flags: list[str] = []
        self._parted: list[bool] = []  # of each form: could its number be two ("140 138")?
        self._unit: Item | None = None  # printed before the value
        self._linked = self._earlier_next = self._qualified = self._unsure_range = False
        self._ends: dict[Role, Item] = {}
        self._unheaded = 0  # numbers after the value that no heading explains
        self._range_words: str | None = None  # "Négatif" where ranges stand
        self._headed: tuple[str, str | None] = ("", None)  # the unit that the value's heading gives
        self._in_column = False  # does a heading say that the value is one?
        self._before: Kind | None = None
        self._last: Kind | None = None  # RANGE for a bound that was one, EARLIER for an earlier value

    def take(self, item: Item, after: Sequence[Item]) -> None:
        """Find the place of one more item; *after* are those that follow it."""
        self._place(item, after)
        self._before = item.kind

    def _place(self, item: Item, after: Sequence[Item]) -> None:
        match item.kind:
            case Kind.NUMBER | Kind.BOUND:
                self._last = self._amount(item, after)
            case Kind.RANGE:
                self._add_range(item)
            case Kind.UNIT:
                self._take_unit(item)
            case Kind.FLAG:
                self._take_flag(item, after)
            case Kind.RESULT:
                self._take_words(item)
            case Kind.DATE | Kind.EARLIER:
                self._take_mark(item)
            case Kind.LINK:
                self._linked = bool(self._forms)
            case Kind.PENDING if not self._forms:
                raise Unread("no_value")
            case _:
                self._take_word(item, after)

    def _amount(self, item: Item, after: Sequence[Item]) -> Kind:
        among = _BOUNDED if item.kind is Kind.BOUND else _PLAIN
        role = self._columns.role(self._row, item, among)
        if role is Role.UNCERTAIN:
            raise Unread("ambiguous")
        if role is Role.ASIDE:
            return Kind.WORD
        if role in {Role.LOW, Role.HIGH}:
            return self._add_end(item, role)
        if role is Role.EARLIER:
            return self._add_previous(item)
        if self._earlier_next and role is not Role.RANGE:
            if not self._forms[-1].unit and self._range_of(len(self._forms) - 1) is None:
                raise Unread("ambiguous")  # "12,8  12/09/24  11,4 g/dL": which one is of that day?
            return self._add_previous(item)
        if item.kind is Kind.BOUND and self._is_range(item, role):
            return self._add_range(item)
        if not self._forms or self._linked:
            owned = bool(after) and after[0].kind is Kind.UNIT and self._unit is None
            if self._ranges and not self._forms and role is not Role.VALUE and not owned:
                raise Unread("ambiguous")  # "Ferritine  µg/L  15 - 150  33": the result, or an earlier one
            self._linked = False
            self._in_column = role is Role.VALUE
            return self._add_form(item)
        return self._further(item, after)

    def _is_range(self, item: Item, role: Role | None) -> bool:
        if item.clasped or role is Role.RANGE:
            return True
        if not self._forms and self._unit is not None and not self._unit.clasped and role is None:
            raise Unread("ambiguous")  # "CRP  mg/L  < 5,0": its value or its range
        return bool(self._forms) and not self._linked and self._range_of(len(self._forms) - 1) is None

    def _further(self, item: Item, after: Sequence[Item]) -> Kind:
        """Place a number after the value: a second form, an earlier result, or a doubt about all of it."""
        form = self._forms[-1]
        unit = next((a for a in after[:1] if a.kind is Kind.UNIT), None)
        ranged = self._range_of(len(self._forms) - 1) is not None
        if not form.unit and not ranged:
            raise Unread("ambiguous")
        if unit is not None and unit.ucum and form.ucum and unit.ucum != form.ucum:
            return self._add_form(item)
        if unit is not None and not ranged:
            raise Unread("ambiguous")
        self._unheaded += 1
        return self._add_previous(item)

    def _add_form(self, item: Item) -> Kind:
        if self._in_column and not self._forms:
            self._headed = self._columns.unit(self._row, item)
        self._forms.append(Form(value=item.text, comparator=item.comparator, number=item.number))
        self._parted.append(" " in item.text and not item.gap)
        if self._unit is not None and len(self._forms) == 1:
            self._forms[0].unit, self._forms[0].ucum = self._unit.text, self._unit.ucum
        return Kind.NUMBER

    def _add_previous(self, item: Item) -> Kind:
        printed = self._row.text[item.start : item.end].strip("()[] ") if item.kind is Kind.BOUND else item.text
        self._previous = self._previous or printed
        self._earlier_next = False
        return Kind.EARLIER

    def _add_end(self, item: Item, role: Role) -> Kind:
        self._ends[role] = item
        if len(self._ends) == 2:  # noqa: PLR2004 - both ends
            low, high = self._ends[Role.LOW], self._ends[Role.HIGH]
            printed = Range(
                text=f"{low.text} - {high.text}", ref_low=low.text, ref_high=high.text, low=low.number, high=high.number
            )
            self._ranges.append(PrintedRange(max(len(self._forms) - 1, 0), printed))
        return Kind.RANGE

    def _add_one_end(self, role: Role, end: Item) -> None:
        printed = Range(text=end.text, ref_low=None, ref_high=None, low=None, high=None)
        if role is Role.LOW:
            printed = replace(printed, ref_low=end.text, low=end.number)
        else:
            printed = replace(printed, ref_high=end.text, high=end.number)
        self._ranges.append(PrintedRange(0, printed))

    def _range_of(self, form: int) -> PrintedRange | None:
        return next((r for r in self._ranges if r.form == form), None)

    def _add_range(self, item: Item) -> Kind:
        self._last = Kind.RANGE
        if self._across(item):
            self._unsure_range = True
        elif item.range is not None:
            self._ranges.append(PrintedRange(max(len(self._forms) - 1, 0), item.range))
        return Kind.RANGE

    def _across(self, item: Item) -> bool:
        """Say whether a range reaches into a column of results: its own end stands elsewhere, or nowhere."""
        gap = self._row.text.rfind(GAP, item.start, item.end)
        if gap < 0:
            return False
        return self._columns.role(self._row, replace(item, start=gap + 1), _PLAIN | {Role.RANGE}) in _RESULTS

    def _take_unit(self, item: Item) -> None:
        if self._last is Kind.RANGE and self._ranges:
            self._ranges[-1].unit = item.ucum or item.text
        if not self._forms:
            self._unit = item
            return
        form = self._forms[-1]
        if not form.unit:
            form.unit, form.ucum = item.text, item.ucum
        elif item.ucum != form.ucum and self._last not in {Kind.RANGE, Kind.EARLIER}:
            self._loose.append((item, False))

    def _take_flag(self, item: Item, after: Sequence[Item]) -> None:
        if after and after[0].kind is Kind.WORD and after[0].text == ":":  # "H : 13,0 - 17,0", for men
            self._qualified = True
        elif self._last is Kind.EARLIER and not item.gap:
            return
        else:
            (self._forms[-1].flags if self._forms else self._flags).append(item.text)

    def _take_words(self, item: Item) -> None:
        role = self._columns.role(self._row, item, _WORDED)
        if role is Role.UNCERTAIN:
            raise Unread("ambiguous")
        if role is Role.EARLIER or self._earlier_next:
            self._add_previous(item)
        elif not self._forms and role is Role.RANGE:
            self._range_words = item.text
        elif not self._forms:
            self._forms.append(Form(value=item.text, range_text=self._range_words))
            self._parted.append(False)
        elif item.text[:1] in "<>≤≥1" and self._row.in_brackets(item.start):
            self._unsure_range = True  # "Négatif (<1/80)": the titre that was found, or the one to be under
        elif self._forms[0].number is None and self._forms[0].range_text is None:
            self._forms[0].range_text = item.text
        elif re.fullmatch(r"(?i)(?:ab|a)?norma(?:le?s?|ux)", item.text):
            self._forms[-1].flags.append(item.text)
        else:
            self._loose.append((item, False))

    def _take_mark(self, item: Item) -> None:
        text = self._row.text
        if self._forms and text[: item.start].endswith("(") and text[item.end :].startswith(")"):
            if self._last is not Kind.EARLIER:
                raise Unread("ambiguous")  # the value itself is of that day
        elif self._forms:
            self._earlier_next = self._last is not Kind.EARLIER or item.kind is Kind.EARLIER  # else that one's day
        elif item.kind is Kind.EARLIER:
            raise Unread("ambiguous")

    def _take_word(self, item: Item, after: Sequence[Item]) -> None:
        following = after[0].kind if after else None
        if item.text == ":" and self._forms and self._before in {Kind.UNIT, Kind.DATE} and following is Kind.NUMBER:
            self._earlier_next = True  # "11,4 g/dL : 12,8" is how an earlier result is often printed
        if not re.fullmatch(r"[-\u2010-\u2015.,;:()\[\]|/•·]|0[0-9]", item.text):  # "01" is a laboratory's code
            self._loose.append((item, following in {Kind.RANGE, Kind.BOUND}))

    def finish(self) -> Reading:
        """Give the reading, once every item found its place."""
        if not self._forms:
            raise Unread("no_value")
        first = self._forms[0]
        if first.comparator and not (first.unit or self._ranges or self._in_column):
            raise Unread("ambiguous")  # "HDL  > 0,40" may be the range of a value that stands elsewhere
        if len(self._ends) == 1 and not self._ranges:
            self._add_one_end(*self._ends.popitem())
        for item, ranged in self._loose:
            self._place_loose(item, ranged=ranged)
        first.flags[:0] = self._flags
        if not first.unit:
            first.unit, first.ucum = self._headed
        unsure = not assign(self._forms, self._ranges, qualified=self._qualified) or self._unsure_range
        if self._unheaded > 1 and not self._ranges:
            self._previous, unsure = None, True  # "11,4 g/dL  12,0  16,0": earlier results, or the ends of a range
        for parted, form in zip(self._parted, self._forms, strict=True):
            if parted and not (
                form.ucum in _COUNTS or (form.range and max(form.range.low or 0, form.range.high or 0) >= _THOUSAND)
            ):
                raise Unread("ambiguous")
        return Reading(self._forms, self._previous, range_unsure=unsure)

    def _place_loose(self, item: Item, *, ranged: bool) -> None:
        form = self._forms[-1]
        role = self._columns.role(self._row, item, _ASIDE)
        between = self._row.in_brackets(item.start)
        if QUALIFIER.fullmatch(item.text) and (self._ranges or between):
            self._qualified = True
        elif item.gap and _STATUS.fullmatch(item.text):
            return
        elif role is Role.FLAG and item.gap:
            form.flags.append(item.text)
        elif role is Role.ASIDE or (between and (self._ranges or form.unit)):
            return
        elif role is Role.RANGE and form.unit:
            self._qualified = True  # "Not established"; beside numbers, words say whose they are
        elif not form.unit and (ranged or role is Role.UNIT) and len(item.text) <= _LONGEST_UNIT:
            form.unit = item.text
        else:
            raise Unread("not_a_result")
