"""What passes between the bot and the worker that reads: one request in, one answer out, both closed shapes.

The worker has touched a stranger's file, so its answer is a stranger's too: bounded, exact, nothing it does not need.
"""

import json
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.health.facts.model import (
    Category,
    Coding,
    Comparator,
    Day,
    Device,
    Fact,
    Kind,
    NotRead,
    Reason,
    Report,
    Rollup,
    Status,
)
from bot.health.importers.importer import MassUnit
from bot.i18n import Language

MOST_BYTES: Final = 32_000_000  # of an answer: ten years of a watch and a phone weigh a third of it
MOST_FACTS: Final = 20_000
MOST_LINES: Final = 20_000  # that were not read
MOST_ROLLUPS: Final = 40_000
MOST_DAYS: Final = 300_000  # of all roll-ups: two thirds of an answer
MOST_DEVICES: Final = 2_000
MOST_COUNTS: Final = 400

_Text = Annotated[str, Field(max_length=400)]
_Long = Annotated[str, Field(max_length=4000)]
_Id = Annotated[str, Field(pattern=r"^[0-9]{1,5}[a-z]?$")]
_Share = Annotated[float, Field(ge=0, le=1)]
_Counts = Annotated[list[tuple[_Text, Annotated[int, Field(ge=0)]]], Field(max_length=MOST_COUNTS)]
_Place = Annotated[int, Field(ge=1, le=100_000_000)]
_Float = Annotated[float, Field(allow_inf_nan=False)]
_Number = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=30)]


class _Shape(BaseModel):
    # Built when first used: the worker, which only writes answers, is spared a fifth of its memory.
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Request(_Shape):
    """How to read, and how much that may cost. The document itself follows."""

    config: str
    max_pages: int
    memory_mb: int
    cpu_seconds: int
    password: str | None
    pictures: bool
    name: str  # of the file, "" when unknown
    language: Language
    mass_unit: MassUnit | None
    now: datetime


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
    until: date | None
    date: date | None
    page: _Place
    line: _Place
    form_of: _Id | None
    previous: _Text | None
    category: Category
    coding: Coding
    at: datetime | None
    status: Status
    specimen: _Text
    note: _Long
    score: _Share | None
    box: tuple[_Share, _Share, _Share, _Share] | None
    reference: _Text


class _Rollup(_Shape):
    metric: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    source: _Text
    unit: _Text
    days: Annotated[list[tuple[date, int, _Float, _Float, _Float, _Float]], Field(min_length=1, max_length=31)]


class _Device(_Shape):
    metric: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]
    source: _Text
    device: _Text
    since: date


class _NotRead(_Shape):
    page: _Place
    line: _Place
    reason: Reason
    text: Annotated[str, Field(max_length=2000)]


class _Report(_Shape):
    kind: Kind
    language: Language
    laboratory: _Text | None
    collected: date | None
    reported: date | None
    pages: _Place
    facts: Annotated[list[_Fact], Field(max_length=MOST_FACTS)]
    not_read: Annotated[list[_NotRead], Field(max_length=MOST_LINES)]
    rollups: Annotated[list[_Rollup], Field(max_length=MOST_ROLLUPS)]
    devices: Annotated[list[_Device], Field(max_length=MOST_DEVICES)]
    person: _Text | None
    counts: _Counts
    left: _Counts


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


class Progress(_Shape):
    """How many bytes of the file were read so far."""

    progress: Annotated[int, Field(ge=0)]


def encode(report: Report) -> bytes:
    """Write an answer that holds *report*."""
    fields = {name: getattr(report, name) for name in _Report.model_fields}
    fields["facts"] = [{name: getattr(fact, name) for name in _Fact.model_fields} for fact in report.facts]
    fields["not_read"] = [asdict(line) for line in report.not_read]
    fields["devices"] = [asdict(device) for device in report.devices]
    del fields["rollups"]
    answer = bytearray(json.dumps({"report": fields}, default=_plain, ensure_ascii=False)[:-2].encode())
    answer += b', "rollups": ['
    for number, rollup in enumerate(report.rollups):  # all at once they take more memory than the report does
        answer += (", " if number else "").encode() + json.dumps(_rollup(rollup), ensure_ascii=False).encode()
    return bytes(answer + b"]}}")


def _rollup(rollup: Rollup) -> dict[str, Any]:
    days = [_row(day) for day in rollup.days]
    return {"metric": rollup.metric, "source": rollup.source, "unit": rollup.unit, "days": days}


def decode(report: _Report) -> Report:
    """Give the report of a checked answer."""
    return Report(
        kind=report.kind, language=report.language, laboratory=report.laboratory, collected=report.collected,
        reported=report.reported, pages=report.pages, facts=tuple(Fact(**dict(fact)) for fact in report.facts),
        not_read=tuple(NotRead(**dict(line)) for line in report.not_read),
        rollups=tuple(
            Rollup(metric=r.metric, source=r.source, unit=r.unit, days=tuple(_day(*row) for row in r.days))
            for r in report.rollups
        ),
        devices=tuple(Device(**dict(device)) for device in report.devices),
        person=report.person, counts=tuple(report.counts), left=tuple(report.left),
    )  # fmt: skip


def _row(day: Day) -> tuple[str, int, float, float, float, float]:
    return day.day.isoformat(), day.count, day.total, day.low, day.high, day.last


def _day(day: date, count: int, total: float, low: float, high: float, last: float) -> Day:  # noqa: PLR0917
    return Day(day=day, count=count, total=total, low=low, high=high, last=last)


def _plain(value: Any) -> str:
    if isinstance(value, date):  # a datetime is one too
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(type(value).__name__)
