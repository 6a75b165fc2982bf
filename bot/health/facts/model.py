"""A fact keeps what the report printed beside what code understood of it; the first is shown, the second computes."""

from dataclasses import dataclass
from datetime import date, datetime
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
    "low_score",  # a picture whose letters are not certain
    "pending",  # announced, and not there yet
    "impossible",  # a number no living person has, a date still to come
    "unit_unknown",  # a number whose unit the file does not say
]
Category = Literal[  # FHIR's words where it has them
    "laboratory", "vital", "body", "activity", "sleep", "nutrition", "imaging", "condition", "medication", "allergy",
    "immunization", "procedure", "appointment", "instruction",
]  # fmt: skip
Coding = Literal["given", "mapped", "none"]  # the code stood in the source, was found by our tables, or is not known
Status = Literal["final", "preliminary", "corrected", "active", "inactive"]  # the last two: a medicine, a condition …
Kind = Literal[
    "lab_report", "picture", "cda", "fhir", "prescription", "visit_summary", "imaging_report", "entry",
    "apple_health", "myfitnesspal", "peloton", "health_connect", "fitbit", "withings", "oura", "garmin", "record", "device",
]  # fmt: skip


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
    until: date | None = None  # the last day, of what lasts
    date: date | None  # of collection, else of the report
    page: int
    line: int
    form_of: str | None = None  # id of the fact this line repeats in another unit
    previous: str | None = None  # the earlier result printed beside it, as printed
    review: Review = "unreviewed"
    category: Category = "laboratory"
    coding: Coding = "none"
    at: datetime | None = None  # aware; only when the source gives the hour: `date` is its day where it was measured
    status: Status = "final"
    specimen: str = ""  # as written, "" when not said
    note: str = ""  # what the source says beside the value: a comment, a method, how to take a medicine
    score: float | None = None  # of the least certain letter read from a picture, 0..1; None: nothing was guessed
    box: tuple[float, float, float, float] | None = None  # left, top, right, bottom on the page, each 0..1
    reference: str = ""  # the source's own id of it: "Observation/123"
    origin: Kind = "lab_report"  # of the document it was confirmed from


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one device counted or measured in one day, where the person was."""

    day: date
    count: int  # of the records behind it
    total: float  # sum of the values; of a thing measured, `total / count` is the mean
    low: float
    high: float
    last: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollup:
    """One metric of one device over one month: devices are never added up, because a phone and a watch overlap."""

    metric: str  # key into `bot.health.importers.metrics`: "steps"
    source: str  # the device or app, as the file names it
    unit: str  # UCUM
    days: tuple[Day, ...]  # of one month, in order


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """What an import brings of one metric of one device, in short."""

    metric: str
    source: str
    first: date
    last: date
    days: int
    new: int  # of them, not held before, or held with another figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What measured a metric of one source from a day on: figures from before and after compare badly."""

    metric: str
    source: str
    device: str  # "Watch6,2", as the file names it
    since: date  # the first day it measured


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

    kind: Kind = "lab_report"
    language: Language
    laboratory: str | None
    collected: date | None
    reported: date | None
    pages: int
    facts: tuple[Fact, ...]
    not_read: tuple[NotRead, ...]
    rollups: tuple[Rollup, ...] = ()  # kept in rows of their own: none in what is sealed as the report
    spans: tuple[Span, ...] = ()  # of those rows
    devices: tuple[Device, ...] = ()  # where a source had more than one
    person: str | None = None  # whose it says it is, as written
    counts: tuple[tuple[str, int], ...] = ()  # what the file held, by the file's own names: ("Observation", 75)
    left: tuple[tuple[str, int], ...] = ()  # of these, what was left out: a reason's key or the file's own name
