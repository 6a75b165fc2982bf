"""The records of an app's JSON export, one at a time, so that a year of heart rates is never a tree in memory."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, NoReturn

from bot.health.documents.errors import DamagedExportError
from bot.health.importers.importer import Source
from bot.health.importers.separators import bare, number

Record = dict[str, Any]  # a stranger's: whatever is taken out goes through `amount` or `words`

_BLANK: Final = re.compile(r"[ \t\r\n]*")


def records(source: Source, *, inside: str = "data") -> Iterator[Record]:
    """Give the objects of an array; of an object, those of its array *inside*, else the object itself."""
    data = source.whole()
    try:
        text = data.decode(json.detect_encoding(data)).removeprefix("\ufeff")
        if text.startswith("[", _past_blanks(text, 0)):
            yield from _elements(text)
            return
        whole = json.loads(text, parse_constant=_refuse)
        held = whole.get(inside) if isinstance(whole, dict) else None
        yield from map(_object, held if isinstance(held, list) else [whole])
    except (ValueError, RecursionError):  # not JSON, cut short, or nested without end; the words stay here
        raise DamagedExportError(f"{len(data)} bytes") from None


def amount(record: Record, *path: str) -> float | None:
    """Give the number at *path*, also one written as text; None when there is none."""
    value = _at(record, path)
    if isinstance(value, str):
        read = number(bare(value), ".")
        return None if read is None else float(read)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value)
    except OverflowError:
        return float("inf")  # there is a number, and it is impossible


def words(record: Record, *path: str) -> str:
    """Give the text at *path*, "" when there is none."""
    value = _at(record, path)
    return value if isinstance(value, str) else ""


def _at(record: Record, path: tuple[str, ...]) -> object:
    value: object = record
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _elements(text: str) -> Iterator[Record]:
    decoder = json.JSONDecoder(parse_constant=_refuse)
    place = _past_blanks(text, 0) + 1
    if text.startswith("]", _past_blanks(text, place)):
        return
    while True:
        element, end = decoder.raw_decode(text, _past_blanks(text, place))
        yield _object(element)
        place = _past_blanks(text, end)
        if not text.startswith(",", place):
            break
        place += 1
    if not text.startswith("]", place):
        raise ValueError("no end")


def _past_blanks(text: str, place: int) -> int:
    found = _BLANK.match(text, place)
    return found.end() if found else place


def _object(element: object) -> Record:
    if not isinstance(element, dict):
        raise ValueError("no object")
    return element


def _refuse(_: str) -> NoReturn:
    raise ValueError("no number")
