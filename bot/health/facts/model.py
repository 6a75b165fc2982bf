"""A fact keeps what the report printed beside what code understood of it; the first is shown, the second computes."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from bot.i18n import Language

Comparator = Literal["", "<", "<=", ">", ">="]
Review = Literal["unreviewed", "confirmed", "edited"]
Reason = Literal[
    "no_value",  # a known label without a value
    "no_label",  # a value whose label could not be found
    "ambiguous",  # several values that layout alone cannot tell apart
    "not_a_result",  # text that looked like a result line and was not understood
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One result. Strings are as printed; `Decimal`s are what they mean. No range printed: every `ref` is None."""

    id: str  # "6"; a second form of the same result ("soit 6,55 mmol/L") is "6b"
    label: str
    analyte: str | None  # key into config/knowledge; None: unknown, shown as printed, never trended
    code: str | None  # LOINC
    comparator: Comparator
    value: str  # "11,4", "0,6", "Négatif"
    number: Decimal | None  # None for a text result
    unit: str  # as printed; "" when none was
    ucum: str | None  # None: unknown unit, no conversion
    ref_text: str | None  # "12,0 - 16,0"
    ref_low: str | None
    ref_high: str | None
    low: Decimal | None
    high: Decimal | None
    low_open: bool = False  # "> 60": 60 itself is outside
    high_open: bool = False
    flag: str  # "* B", "H", "" when none was printed
    date: date | None  # of collection, else of the report
    page: int
    line: int
    form_of: str | None = None  # id of the fact this line repeats in another unit
    previous: str | None = None  # the earlier result printed beside it, as printed
    review: Review = "unreviewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotRead:
    """A line that was not understood: said, never guessed."""

    page: int
    line: int
    reason: Reason
    text: str  # the line as printed, shown to its owner only


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one document says, proposed; nothing counts before its owner confirmed it."""

    kind: Literal["lab_report"] = "lab_report"
    language: Language
    laboratory: str | None
    collected: date | None
    reported: date | None
    pages: int
    facts: tuple[Fact, ...]
    not_read: tuple[NotRead, ...]
