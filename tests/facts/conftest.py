"""The shipped tables, and facts as a report would print them."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.health.facts import Fact
from bot.health.facts.conversions import Conversions
from bot.health.facts.units import Units
from bot.settings import config_folder

NewFact = Callable[..., Fact]


@pytest.fixture(scope="session")
def conversions() -> Conversions:
    """The shipped conversions."""
    return Conversions.load(config_folder())


@pytest.fixture(scope="session")
def units() -> Units:
    """The shipped unit table."""
    return Units.load(config_folder())


@pytest.fixture(scope="session")
def new_fact(units: Units) -> NewFact:
    """`new_fact("glucose", "1.10", "g/L", day="2026-03-01")`: one line of a report."""

    def build(analyte: str | None, value: str, unit: str, *, day: str | None = "2026-03-01", **more: Any) -> Fact:
        low, high = more.pop("low", None), more.pop("high", None)
        try:
            number: Decimal | None = Decimal(value)
        except ArithmeticError:
            number = None
        values: dict[str, Any] = {
            "id": "1", "label": "a label", "analyte": analyte, "code": None, "comparator": "", "value": value,
            "number": number, "unit": unit, "ucum": units.ucum(unit), "ref_text": None, "ref_low": low,
            "ref_high": high, "low": Decimal(low) if low else None, "high": Decimal(high) if high else None,
            "flag": "", "date": date.fromisoformat(day) if day else None, "page": 1, "line": 1,
        }  # fmt: skip
        return Fact(**(values | more))

    return build
