"""Ranges broken over two lines of their cell ("150 000 à" over "400 000"), put together before anything is read.

Read across, such a range would take an earlier result from the next column for its upper end.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from bot.health.documents.rows import GAP, Row, Word

_OPEN_ENDED: Final = re.compile(r"[0-9]\s*(?:[-\u2010-\u2015\u2212]|à|a|to)(?=\t|$)")
_END: Final = re.compile(r"[(\[]?[0-9][0-9.,\u00a0\u202f\u2009 ]*[)\]]?(?: \S+)?")
_SAME_CELL = 1.6  # row heights
_FLUSH = 3.0  # points


def unwrapped(rows: Sequence[Row]) -> Iterator[Row]:
    """Give *rows* with broken ranges joined; what else stood on the second line stays a row of its own."""
    waiting = list(rows)
    while waiting:
        row = waiting.pop(0)
        if waiting and _OPEN_ENDED.search(row.text) and waiting[0].centre - row.centre < _SAME_CELL * row.height:
            row, rest = _joined(row, waiting[0])
            waiting[0:1] = [rest] if rest.words else []
        yield row


def _joined(row: Row, below: Row) -> tuple[Row, Row]:
    for found in _OPEN_ENDED.finditer(row.text):
        left, right = row.place(row.text.rfind(GAP, 0, found.end()) + 1, found.end())
        cell = [w for w in _cell(below, left, right) if w.text]
        if not cell or not _END.fullmatch(" ".join(word.text for word in cell)):
            continue
        before = [word for word in row.words if word.x1 <= right + 0.1]
        step = (_next(row, right) - right) / (len(cell) + 1)
        moved = [
            replace(word, x0=right + min(step, 0.5) * n, x1=right + min(step, 0.5) * (n + 0.5))
            for n, word in enumerate(cell, start=1)
        ]
        words = [*before, *moved, *row.words[len(before) :]]
        rest = [word for word in below.words if word not in cell]
        return Row(row.page, row.line, words, row.centre), Row(below.page, below.line, rest, below.centre)
    return row, below


def _next(row: Row, right: float) -> float:
    return min((word.x0 for word in row.words if word.x0 > right), default=right + 10.0)


def _cell(below: Row, left: float, right: float) -> list[Word]:
    """Give the words of *below* that stand in the cell from *left* to *right*, flush with one of its edges."""
    start = 0
    for text in below.text.split(GAP):
        place = below.place(start, start + len(text))
        if abs(place[0] - left) < _FLUSH or abs(place[1] - right) < _FLUSH:
            return [word for word in below.words if place[0] - 0.1 <= word.x0 and word.x1 <= place[1] + 0.1]
        start += len(text) + 1
    return []
