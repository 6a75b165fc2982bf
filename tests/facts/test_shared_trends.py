"""One blood test printed in French and in American units: its results meet in the same series, on the same numbers."""

from decimal import Decimal
from pathlib import Path

from bot.health.facts.conversions import Conversions
from bot.health.facts.trend import series
from bot.health.importers.extract import read_report
from bot.settings.model import DocumentSettings


async def test_given_one_blood_test_in_two_countries_units_when_put_in_series_then_the_numbers_meet(
    shared: Path, conversions: Conversions
) -> None:
    reports = [
        await read_report((shared / f"data/lab/lab_{language}_clean.pdf").read_bytes(), DocumentSettings())
        for language in ("fr", "en")
    ]
    found = series([fact for report in reports for fact in report.facts], conversions)
    pairs = {line.analyte: [p.canonical.value for p in line.points] for line in found.series if len(line.points) == 2}

    assert len(pairs) == 11
    assert {key for key, (fr, en) in pairs.items() if abs(fr - en) > Decimal("0.01") * fr} == set()
    assert found.left_out == {"form": 1}
