"""Tells a code ("CNRYad994c2f30e80") from numbers and units written together ("HR130", "1h30", "T38.5C").

A code stays one word as printed, so that no measure is ever read inside it.
"""

import re
from collections.abc import Iterator
from typing import Final

_MIXED: Final = re.compile(r"[0-9][a-z]+[0-9]|[a-z][0-9]+[a-z]")
_RUN: Final = re.compile(r"[^\W_][\w+/=-]*")
_PART: Final = re.compile(r"[^\W_]+")
_GROUP: Final = re.compile(r"[0-9]+|[^\W\d_]+")
_FEW: Final = 2  # a name and a number, or a number and a unit
_THREE: Final = 3
_LONGEST_NUMBER: Final = 4  # digits of what is measured
_NAMES: Final = frozenset(
    {
        "t", "temp", "temperature", "fever", "fievre", "fc", "hr", "pouls", "pulse", "p", "ta", "bp", "pa", "sat", "sats",
        "spo", "rr", "fr", "gcs", "dextro", "gly", "glycemie", "bg", "bm", "bsl", "took", "pris", "avale", "taken",         "age", "aged",
    }
)  # fmt: skip
_UNITS: Final = frozenset(
    {
        "c", "f", "bpm", "mmhg", "h", "hr", "hrs", "min", "mins", "mn", "kg", "g", "mg", "mcg", "ml", "l", "cm", "mm",
        "m", "x", "y", "yo", "yr", "yrs", "ans", "an", "mois", "mo", "wk", "wks", "sem", "j", "jours", "days", "mmol",
        "ra", "aa", "cp", "cps", "pills", "pill", "tabs", "tablets", "comprimes",
    }
)  # fmt: skip
_BETWEEN: Final = frozenset(
    {
        "h", "hr", "hrs", "min", "mn", "m", "g", "kg", "x", "y", "yo", "yr", "ans", "mo", "ft", "sur", "over",
    }
)  # fmt: skip


def codes(folded: str) -> Iterator[tuple[int, int]]:
    """Give where the codes of *folded* stand."""
    if not _MIXED.search(folded):
        return
    for run in _RUN.finditer(folded):
        if _MIXED.search(run[0]) and any(is_code(part) for part in _PART.findall(run[0])):
            yield run.span()


def is_code(part: str) -> bool:
    """Say whether letters and digits in one run mean nothing taken apart."""
    groups: list[str] = _GROUP.findall(part)
    if len(groups) <= _FEW:
        return False
    if any(len(group) > _LONGEST_NUMBER for group in groups if group[0].isdigit()):
        return True
    if len(groups) == _THREE and not groups[0][0].isdigit():
        return groups[0] not in _NAMES or groups[2] not in _UNITS
    last = groups[-1]
    inner = [group for group in groups[:-1] if not group[0].isdigit()]
    return not (groups[0][0].isdigit() and _BETWEEN.issuperset(inner) and (last[0].isdigit() or last in _UNITS))
