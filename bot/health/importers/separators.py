"""Whether a comma or a dot parts the decimals of a column: proved by its cells together, never guessed from one.

`1,050` is a thousand in an American file and one in a French file. A column is read once one of its cells leaves no
doubt, or, when none does, by what the file's delimiter is for; if the rest of the file speaks against that, not at all.
"""

import re
from collections import defaultdict
from decimal import Decimal
from typing import Final, Literal

Mark = Literal[".", ","]

_WHOLE: Final = re.compile(r"[-+]?[0-9]{1,15}")
_READ: Final[dict[Mark, re.Pattern[str]]] = {
    ".": re.compile(r"[-+]?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,12})?|[-+]?\.[0-9]{1,12}"),
    ",": re.compile(r"[-+]?(?:[0-9]{1,15}|[0-9]{1,3}(?:\.[0-9]{3}){1,4})(?:,[0-9]{1,12})?|[-+]?,[0-9]{1,12}"),
}
_MARKED: Final = re.compile(r"[-+]?([0-9.,]*)([.,])([0-9]+)")
_SPACED: Final = re.compile(r"[-+]?[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")
_SPACES: Final = str.maketrans("", "", " \u00a0\u202f")
_GROUP = 3  # digits between two thousands marks


def bare(cell: str) -> str:
    """Give a cell without what spreadsheets put around a number: blanks, the apostrophe, spaces between thousands."""
    text = cell.strip().removeprefix("'")
    return text.translate(_SPACES) if _SPACED.fullmatch(text) else text


def number(text: str, mark: Mark | None) -> Decimal | None:
    """Read a bare cell; without a mark, only a whole number."""
    pattern = _READ[mark] if mark else _WHOLE
    if not pattern.fullmatch(text):
        return None
    if mark is None or text.isdigit():
        return Decimal(text)
    return Decimal(text.replace("," if mark == "." else ".", "").replace(",", "."))


def is_marked(text: str) -> bool:
    """Say whether a bare cell is a number to which only the meaning of its marks is missing."""
    return _MARKED.fullmatch(text) is not None


class Separators:
    """What the cells of a file's number columns prove."""

    def __init__(self, delimiter: str) -> None:
        self._delimiter = delimiter
        self._proved: defaultdict[str, set[str]] = defaultdict(set)  # of each column, its decimal marks
        self._open: defaultdict[str, set[str]] = defaultdict(set)  # marks that could be either

    def see(self, column: str, text: str) -> None:
        """Learn from one bare cell."""
        if not (found := _MARKED.fullmatch(text)):
            return
        head, mark, tail = found[1], found[2], found[3]
        other = "," if mark == "." else "."
        if other in head:
            self._proved[column].add(mark)
        elif mark in head:
            self._proved[column].add(other)
        elif len(tail) == _GROUP and 1 <= len(head) <= _GROUP and head != "0":
            self._open[column].add(mark)
        else:
            self._proved[column].add(mark)

    def mark(self, column: str) -> Mark | None:
        """Give the column's decimal mark; None when nothing settles it."""
        own = self._proved[column]
        if len(own) > 1:
            return None
        # A file is parted by semicolons because its commas part decimals.
        usual = "," if self._delimiter != "," and "," in self._open[column] else "."
        if not own and not set().union(*self._proved.values()) <= {usual}:
            return None
        return "," if "," in (own or {usual}) else "."
