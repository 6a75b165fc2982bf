"""A fact's strings exactly as its report printed them, on one line and without invisible characters."""

import re
import unicodedata
from typing import Final

from bot.health.facts import Fact

_BLANKS: Final = re.compile(r"[ \t\r\n]+")  # a printer's narrow spaces stay: they are part of "250 000"
_LONGEST_LABEL: Final = 80
_INVISIBLE: Final = frozenset({"Cc", "Cf"})  # controls and text-direction overrides, which could disguise a value


def plain(text: str) -> str:
    """Give *text* on one line, as its reader saw it."""
    line = _BLANKS.sub(" ", text).strip()
    return "".join(char for char in line if unicodedata.category(char) not in _INVISIBLE)


def shortened(text: str, longest: int) -> str:
    """Give *text* on one line, cut at *longest* characters."""
    line = plain(text)
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def label(fact: Fact) -> str:
    """Give the test's name as printed."""
    return shortened(fact.label, _LONGEST_LABEL)


def bold(text: str) -> str:
    """Mark *text* bold, unless its own asterisks would be taken for the mark."""
    return text if "*" in text else f"**{text}**"


def value(fact: Fact) -> str:
    """Give "< 0,6 mg/L": comparator, value and unit."""
    return plain(f"{fact.comparator} {fact.value} {fact.unit}")


def interval(fact: Fact) -> str | None:
    """Give "12,0 - 16,0"; None when the report printed no range."""
    if fact.ref_text:
        return plain(fact.ref_text)
    if fact.ref_low and fact.ref_high:
        return plain(f"{fact.ref_low} - {fact.ref_high}")
    if fact.ref_low:
        return plain(f"{'>' if fact.low_open else '≥'} {fact.ref_low}")
    if fact.ref_high:
        return plain(f"{'<' if fact.high_open else '≤'} {fact.ref_high}")
    return None
