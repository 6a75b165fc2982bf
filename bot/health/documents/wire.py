"""What passes between the bot and the worker that reads: one request in, one answer out, both closed shapes.

The worker has touched a stranger's file, so its answer is a stranger's too: bounded, exact, nothing it does not need.
"""

import json
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.health.facts.model import Comparator, Fact, NotRead, Reason, Report
from bot.i18n import Language

MOST_BYTES: Final = 4_000_000  # of an answer: 40 pages of results weigh a tenth of it

_Text = Annotated[str, Field(max_length=400)]
_Id = Annotated[str, Field(pattern=r"^[0-9]{1,4}[a-z]?$")]
_Place = Annotated[int, Field(ge=1, le=10_000)]
_Number = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=30)]


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class Request(_Shape):
    """How to read, and how much that may cost. The document itself follows."""

    config: str
    max_pages: int
    memory_mb: int
    cpu_seconds: int
    password: str | None


class _Fact(_Shape):
    id: _Id
    label: Annotated[str, Field(min_length=1, max_length=400)]
    analyte: _Text | None
    code: Annotated[str, Field(pattern=r"^[0-9]{1,7}-[0-9]$")] | None
    comparator: Comparator
    value: Annotated[str, Field(min_length=1, max_length=400)]
    number: _Number | None
    unit: _Text
    ucum: _Text | None
    ref_text: _Text | None
    ref_low: _Text | None
    ref_high: _Text | None
    low: _Number | None
    high: _Number | None
    low_open: bool
    high_open: bool
    flag: _Text
    date: date | None
    page: _Place
    line: _Place
    form_of: _Id | None
    previous: _Text | None


class _NotRead(_Shape):
    page: _Place
    line: _Place
    reason: Reason
    text: Annotated[str, Field(max_length=2000)]


class _Report(_Shape):
    language: Language
    laboratory: _Text | None
    collected: date | None
    reported: date | None
    pages: _Place
    facts: Annotated[list[_Fact], Field(max_length=4000)]
    not_read: Annotated[list[_NotRead], Field(max_length=4000)]


class Failure(_Shape):
    """The worker's own fault, by type and place; never its words."""

    error: Annotated[str, Field(pattern=r"^[A-Za-z_]{1,60}$")]
    place: Annotated[str, Field(pattern=r"^[\w./-]{1,120}:[0-9]{1,6}$")]


class Answer(_Shape):
    """Exactly one of the three."""

    report: _Report | None = None
    refused: Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")] | None = None
    failed: Failure | None = None

    @model_validator(mode="after")
    def _one(self) -> "Answer":
        if sum(part is not None for part in (self.report, self.refused, self.failed)) != 1:
            raise ValueError("one answer")
        return self


def encode(report: Report) -> bytes:
    """Write an answer that holds *report*."""
    fields = asdict(report)
    del fields["kind"]
    for fact in fields["facts"]:
        del fact["review"]
    return json.dumps({"report": fields}, default=_plain, ensure_ascii=False).encode()


def decode(report: _Report) -> Report:
    """Give the report of a checked answer."""
    return Report(
        language=report.language, laboratory=report.laboratory, collected=report.collected, reported=report.reported,
        pages=report.pages, facts=tuple(Fact(**dict(fact)) for fact in report.facts),
        not_read=tuple(NotRead(**dict(line)) for line in report.not_read),
    )  # fmt: skip


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
