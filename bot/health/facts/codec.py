"""Facts and reports as JSON and back, checked field by field: sealed rows and other processes both use this form."""

from functools import cache
from typing import Any

from pydantic import TypeAdapter

from bot.health.facts.model import Fact, Report


@cache
def _fact() -> TypeAdapter[Fact]:
    return TypeAdapter(Fact)


@cache
def _report() -> TypeAdapter[Report]:
    return TypeAdapter(Report)


def fact_to_json(fact: Fact) -> dict[str, Any]:
    """Give *fact* as JSON values; decimals and dates as strings."""
    values: dict[str, Any] = _fact().dump_python(fact, mode="json")
    return values


def fact_from_json(values: dict[str, Any]) -> Fact:
    """Rebuild what `fact_to_json` gave."""
    return _fact().validate_python(values)


def report_to_json(report: Report) -> dict[str, Any]:
    """Give *report* as JSON values."""
    values: dict[str, Any] = _report().dump_python(report, mode="json")
    return values


def report_from_json(values: dict[str, Any]) -> Report:
    """Rebuild what `report_to_json` gave."""
    return _report().validate_python(values)
