"""Where a row's label ends and its result begins, and which lines cannot be results at all.

"CA 125" and "25-OH vitamine D" end or begin with numbers; "Tél. 01 42 33 44 55" and "75011 Paris" hold nothing else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Protocol

from bot.health.documents.columns import Columns
from bot.health.documents.forms import Reading, Unread
from bot.health.documents.items import QUALIFIER, Item, Kind
from bot.health.documents.reading import read
from bot.health.documents.rows import Row
from bot.health.facts.model import Reason


class Entry(Protocol):
    """What is known of an analyte; the knowledge base fulfils this."""

    @property
    def key(self) -> str: ...

    def code_for(self, ucum: str | None, /) -> str | None:
        """Give the LOINC code of this analyte measured in that unit."""
        ...


class Recognise(Protocol):
    """Gives the analyte a printed label names, or None; the heading above it may change which."""

    def __call__(self, label: str, /, *, section: str = "") -> Entry | None: ...


@dataclass(frozen=True, slots=True)
class Result:
    """A row read as a result."""

    label: str
    entry: Entry | None
    reading: Reading
    start: int  # of the value, in the row's text


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that looks like a result and is not certain."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class _Split:
    label: str
    entry: Entry | None
    index: int
    set_apart: bool  # by a gap, dots or a colon
    result: Reading | Unread


NOISE: Final = re.compile(
    r"(?<![\w-])(?:t[ée]l(?:[ée]phone|\.)?|phone|fax|télécopie|siret|siren|finess|rcs|tva|iban|selas|selarl|scm|capital|rues?|file:\S*|avenue|av\."
    r"|boulevard|bd|cedex|bp|street|road|suite|zip|www\.\S*|https?\S*|\S+@\S+|dossier|n°|nº|no\.|accession|npi|clia|mrn|nir|ipp|rpps|adeli"
    r"|pages?|prescripteur|prescri\w*|docteur|dr\.?|m[ée]decin|physician|provider|ordering|ordered|validée?|biologistes?"
    r"|pharmaciens?|director|éditée?|imprimée?|printed|prélevée?|prélèvement|collected|collection|received|reçue?|transmis|reported"
    r"|né\(?e?\)?|dob|d\.o\.b|date|born|âge|age|sexe|sex|gender|sécurité sociale|account|client|patiente?|signature|signed|copie|horaires"
    r"|ouvert\w*|accréditation|cofrac|accredited|license|lundi|samedi|monday|saturday|facture|invoice|eur|euros?|ttc|€|\$)(?![\w])",
    re.IGNORECASE,
)  # fmt: skip
_MOST_WORDS = 10
_AMOUNT_FIRST = re.compile(r"[0-9]+(?:[.,][0-9]+)?\s?(?:%|[^\W\d]{1,6}/[^\W\d])")  # "1 ng/mL = 21,2 mUI/L" converts
_PROSE = 4  # words after the first number


def tidy(label: str) -> str:
    """Take off what leads from a label to its value: dots, a colon, a flag's star."""
    text = re.sub(r"[\s\t]+", " ", re.sub(r"(?<=\.\w\.)(?:\s[.…_])[.…_\s]+|(?<!\.\w)(?:\s?[.…_]){3,}|…+", " ", label))
    text = re.sub(r"^[\s*#•·>-]+|[\s:=*↑↓_…,-]+$", "", text)
    return re.sub(r"(?<=[\w)])\s0[0-9]$", "", text)  # the performing laboratory's number


class LabelReader:
    """Splits rows into label and result."""

    def __init__(self, recognise: Recognise) -> None:
        self._recognise = recognise

    def entry(self, label: str, section: str) -> Entry | None:
        """Give what *label* names under the heading *section*, with or without what it says in brackets."""
        bare = re.sub(r"\s*\([^)]*\)", "", label).strip()
        return self._recognise(label, section=section) or (self._recognise(bare, section=section) if bare else None)

    def read(
        self, row: Row, items: Sequence[Item], columns: Columns, *, section: str, above: str = ""
    ) -> Result | Refused | None:
        """Give the row's result, why it is refused, or None when it is not a result line. *above* is a label's first line."""
        splits = self._splits(row, items, columns.fitting(row, items), section=section, above=above)
        chosen = _choose(splits)
        if chosen is None:
            return None
        noise = NOISE.search(row.text) is not None
        if isinstance(chosen.result, Unread):
            worded = chosen.set_apart and any(item.kind in {Kind.RESULT, Kind.PENDING} and item.gap for item in items)
            doubtful = chosen.entry is not None or worded or (_measured(items) and not _prose(items))
            return Refused(chosen.result.reason) if doubtful and not noise else None
        if not _plausible(chosen, noise=noise):
            doubtful = _measured(items) and not noise and not _prose(items) and not QUALIFIER.match(chosen.label)
            return Refused("not_a_result") if doubtful else None
        return Result(chosen.label, chosen.entry, chosen.result, items[chosen.index].start)

    def _splits(
        self, row: Row, items: Sequence[Item], columns: Columns, *, section: str, above: str
    ) -> Sequence[_Split]:
        splits: list[_Split] = []
        for index, item in enumerate(items):
            if item.kind not in {Kind.NUMBER, Kind.BOUND, Kind.RESULT, Kind.PENDING, Kind.RANGE}:
                continue
            before = row.text[: item.start]
            if row.in_brackets(item.start):
                continue  # "(CKD-EPI 2009)"
            apart = (
                index == 0
                or item.gap
                or bool(re.search(r"[:=…]\s*[*↑↓]*\s*$|\.{3}\s*$|[*↑↓]\s*$", before))
                or _after_gap(items, index)
            )
            first = _first_of_result(items, index)
            label = tidy(f"{above} {row.text[: items[first].start]}")
            if not re.search(r"[^\W\d_]", label) or (item.kind is Kind.RESULT and not apart and splits):
                continue
            try:
                result: Reading | Unread = read(row, items[first:], columns)
            except Unread as unread:
                result = unread
            splits.append(_Split(label, self.entry(label, section), index, apart, result))
        return splits


