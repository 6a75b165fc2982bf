"""One result's forms and the ranges printed beside them: which range belongs to which form, or to none for certain."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from bot.health.facts.model import Comparator, Reason
from bot.health.facts.numbers import Range


class Unread(Exception):  # noqa: N818 - not an error: a row that is listed as not read
    """This row holds no result that is certain."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


@dataclass(slots=True)
class Form:
    """One value with what belongs to it."""

    value: str
    comparator: Comparator = ""
    number: Decimal | None = None
    unit: str = ""
    ucum: str | None = None
    range: Range | None = None
    range_text: str | None = None
    flags: list[str] = field(default_factory=list)
    note: str = ""  # what stands beside it: an inhibiting concentration


@dataclass(slots=True)
class Reading:
    """What one row says."""

    forms: list[Form]
    previous: str | None
    range_unsure: bool  # ranges were printed, and none is certainly this person's


@dataclass(slots=True)
class PrintedRange:
    """A range, and the form it was printed after."""

    form: int
    range: Range
    unit: str = ""  # its own, in UCUM where known


def assign(forms: Sequence[Form], ranges: Sequence[PrintedRange], *, qualified: bool) -> bool:
    """Give each form its own range; False when ranges were printed and which one counts is not certain."""
    if not ranges:
        return True
    if qualified:
        return False
    if len(ranges) == len(forms) and ranges[-1].form == len(forms) - 1:
        chosen = list(zip(forms, ranges, strict=True))
    elif len(ranges) == 1:
        owner = _owner(forms, ranges[0])
        if owner is None:
            return False
        chosen = [(owner, ranges[0])]
    else:
        return False
    if any(r.unit and form.unit and r.unit != (form.ucum or form.unit) for form, r in chosen):
        return False
    for form, printed in chosen:
        form.range, form.range_text = printed.range, printed.range.text
    return True


def _owner(forms: Sequence[Form], printed: PrintedRange) -> Form | None:
    """Give the form that the only range belongs to. After "55 % soit 3,77 G/L" it is the count's."""
    first, last = forms[0], forms[-1]
    same = [form for form in forms if printed.unit and form.ucum == printed.unit]
    if same:
        return same[0]
    if printed.form == 0:
        return first
    if len({form.number for form in forms}) == 1:
        return forms[printed.form]  # "139 mEq/L soit 139 mmol/L (136 - 145)": the same number, the same range
    return last if first.unit == "%" != last.unit and len(forms) == 2 else None  # noqa: PLR2004
