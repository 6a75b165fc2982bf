"""What stands in Apple's attributes: times with their offset, a device inside its own description, the head of a record."""

import re
from datetime import datetime
from typing import Final
from xml.parsers import expat

from bot.health.documents.errors import DamagedExportError

LONGEST: Final = 400  # characters of a name
HEAD: Final = ("type", "sourceName", "device", "unit")
_YEARS: Final = range(1900, 2200)
_HARDWARE: Final = [re.compile(rf"\b{word}:(.+?)(?=, [A-Za-z ]+:|>?$)") for word in ("hardware", "model", "name")]

# What many records begin with alike, as it stands in the file: `type="…" sourceName="…" …`; or what `HEAD` names of it.
Head = bytes | tuple[str, str, str, str]
Row = tuple[Head, bytes, bytes, bytes]  # a record: its head, start, end and value


def attributes_of(written: bytes) -> tuple[str, str, str, str]:
    """Read a head as XML does. Raises `DamagedExportError` when it is none."""
    found: dict[str, str] = {}

    def start(_: str, attributes: dict[str, str]) -> None:
        found.update(attributes)

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = start
    try:
        parser.Parse(b"<Record %b/>" % written, True)  # noqa: FBT003 - it takes no name
    except expat.ExpatError:
        raise DamagedExportError(f"a head of {len(written)} bytes") from None
    return head_of(found)


def head_of(attributes: dict[str, str]) -> tuple[str, str, str, str]:
    """Give a record's head, "" for what it does not have."""
    kind, source, device, unit = (attributes.get(name, "") for name in HEAD)
    return kind, source, device, unit


def moment(written: bytes) -> datetime | None:
    """Give the aware time of "2024-03-31 23:10:00 +0200"; None when it is none."""
    try:
        when = datetime.fromisoformat(written.decode().replace(" +", "+").replace(" -", "-"))
    except ValueError:  # of which one of decoding is a kind
        return None
    return when if when.tzinfo and when.year in _YEARS else None


def hardware(device: str) -> str | None:
    """Give "Watch6,2" of `<<HKDevice: 0x28>, name:Apple Watch, hardware:Watch6,2, software:10.3>`; else model, or name."""
    found = next((found for words in _HARDWARE if (found := words.search(device))), None)
    return found[1][:LONGEST] if found else None
