"""One picture to rows, as a PDF's text layer would give them, each letter with its certainty."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from statistics import fmean
from typing import Final

import numpy as np

from bot.health.documents.pages import Page
from bot.health.documents.rows import Glyph, Row, rows_of
from bot.health.pictures.networks import Letter, Networks, Strip
from bot.health.pictures.pixels import Pixels, Shares
from bot.health.pictures.upright import cut, upright

_BODY: Final = 10.0  # points: what the usual letter of a report measures
_LETTER: Final = 0.77  # of a line's height, which has margins
_SAME: Final = 0.3  # lines whose heights differ by less are printed in one size
_FAR: Final = 1.6  # heights between two letters of one word
_HALF: Final = 0.28  # heights: half a letter
_LONG: Final = 5.0
_FIGURES: Final = frozenset("0123456789<>≤≥")
_WIDER: Final = 0.3  # heights at both ends, where a sign may stand that the search left out


@dataclass(frozen=True, slots=True)
class Sight:
    """A picture read: its rows, and where they stand in it."""

    page: Page
    clearness: float  # mean certainty of its letters
    back: Shares  # from points on `page` to shares of the picture as given

    def row(self, line: int) -> Row | None:
        """Give a row by its number."""
        return next((row for row in self.page.rows if row.line == line), None)

    def box(self, row: Row) -> tuple[float, float, float, float]:
        """Give left, top, right and bottom of *row* in the picture, each 0..1."""
        edges = (row.words[0].x0, row.words[-1].x1), (row.centre - row.height / 2, row.centre + row.height / 2)
        corners = np.array([(x, y, 1.0) for x in edges[0] for y in edges[1]]) @ self.back.T
        (left, top), (right, bottom) = corners.min(axis=0).clip(0, 1), corners.max(axis=0).clip(0, 1)
        return float(left), float(top), float(right), float(bottom)


def look(picture: Pixels, number: int, networks: Networks) -> Sight:
    """Read one picture."""
    straight = upright(picture, networks)
    strips = networks.find(straight.page)
    height, width = straight.page.shape[:2]
    usual = float(np.median([strip.height for strip in strips])) if strips else 1.0
    points = _BODY / (_LETTER * usual)
    strips = _level(strips, width / 2)
    lines = _read(straight.page, strips, networks)
    glyphs = [
        glyph
        for strip, line in zip(strips, lines, strict=True)
        for glyph in _glyphs(strip, line, usual, points, width / 2)
    ]
    page = Page(
        number=number, width=width * points, height=height * points, rows=rows_of(glyphs, number), picture=True
    )
    clearness = fmean([letter.score for line in lines for letter in line] or [0.0])
    return Sight(page, clearness, straight.back @ np.diag([1 / points, 1 / points, 1.0]))


def _read(page: Pixels, strips: Sequence[Strip], networks: Networks) -> list[list[Letter]]:
    """Read every line, and those with figures a second time, cut wider: what is not read twice alike is not certain."""
    lines = networks.read([cut(page, strip) for strip in strips])
    figures = [n for n, line in enumerate(lines) if any(letter.text in _FIGURES for letter in line)]
    again = networks.read([cut(page, strips[n], _WIDER * strips[n].height) for n in figures])
    for n, line in zip(figures, again, strict=True):
        lines[n] = _agreed(lines[n], line)
    return lines


def _agreed(line: Sequence[Letter], again: Sequence[Letter]) -> list[Letter]:
    """Give *line*, each letter as certain as both readings make it, and not at all where they differ."""
    first, second = ([letter for letter in read if letter.text != " "] for read in (line, again))
    scores = dict.fromkeys(map(id, first), 0.0)
    matcher = SequenceMatcher(None, [a.text for a in first], [b.text for b in second], autojunk=False)
    for a, b, size in matcher.get_matching_blocks():
        for one, other in zip(first[a : a + size], second[b : b + size], strict=True):
            scores[id(one)] = min(one.score, other.score)
    for kind, start, _, _, _ in matcher.get_opcodes():
        if kind == "insert":  # something was left out between these two
            for beside in first[max(start - 1, 0) : start + 1]:
                scores[id(beside)] = 0.0
    return [replace(letter, score=scores.get(id(letter), letter.score)) for letter in line]


def _level(strips: Sequence[Strip], middle: float) -> list[Strip]:
    """Give short lines the slope of the long ones around: their own cannot be told, and paper seen askew has several."""
    long = [s for s in strips if s.length > _LONG * s.height]
    if len(long) < 4:
        return list(strips)
    known = np.array([[1.0, s.y, s.x - middle] for s in long]), np.array([s.slope for s in long])
    weights = np.sqrt([s.length for s in long])
    for _ in range(3):
        fit, *_ = np.linalg.lstsq(known[0] * weights[:, None], known[1] * weights, rcond=None)
        off = np.abs(known[0] @ fit - known[1])
        weights = np.sqrt([s.length for s in long]) * (off < max(3 * float(np.median(off)), 0.003))
    return [
        s if s.length > 2 * _LONG * s.height
        else Strip(s.x, s.y, s.length, s.height, float(fit @ np.array([1.0, s.y, s.x - middle])))
        for s in strips
    ]  # fmt: skip


def _glyphs(strip: Strip, line: Sequence[Letter], usual: float, points: float, middle: float) -> Iterator[Glyph]:
    """Place the letters of one line; its row is where it would cross the middle of the page."""
    tall = usual if abs(strip.height - usual) < _SAME * usual else strip.height
    tall *= _LETTER
    left = strip.x - strip.length / 2
    places = [left + letter.at * strip.length for letter in line]
    centre = strip.y - np.tan(strip.slope) * (strip.x - middle)
    for n, letter in enumerate(line):
        x0 = places[n] - _reach(line, places, n, n - 1, tall)
        x1 = places[n] + _reach(line, places, n, n + 1, tall)
        yield Glyph(
            text=letter.text, x0=x0 * points, x1=x1 * points, top=(centre - tall / 2) * points,
            bottom=(centre + tall / 2) * points, bold=False, score=letter.score,
        )  # fmt: skip


def _reach(line: Sequence[Letter], places: Sequence[float], n: int, other: int, tall: float) -> float:
    """Give how far letter *n* reaches towards its neighbour: half way in a word, less across a blank."""
    parted = 0 <= other < len(line) and line[other].text == " "
    if parted:
        other += other - n
    if not 0 <= other < len(line):
        return _HALF * tall
    half = abs(places[other] - places[n]) / 2
    return min(_HALF * tall, 0.8 * half) if parted or half > _FAR * tall / 2 else half
