"""A fact's strings exactly as its report printed them, safe inside light Markdown.

A label such as `10*3/uL` or `[x](http://…)` comes from a stranger's file: it is shown, never obeyed.
"""

import re
from typing import Final

from bot.health.facts import Fact

_MARKUP: Final = re.compile(r"[\\`*_~|$\[\]]|<(?=[A-Za-z/!?])|&(?=[#A-Za-z])")
_SPACES: Final = re.compile(r"\s+")


def quoted(text: str) -> str:
    """Give *text* on one line, its characters kept and its markup disarmed."""
    return _MARKUP.sub(r"\\\g<0>", _SPACES.sub(" ", text).strip())


def value(fact: Fact) -> str:
    """Give "< 0,6 mg/L": comparator, value and unit as printed."""
    return quoted(f"{fact.comparator} {fact.value} {fact.unit}")


def interval(fact: Fact) -> str | None:
    """Give "12,0 - 16,0" as printed; None when the report printed no range."""
    if fact.ref_text:
        return quoted(fact.ref_text)
    if fact.ref_low and fact.ref_high:
        return quoted(f"{fact.ref_low} - {fact.ref_high}")
    if fact.ref_low:
        return quoted(f"{'>' if fact.low_open else '≥'} {fact.ref_low}")
    if fact.ref_high:
        return quoted(f"{'<' if fact.high_open else '≤'} {fact.ref_high}")
    return None
