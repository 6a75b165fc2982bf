"""Lines that complete the result above them: the rest of its label's cell, its unit, an earlier result, a target."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.health.documents.items import Item, Kind
from bot.health.documents.labels import LabelReader, Result
from bot.health.documents.ledger import Last, Ledger, joint
from bot.health.documents.rows import Row

VALUE_NAME: Final = re.compile(
    r"(?:(?:your|current|patient|votre|vos)\s+)?(?:values?|results?|r[ée]sultats?|valeurs?)(?:\s+(?:is|est))?\s*(?::|$|(?=[\s<>≤≥]+[0-9<>]))\s*",
    re.IGNORECASE,
)  # "Value: 11.4 g/dL": what is measured stands above
RANGE_NAME: Final = re.compile(
    r"(?:(?:biological\s+)?(?:reference|normal|ref\.?)\s+(?:ranges?|intervals?|values?|limits?)|ranges?|normes?"
    r"|(?:valeurs?|intervalles?)\s+(?:de\s+référence|usuelles?|normales?|seuils?))",
    re.IGNORECASE,
)
_FLAG: Final = re.compile(r"\(?(?:HH?|LL?|high|low|[*↑↓]+)\)?", re.IGNORECASE)
_SAME_CELL = 1.4  # row heights
_PARTED = 1.05
_FLUSH = 3.0  # points
_FEW_WORDS = 3
LABEL_LINES: Final = 3  # a label wrapped in its column


def in_cell(last: Last, row: Row, below: Row | None) -> bool:
    """Say whether *row* is the next line of the label above: flush with it, closer to it than results are set."""
    step = row.centre - last.row.centre
    apart = below is None or below.page != row.page or below.centre - row.centre > _PARTED * step
    apart = apart or last.pitch > _PARTED * step
    return apart and step < _SAME_CELL * row.height and abs(row.words[0].x0 - last.margin) < _FLUSH


def ends_label(ledger: Ledger, labels: LabelReader, row: Row, text: str, *, below: Row | None, section: str) -> bool:
    """Complete the label of the result above with *text*: "Hemoglobin" over "A1c" is another analyte."""
    last = ledger.above(row)
    if last is None or len(last.label_below) >= LABEL_LINES:
        return False
    if last.entry is not None:
        if not in_cell(last, row, below):
            return False
        whole = f"{ledger.first_of(last).label}{last.joint}{text}"
        entry = labels.entry(whole, section)
        if entry is None and (not text[:1].islower() or len(text.split()) > _FEW_WORDS):
            return False
        ledger.rename(last, whole, entry)
        last.row, last.joint = row, joint(row.text)
        return True
    last.label_below.append(text)
    label = ledger.first_of(last).label + last.joint + " ".join(last.label_below)
    for count in range(len(last.label_above) + 1):
        whole = " ".join([*last.label_above[len(last.label_above) - count :], label])
        entry = labels.entry(whole, section)
        if entry is not None:
            ledger.rename(last, whole, entry)
            last.row = row
            return True
    return False


def ends_unit(ledger: Ledger, row: Row, items: Sequence[Item]) -> Row:
    """Complete the result above with the unit its cell had no room for; give what else *row* holds."""
    last = ledger.above(row)
    units = [item for item in items if item.kind is Kind.UNIT and item.ucum and (item.gap or item.start == 0)]
    if last is None or not units or units != list(items[-len(units) :]) or len({unit.ucum for unit in units}) > 1:
        return row
    if not ledger.facts[-1].unit and ledger.facts[-1].number is not None and units[0].ucum:
        ledger.set_unit(units[0].text, units[0].ucum)
    return row.between(0, row.place(units[0].start, units[0].end)[0] - 0.1)


def ends_flag(ledger: Ledger, row: Row) -> bool:
    """Complete the result above with the flag its cell had no room for."""
    last = ledger.above(row)
    if last is None or not _FLAG.fullmatch(row.text) or not last.heads(row.place(0, len(row.text))):
        return False
    fact = ledger.facts[-1]
    ledger.facts[-1] = replace(fact, flag=f"{fact.flag} {row.text.strip('()')}".strip())
    return True


def is_target(ledger: Ledger, found: Result) -> bool:
    """Say whether "LDL < 1,00 g/L" comes after LDL's own result: then it is what to aim at, not a second result."""
    form = found.reading.forms[0]
    seen = found.entry is not None and any(fact.analyte == found.entry.key for fact in ledger.facts)
    return seen and bool(form.comparator) and form.range is None


def take_earlier(ledger: Ledger, row: Row, items: Sequence[Item]) -> None:
    """Take "Antériorité du 12/09/2024 : 12,8": never a value of this report."""
    last = ledger.above(row)
    value = next((item for item in items if item.kind in {Kind.NUMBER, Kind.BOUND, Kind.RESULT}), None)
    if last is not None and value is not None:
        ledger.set_previous(last, row.text[value.start : value.end].strip("()[] "))
        last.row = row
