"""Exports written for the tests as Apple writes them, small and known; and the tools an importer is given."""

import io
import zipfile
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from xml.sax.saxutils import quoteattr

from bot.health.facts import Report
from bot.health.facts.units import Units
from bot.health.importers.importer import Source, Tools
from bot.health.importers.registry import read
from bot.settings import config_folder

NOW = datetime(2025, 1, 5, 12, tzinfo=UTC)
DTD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!-- HealthKit Export Version: 14 -->\n'
DTD += "<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation|Workout)*)>\n<!ATTLIST HealthData locale CDATA #REQUIRED>\n]>\n"
ABOUT = (
    ' <ExportDate value="2025-01-05 11:14:02 +0100"/>\n <Me HKCharacteristicTypeIdentifierDateOfBirth="1984-03-11"/>\n'
)
STEPS, PULSE, WEIGHT = ("HKQuantityTypeIdentifier" + name for name in ("StepCount", "HeartRate", "BodyMass"))


def record(
    kind: str = STEPS,
    value: str = "100",
    start: str = "2024-03-10 08:00:00 +0100",
    end: str = "",
    *,
    unit: str | None = "count",
    source: str = "iPhone de Camille",
    device: str | None = None,
    inside: str = "",
) -> str:
    """Write one record; `HeartRate` may stand for its whole name."""
    long = kind if kind.startswith("HK") else f"HKQuantityTypeIdentifier{kind}"
    attributes = {"type": long, "sourceName": source, "sourceVersion": "17.3"}
    attributes |= {"device": device} if device else {}
    attributes |= {"unit": unit} if unit is not None else {}
    attributes |= {"creationDate": end or start, "startDate": start, "endDate": end or start, "value": value}
    written = " ".join(f"{name}={quoteattr(text)}" for name, text in attributes.items())
    return f" <Record {written}>{inside}</Record>\n" if inside else f" <Record {written}/>\n"


def watch(hardware: str) -> str:
    """Write a device as HealthKit describes it."""
    return f"<<HKDevice: 0x28209a0d0>, name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:{hardware}, software:10.3.1, creation date:2024-02-10 08:01:33 +0000>"


def export(*parts: str, dtd: str = DTD) -> bytes:
    """Write a whole `export.xml`."""
    return f'{dtd}<HealthData locale="fr_FR">\n{ABOUT}{"".join(parts)}</HealthData>\n'.encode()


def zipped(files: Iterable[tuple[str, bytes]], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Write an archive."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return written.getvalue()


def _nothing(_: str, /, *, section: str = "") -> None:
    """Recognise no label."""


@cache
def _units() -> Units:
    return Units.load(config_folder())


def tools(told: list[int] | None = None, now: datetime = NOW) -> Tools:
    """Give the tools; *told* gets what the importer tells of its progress."""
    return Tools(
        recognise=_nothing,
        units=_units(),
        now=now,
        language="en",
        max_pages=40,
        password=None,
        progress=(told if told is not None else []).append,
    )


def report(data: bytes, *, name: str = "", told: list[int] | None = None) -> Report:
    """Read a file in this process."""
    return read(Source(io.BytesIO(data), name=name), tools(told))


def days(
    read: Report, metric: str, source: str = "iPhone de Camille"
) -> dict[str, tuple[int, float, float, float, float]]:
    """Give a metric's days of one source: count, total, low, high, last."""
    return {
        str(day.day): (day.count, day.total, day.low, day.high, day.last)
        for rollup in read.rollups
        if (rollup.metric, rollup.source) == (metric, source)
        for day in rollup.days
    }
