"""Printed numbers, bounds and ranges, read exactly or refused: a value that could be out by a factor is no value.

The decimal mark belongs to the document, never to the machine's locale. "1,250" is 1.25 in a French report and 1250
in an English one; "1.250" in a report that writes commas could be either, so it is refused.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from bot.health.facts.model import Comparator

Mark = Literal[",", "."]

FIXED_SPACE: Final = "\u00a0\u202f\u2009\u2007"  # a printer's thousands separators: they never part two numbers
_MOST_DIGITS = 15
_TWO_NUMBERS = 1000
_SIGN = r"[-+\u2212]?"
# One number as it may stand in running text. Groups parted by an ordinary space are a French habit; in an English
# line "238 150 - 400" are three numbers.
_GROUPS = {
    ",": rf"[1-9][0-9]{{0,2}}(?:(?:[{FIXED_SPACE}][0-9]{{3}})+|(?: [0-9]{{3}}){{1,2}}(?! [0-9]{{3}}(?![0-9])))(?:[.,][0-9]+)?",
    ".": rf"[1-9][0-9]{{0,2}}(?:[{FIXED_SPACE}][0-9]{{3}})+(?:[.,][0-9]+)?",
}
_PLAIN = r"(?:[0-9]+(?:[.,'\u2019][0-9]+)*|\.[0-9]+)"
_BOUNDS: Final[tuple[tuple[Comparator, str], ...]] = (
    ("<=", r"<\s*(?:ou|or)\s*=|inf(?:érieure?s?|\.)?\s*ou\s*égale?s?\s*[àa]|less\s+than\s+or\s+equal\s+to|<=|=<|≤|⩽"),
    (
        ">=",
        r">\s*(?:ou|or)\s*=|sup(?:érieure?s?|\.)?\s*ou\s*égale?s?\s*[àa]|greater\s+than\s+or\s+equal\s+to|>=|=>|≥|⩾",
    ),
    ("<=", r"jusqu['\u2019]\s*[àa]|up\s+to|at\s+most|au\s+plus"),
    (">=", r"at\s+least|au\s+moins"),
    ("<", r"inf(?:érieure?s?|\.)?\s*[àa](?![a-z])|moins\s+de|(?:less|lower)\s+than|below|under|<"),
    (">", r"sup(?:érieure?s?|\.)?\s*[àa](?![a-z])|plus\s+de|(?:greater|more|higher)\s+than|above|over|>"),
)
BOUND: Final = "(?:" + "|".join(words for _, words in _BOUNDS) + ")"
DASH: Final = r"(?:\s*[-\u2010-\u2015\u2212]\s*|\s+(?:à|a|to)\s+|\s*à\s*)"
_NAME = (
    r"(?:N|V\.?\s?[RNU]\.?|Réf(?:érences?|\.)?|Ref(?:erence)?\.?(?:\s+(?:range|interval|limits))?|Norm(?:e|es|al|ale)?"
    r"(?:\s+range)?|Valeurs?\s+(?:de\s+référence|usuelles?|normales?)|Intervalle(?:\s+de\s+référence)?)"
)
NAMED: Final = rf"(?:{_NAME}\s*[:=]\s*)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A printed value: "< 0,6" is the comparator `<` and the value "0,6"."""

    comparator: Comparator
    value: str
    number: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A printed range, its brackets and its name ("N :") taken off."""

    text: str
    ref_low: str | None
    ref_high: str | None
    low: Decimal | None
    high: Decimal | None
    low_open: bool = False
    high_open: bool = False


def number_pattern(mark: Mark) -> str:
    """Give the pattern of one unsigned number in running text that writes *mark*."""
    return rf"(?:{_GROUPS[mark]}(?![0-9.,])|{_PLAIN})"


def parse_number(printed: str, mark: Mark) -> Decimal | None:
    """Read one number, or refuse."""
    text = printed.strip().replace("\u2212", "-")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text.removeprefix("+"))
    plain = _plain_digits(digits, mark)
    if plain is None or re.match(r"0[0-9]", plain) or sum(c.isdigit() for c in plain) > _MOST_DIGITS:
        return None  # "000" is the end of a number cut in two, "01" a code
    return Decimal(sign + plain)


def _plain_digits(text: str, mark: Mark) -> str | None:
    """Rewrite *text* with a point and no separators, if there is only one way to understand it."""
    other = "." if mark == "," else ","
    whole, _, rest = text.partition(mark)
    if (rest and not re.fullmatch(r"[0-9]+", rest)) or text.endswith(mark) or (not whole and (not rest or mark == ",")):
        return None
    tail = f".{rest}" if rest else ""
    if re.fullmatch(r"[0-9]*", whole):
        return f"{whole or '0'}{tail}"
    if re.fullmatch(
        rf"[1-9][0-9]{{0,2}}(?:[ {FIXED_SPACE}][0-9]{{3}})+|[1-9][0-9]{{0,2}}(?:['\u2019][0-9]{{3}})+", whole
    ):
        return re.sub(r"[^0-9]", "", whole) + tail
    grouped = re.fullmatch(rf"[1-9][0-9]{{0,2}}(?:{re.escape(other)}[0-9]{{3}})+", whole)
    if grouped:  # "1.250" where decimals are commas: a thousand or a slip of the mark, nobody can tell
        return whole.replace(other, "") + tail if mark == "." or rest or whole.count(other) > 1 else None
    if not rest and re.fullmatch(rf"[0-9]+{re.escape(other)}[0-9]+", whole):
        return whole.replace(",", ".")  # "1.18" in a report that writes commas: it can only be a decimal
    return None


def comparator_of(words: str) -> Comparator | None:
    """Give the comparator that *words* ("Inf. à", "≤", "less than") stand for."""
    for comparator, pattern in _BOUNDS:
        if re.fullmatch(pattern, words.strip(), re.IGNORECASE):
            return comparator
    return None


def parse_amount(printed: str, mark: Mark) -> Amount | None:
    """Read a value with or without a comparator."""
    found = re.fullmatch(rf"\s*({BOUND})?\s*(\S.*?)\s*", printed, re.IGNORECASE | re.DOTALL)
    if not found:
        return None
    number = parse_number(found[2], mark)
    comparator = comparator_of(found[1]) if found[1] else ""
    if number is None or comparator is None:
        return None
    return Amount(comparator=comparator, value=found[2], number=number)


def parse_range(printed: str, mark: Mark) -> Range | None:
    """Read a range: two ends, or one bound. Its ends must be in order."""
    text = _undressed(printed)
    one = parse_amount(text, mark)
    if one is not None:
        return _bounded(text, one) if one.comparator else None
    number = rf"{_SIGN}(?:{number_pattern(',')})"  # a range stands alone here: its spaces can only be thousands
    two = re.fullmatch(
        rf"(?:de\s+|from\s+|entre\s+|between\s+)?({number})({DASH}|\s+et\s+|\s+and\s+)({number})", text, re.IGNORECASE
    )
    if not two:
        return None
    low, high = parse_number(two[1], mark), parse_number(two[3], mark)
    if low is None or high is None or low > high:
        return None
    if " " in two[3] and low and high >= low * _TWO_NUMBERS:
        return None  # "150 - 400 245": a range and the number after it
    return Range(text=text, ref_low=two[1], ref_high=two[3], low=low, high=high)


def _undressed(printed: str) -> str:
    text = re.sub(r"[ \t\n]+", " ", printed).strip()
    for _ in range(2):  # "(N : 12 - 16)" and "N : (12 - 16)"
        if text[:1] + text[-1:] in {"()", "[]"}:
            text = text[1:-1].strip()
        text = re.sub(rf"^{NAMED}", "", text, flags=re.IGNORECASE)
    return text


def _bounded(text: str, bound: Amount) -> Range:
    if bound.comparator in {"<", "<="}:
        return Range(
            text=text,
            ref_low=None,
            ref_high=bound.value,
            low=None,
            high=bound.number,
            high_open=bound.comparator == "<",
        )
    return Range(
        text=text, ref_low=bound.value, ref_high=None, low=bound.number, high=None, low_open=bound.comparator == ">"
    )
