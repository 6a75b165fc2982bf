"""Pages printed in two columns, read one column after the other; across, a left value would meet a right label."""

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.health.documents.items import Item, Kind, Scanner
from bot.health.documents.pages import Page
from bot.health.documents.rows import Row

_ROWS = 3  # rows that must agree before a page is cut
_SLACK = 4.0  # points
_VALUES = frozenset({Kind.NUMBER, Kind.BOUND, Kind.RESULT})


def streams(page: Page, scanner: Scanner) -> tuple[tuple[Row, ...], ...]:
    """Give the page's rows as one stream, or as its left and its right column."""
    edges = sorted(edge for row in page.rows if (edge := _second_label(row, scanner.items(row))) is not None)
    gutter = next((e for i, e in enumerate(edges) if len([f for f in edges[i:] if f - e <= _SLACK]) >= _ROWS), None)
    if gutter is None:
        return (page.rows,)
    left, right = [], []
    for row in page.rows:
        across = any(word.x0 < gutter - 1 < word.x1 for word in row.words)
        left.append(row if across else row.between(0, gutter - 1))
        if not across:
            right.append(row.between(gutter - 1, page.width + 1))
    return tuple(tuple(row for row in column if row.words) for column in (left, right))


def _second_label(row: Row, items: tuple[Item, ...]) -> float | None:
    """Give where a label begins that follows one result and precedes another in the same row."""
    for index, item in enumerate(items):
        if item.kind is not Kind.WORD or not item.gap or not re.match(r"[^\W\d]{2}", item.text):
            continue
        before, after = items[:index], items[index + 1 :]
        # Both halves are whole results; a flag between a value and its range would pass for a label otherwise.
        if before and before[0].kind is Kind.WORD and _measured(before) and _measured(after):
            return row.place(item.start, item.end)[0]
    return None


def _measured(items: Sequence[Item]) -> bool:
    plain = [item for item in items if item.kind is not Kind.FLAG]
    return any(a.kind in _VALUES and b.kind in {Kind.UNIT, Kind.RANGE} for a, b in pairwise(plain))