def _after_gap(items: Sequence[Item], index: int) -> bool:
    """Say whether only a unit or a flag stands between a column's beginning and this item."""
    while index > 0 and items[index - 1].kind in {Kind.UNIT, Kind.FLAG, Kind.DATE}:
        index -= 1
        if items[index].gap:
            return True
    return False


def _first_of_result(items: Sequence[Item], index: int) -> int:
    """Step back over what stands before the value and is no part of the label: a unit, a flag, a day."""
    while index > 1:
        before = items[index - 1]
        sure = before.kind in {Kind.UNIT, Kind.FLAG, Kind.DATE} and (before.gap or before.clasped)
        sure = sure or (before.kind is Kind.FLAG and not before.text.isalpha())
        sure = sure or (before.kind is Kind.UNIT and "/" in before.text) or before.text == ":"
        if not sure:
            break
        index -= 1
    return index


def _choose(splits: Sequence[_Split]) -> _Split | None:
    """Pick where the label ends: a known label, then a column's beginning, then the first number."""
    known = [s for s in splits if s.entry is not None and not re.search(r"[0-9][.,][0-9]+$", s.label)]
    if known:
        last = known[-1]
        same = [s for s in known if s.entry is not None and last.entry is not None and s.entry.key == last.entry.key]
        good = [s for s in same if isinstance(s.result, Reading)]
        if same[0] in good or not good or re.search(r"(?:^|\s)[0-9]+$", good[0].label):
            return same[0]
        return good[0]
    apart = [s for s in splits if s.set_apart]
    if not apart:
        return splits[0] if splits else None
    inside = [s for s in splits if s.index < apart[0].index and re.search(r"[.,]", s.label.split(" ")[-1])]
    return splits[0] if inside else apart[0]


def _plausible(split: _Split, *, noise: bool) -> bool:
    """Say whether this can be a result line: a label, a value, and a unit, a range or a known label."""
    assert isinstance(split.result, Reading)  # noqa: S101 - narrowed by the caller
    form = split.result.forms[0]
    ranged = form.range is not None or split.result.range_unsure
    if split.entry is not None:
        return True
    if (
        noise
        or _AMOUNT_FIRST.match(split.label)
        or len(split.label.split()) > _MOST_WORDS
        or not re.search(r"[^\W\d_]{2}", split.label)
        or QUALIFIER.match(split.label)
    ):
        return False
    if form.number is None:
        return split.set_apart
    if form.comparator:
        return ranged
    return ranged or (bool(form.unit) and form.ucum is not None and split.set_apart)


def lone(row: Row, items: Sequence[Item]) -> bool:
    """Say whether a short label and a number set apart from it are all that *row* holds ("pH  6,0")."""
    words, last = items[:-1], items[-1]
    named = (
        bool(words)
        and all(item.kind in {Kind.WORD, Kind.UNIT} for item in words)
        and bool(re.search(r"[^\W\d]{2}", row.text))
    )
    return (
        named
        and last.kind in {Kind.NUMBER, Kind.BOUND}
        and last.gap
        and len(words) <= _PROSE
        and not NOISE.search(row.text)
    )


def _measured(items: Sequence[Item]) -> bool:
    """Say whether a number with a known unit stands in the row."""
    near = [item for item in items if item.kind not in {Kind.DATE, Kind.FLAG}]
    return any(a.kind in {Kind.NUMBER, Kind.BOUND} and b.kind is Kind.UNIT and b.ucum for a, b in pairwise(near))


def _prose(items: Sequence[Item]) -> bool:
    """Say whether the row is a sentence that mentions numbers."""
    first = next((n for n, item in enumerate(items) if item.kind in {Kind.NUMBER, Kind.BOUND, Kind.RANGE}), len(items))
    words = [item for item in items[first:] if item.kind is Kind.WORD and re.search(r"\w{2}", item.text)]
    return len(words) >= _PROSE or first > _MOST_WORDS
