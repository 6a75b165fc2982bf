"""Placed characters to words and rows: by the height of their centres, then from left to right.

Laboratory reports are ruled by blanks, not by lines, so a table finder sees nothing in them; gaps carry the columns.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from bot.health.facts.numbers import FIXED_SPACE

LONGEST_ROW: Final = 400  # characters; no line a person prints is longer, and every field of a fact holds it
GAP: Final = "\t"  # stands in a row's text where a column may begin
_SAME_ROW = 0.45  # of the larger height: superscripts stay in, the next line stays out
_NEW_WORD = 0.18  # of the height
_NEW_CELL = 0.8
_TOUCHING = 0.05
_OVERPRINTED = 0.15
_RAISED = 0.85
_RULES = "|¦│┃"  # a table drawn with characters


@dataclass(frozen=True, slots=True)
class Glyph:
    """One placed character."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    bold: bool
    score: float = 1.0  # how certain a letter read from a picture is

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def centre(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Word:
    """Characters without a blank between them."""

    text: str
    x0: float
    x1: float
    height: float
    bold: bool
    score: float = 1.0  # of its least certain character


class Row:
    """One printed line: its words, and its text with `GAP` where a column may begin."""

    def __init__(self, page: int, line: int, words: Sequence[Word], centre: float) -> None:
        self.page, self.line, self.words, self.centre = page, line, tuple(words), centre
        self.height = max((word.height for word in words), default=0.0)
        self.bold = all(word.bold for word in words)
        parts: list[str] = []
        self._starts: list[int] = []
        length = 0
        for index, word in enumerate(self.words):
            if index:
                wide = word.x0 - self.words[index - 1].x1 > _NEW_CELL * max(word.height, self.words[index - 1].height)
                parts.append(GAP if wide else " ")
                length += 1
            self._starts.append(length)
            parts.append(word.text)
            length += len(word.text)
        self.text = "".join(parts)

    @property
    def printed(self) -> str:
        """Give the line as a person sees it."""
        return " ".join(word.text for word in self.words)

    def score(self, start: int, end: int) -> float:
        """Give how certain the least certain word of `text[start:end]` is."""
        words = zip(self.words, self._starts, strict=True)
        return min((w.score for w, first in words if first < end and start < first + len(w.text)), default=1.0)

    def place(self, start: int, end: int) -> tuple[float, float]:
        """Give the left and right edge of `text[start:end]` on the page."""
        touched = [
            (word, max(start, first) - first, min(end, first + len(word.text)) - first)
            for word, first in zip(self.words, self._starts, strict=True)
            if first < end and start < first + len(word.text)
        ]
        if not touched:
            return (0.0, 0.0)
        (left, a, _), (right, _, b) = touched[0], touched[-1]
        return (_along(left, a), _along(right, b))

    def in_brackets(self, at: int) -> bool:
        """Say whether a bracket opened before `text[at]` is still open there."""
        return self.text.count("(", 0, at) > self.text.count(")", 0, at)

    def between(self, left: float, right: float) -> "Row":
        """Give the part of this row that begins within *left*..*right*."""
        return Row(self.page, self.line, [w for w in self.words if left <= w.x0 < right], self.centre)


def _along(word: Word, index: int) -> float:
    return word.x0 + (word.x1 - word.x0) * index / max(len(word.text), 1)


def rows_of(glyphs: Iterable[Glyph], page: int) -> tuple[Row, ...]:
    """Give the rows of one page, top to bottom, numbered from 1."""
    lines = [line for line in _lines(glyphs) if any(not (g.text.isspace() or g.text in _RULES) for g in line)]
    return tuple(
        Row(page, number, _words(line), fmean(g.centre for g in line if not g.text.isspace()))
        for number, line in enumerate(lines, start=1)
    )


def _lines(glyphs: Iterable[Glyph]) -> Iterator[list[Glyph]]:
    line: list[Glyph] = []
    height = total = 0.0
    for glyph in sorted(glyphs, key=lambda g: g.centre):
        if line and glyph.centre - total / len(line) > _SAME_ROW * max(height, glyph.height):
            yield sorted(line, key=lambda g: g.x0)
            line, height, total = [], 0.0, 0.0
        line.append(glyph)
        height, total = max(height, glyph.height), total + glyph.centre
    if line:
        yield sorted(line, key=lambda g: g.x0)


def _words(line: Sequence[Glyph]) -> list[Word]:
    groups: list[list[Glyph]] = []
    blank = False  # a blank was printed since the last character
    for index, glyph in enumerate(line):
        if glyph.text.isspace() or glyph.text in _RULES:
            if groups and glyph.text in FIXED_SPACE and _between_thousands(groups[-1], line[index + 1 :]):
                groups[-1].append(glyph)
            else:
                blank = True
            continue
        before = groups[-1][-1] if groups else None
        if before and before.text == glyph.text and glyph.x0 - before.x0 < _OVERPRINTED * glyph.height:
            continue  # printed twice to look bold
        gap = (glyph.x0 - before.x1) / max(glyph.height, before.height) if before else 0.0
        if before is None or gap > _NEW_WORD or (blank and gap > _TOUCHING):
            groups.append([])
        groups[-1].append(glyph)
        blank = False
    return [_word(group) for group in groups]


def _between_thousands(before: Sequence[Glyph], after: Sequence[Glyph]) -> bool:
    """Say whether a fixed blank parts the thousands of one number."""
    follow = "".join(g.text for g in after[:4])
    near = bool(after) and after[0].x0 - before[-1].x1 < _NEW_CELL * before[-1].height
    return near and before[-1].text.isdigit() and bool(re.match(r"[0-9]{3}(?![0-9])", follow))


def _word(group: Sequence[Glyph]) -> Word:
    text = ""
    base = group[0]
    for glyph in group:
        raised = glyph.height < _RAISED * base.height and glyph.bottom < base.bottom - 0.1 * base.height
        if not raised:
            base = glyph
            text += glyph.text
        elif re.search(r"10$|\^-?[0-9]?$", text):
            text += glyph.text if "^" in text else f"^{glyph.text}"
        elif re.search(r"(?:^|[/0-9,.])(?:[mcdµμ]?m|[µμ])$", text):
            text += glyph.text  # "mm" and a raised 3; after any other letter it is a footnote's number
    height, bold, score = max(g.height for g in group), all(g.bold for g in group), min(g.score for g in group)
    return Word(text, group[0].x0, group[-1].x1, height, bold, score)
