"""Lines that complete the result above them: the rest of its label's cell, its unit, an earlier result."""

import re
from collections.abc import Sequence
from typing import Final

from bot.health.documents.items import Item, Kind
from bot.health.documents.ledger import Last, Ledger
from bot.health.documents.rows import Row

VALUE_NAME: Final = re.compile(
    r"(?:(?:your|current|patient|votre|vos)\s+)?(?:values?|results?|r[ée]sultats?|valeurs?)(?:\s+(?:is|est))?\s*(?::|$|(?=[\s<>≤≥]+[0-9<>]))\s*",
    re.IGNORECASE,
)  # "Value: 11.4 g/dL": what is measured stands above
_SAME_CELL = 1.4  # row heights
_PARTED = 1.05
_FLUSH = 3.0  # points


def in_cell(last: Last, row: Row, below: Row | None) -> bool:
    """Say whether *row* is the next line of the label above: flush with it, and closer to it than to what follows."""
    step = row.centre - last.row.centre
    apart = below is None or below.page != row.page or below.centre - row.centre > _PARTED * step
    return apart and step < _SAME_CELL * row.height and abs(row.words[0].x0 - last.margin) < _FLUSH


def ends_unit(ledger: Ledger, row: Row, items: Sequence[Item]) -> bool:
    """Complete the result above with the unit its cell had no room for."""
    last = ledger.above(row)
    if last is None or len(items) != 1 or items[0].kind is not Kind.UNIT or not items[0].ucum:
        return False
    if not ledger.facts[-1].unit and ledger.facts[-1].number is not None:
        ledger.set_unit(items[0].text, items[0].ucum)
    return True


def take_earlier(ledger: Ledger, row: Row, items: Sequence[Item]) -> None:
    """Take "Antériorité du 12/09/2024 : 12,8": never a value of this report."""
    last = ledger.above(row)
    value = next((item for item in items if item.kind in {Kind.NUMBER, Kind.BOUND, Kind.RESULT}), None)
    if last is not None and value is not None:
        ledger.set_previous(last, row.text[value.start : value.end].strip("()[] "))
        last.row = row
