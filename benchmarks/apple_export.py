"""An Apple Health export of as many records as wanted, as a phone and a watch write it over seven years.

The order of its days is random, which is harder than life: an export goes through each type from the first day on.
"""

import random
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Final

_DAYS: Final = 7 * 365
_BEGAN: Final = datetime(2018, 1, 1, tzinfo=timezone(timedelta(hours=1)))
_WATCH: Final = (
    'Apple\u00a0Watch" sourceVersion="10.3.1" device="&lt;&lt;HKDevice: 0x28209a0d0&gt;, name:Apple Watch, manufacturer:Apple'
    " Inc., model:Watch, hardware:Watch6,2, software:10.3.1, creation date:2024-02-10 08:01:33 +0000&gt;"
)
_PHONE: Final = (
    'iPhone" sourceVersion="17.3.1" device="&lt;&lt;HKDevice: 0x28209b2c0&gt;, name:iPhone, manufacturer:Apple Inc.,'
    " model:iPhone, hardware:iPhone14,5, software:17.3.1, creation date:2024-02-10 08:01:33 +0000&gt;"
)
# Type, unit, lowest, highest, how often of a hundred, and by what.
_TYPES: Final = (
    ("HeartRate", "count/min", 48, 165, 40, _WATCH),
    ("ActiveEnergyBurned", "kcal", 0.05, 9, 30, _WATCH),
    ("BasalEnergyBurned", "kcal", 5, 22, 12, _WATCH),
    ("StepCount", "count", 4, 900, 8, _PHONE),
    ("DistanceWalkingRunning", "km", 0.005, 0.8, 6, _PHONE),
    ("OxygenSaturation", "%", 0.92, 1, 2, _WATCH),
    ("RespiratoryRate", "count/min", 11, 19, 2, _WATCH),
)
_PULSE: Final = '>\n  <MetadataEntry key="HKMetadataKeyHeartRateMotionContext" value="1"/>\n </Record>\n'
_TOP: Final = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData (Record*)>\n]>\n'


def write_export(path: Path, records: int) -> None:
    """Write `export.zip` with that many records; the same number gives the same file."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("apple_health_export/export.xml", "w", force_zip64=True) as file,
    ):
        file.write(f'{_TOP}<HealthData locale="fr_FR">\n <ExportDate value="2025-01-05 21:14:02 +0100"/>\n'.encode())
        for line in _lines(records):
            file.write(line.encode())
        file.write(b"</HealthData>\n")


def _lines(records: int) -> Iterator[str]:
    dice = random.Random(1)  # noqa: S311
    for kind, unit, low, high, _, source in dice.choices(_TYPES, [of[4] for of in _TYPES], k=records):
        start = _BEGAN + timedelta(seconds=dice.randrange(_DAYS * 86_400))
        end = f"{start + timedelta(seconds=dice.choice([0, 60, 300])):%Y-%m-%d %H:%M:%S %z}"
        yield (
            f' <Record type="HKQuantityTypeIdentifier{kind}" sourceName="{source}" unit="{unit}" creationDate="{end}"'
            f' startDate="{start:%Y-%m-%d %H:%M:%S %z}" endDate="{end}" value="{dice.uniform(low, high):.3f}"'
            + (_PULSE if kind == "HeartRate" else "/>\n")
        )
