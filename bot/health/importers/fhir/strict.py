"""JSON read without forgiveness: what two readers could take for two things is refused, and digits stay as written.

A number becomes a `Number`, the text of its digits: 6.30 is not 6.3, and 10**400 is never computed.
"""

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from bot.health.documents.errors import BrokenRecordError

Json = dict[str, Any]
_MOST_DIGITS: Final = 100
_REFERENCE: Final = re.compile(r"[A-Za-z0-9:/._#|%?=&+~@-]{1,300}")


class Number(str):
    """A number as its digits were written."""

    __slots__ = ()


class MalformedError(Exception):
    """A field of a resource has another type than FHIR gives it; the resource is counted, not kept."""


def parse(text: str | bytes) -> Any:
    """Read one JSON document. Raises `BrokenRecordError`."""
    try:
        return _DECODER.decode(text if isinstance(text, str) else text.decode("utf-8-sig"))
    except (ValueError, RecursionError):  # a decoding error is a ValueError; its words quote the file
        raise BrokenRecordError(f"{len(text)} characters of JSON") from None


def string(of: Json, key: str) -> str:
    """Give a text, "" when there is none. Raises `MalformedError`."""
    value = of.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or isinstance(value, Number):
        raise MalformedError
    return value


def digits(of: Json, key: str) -> str:
    """Give a number as written, "" when there is none. Raises `MalformedError`."""
    value = of.get(key)
    if value is None:
        return ""
    if not isinstance(value, Number):
        raise MalformedError
    return str(value)


def child(of: Json, key: str) -> Json:
    """Give an object, an empty one when there is none. Raises `MalformedError`."""
    value = of.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise MalformedError
    return value


def children(of: Json, key: str) -> Sequence[Json]:
    """Give a list of objects. Raises `MalformedError`."""
    value = of.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise MalformedError
    return value


def strings(of: Json, key: str) -> Sequence[str]:
    """Give a list of texts; a null among them says nothing. Raises `MalformedError`."""
    value = of.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or any(isinstance(item, Number | dict | list | bool) for item in value):
        raise MalformedError
    return [item for item in value if item]


def reference(of: Json, key: str) -> str:
    """Give where a Reference points, "" when nowhere or at nothing an address can be. Raises `MalformedError`."""
    target = string(child(of, key), "reference")
    return target if _REFERENCE.fullmatch(target) else ""


def _once(pairs: list[tuple[str, Any]]) -> Json:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError  # a key twice
    return found


def _number(written: str) -> Number:
    if len(written) > _MOST_DIGITS:
        raise ValueError
    return Number(written)


def _constant(_name: str) -> Iterator[None]:
    raise ValueError  # NaN, Infinity


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_float=_number, parse_int=_number, parse_constant=_constant
)
