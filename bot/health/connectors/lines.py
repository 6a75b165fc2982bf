"""A resource as one line of JSON, its numbers written as its server wrote them: 6.30 stays 6.30."""

import json
from typing import Any, Final

from bot.health.importers.fhir.strict import MalformedError, Number

_text: Final = json.JSONEncoder(ensure_ascii=False).encode


def line(resource: Any) -> bytes:
    """Write what `strict.parse` gave. Raises `MalformedError` for what is nested without end."""
    try:
        return _written(resource).encode("utf-8", "replace")  # a lone surrogate is no letter of anything
    except RecursionError:
        raise MalformedError from None


def _written(value: Any) -> str:
    if isinstance(value, Number):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{_text(key)}:{_written(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(_written, value)) + "]"
    return _text(value)
