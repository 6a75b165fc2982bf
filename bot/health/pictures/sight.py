"""One picture to rows, as a PDF's text layer would give them, each letter with its certainty."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import fmean
from typing import Final

import numpy as np

from bot.health.documents.pages import Page
from bot.health.documents.rows import Glyph, Row, rows_of
from bot.health.pictures.lines import Line, settled
from bot.health.pictures.networks import Networks, Strip
from bot.health.pictures.pixels import Pixels, Shares
from bot.health.pictures.upright import cut, upright

_BODY: Final = 10.0  # points: what the usual letter of a report measures
_LETTER: Final = 0.77  # of a line's height, which has margins
_SAME: Final = 0.3  # lines whose heights differ by less are printed in one size
_FAR: Final = 1.6  # heights between two letters of one word
_HALF: Final = 0.28  # heights: half a letter
_DOUBTFUL: Final = 0.8
_FLAG: Final = 2  # letters
_LONG: Final = 5.0
_STIFF: Final = np.diag([0.0001, 0.01, 0.01])  # few lines tell a page's slope, but not how it changes
_STEADY: Final = 0.003  # radians
_FIGURES: Final = frozenset("0123456789<>≤≥")
_WIDER: Final = 0.3  # heights at both ends, where a sign may stand that the search left out


@dataclass(frozen=True, slots=True)
class Sight:
    """A picture read: its rows, and where they stand in it."""

    page: Page
    back: Shares  # from points on `page` to shares of the picture as given

    @property
    def unsure(self) -> float:
        """Give the share of words that are not certain, flags aside: their small star rarely is."""
        words = [word for row in self.page.rows for word in row.words if len(word.text) > _FLAG or word.text.isdigit()]
        return fmean([word.score < _DOUBTFUL for word in words] or [1.0])

    def box(self, row: Row) -> tuple[float, float, float, float]:
        """Give left, top, right and bottom of *row* in the picture, each 0..1."""
        edges = (row.words[0].x0, row.words[-1].x1), (row.centre - row.height / 2, row.centre + row.height / 2)
        corners = np.array([(x, y, 1.0) for x in edges[0] for y in edges[1]]) @ self.back.T
        (left, top), (right, bottom) = corners.min(axis=0).clip(0, 1), corners.max(axis=0).clip(0, 1)
        return float(left), float(top), float(right), float(bottom)


def look(picture: Pixels, number: int, networks: Networks) -> Sight:
    """Read one picture: every line once, and those with figures a second time, cut wider."""
    straight = upright(picture, networks)
    height, width = straight.page.shape[:2]
    strips = _level(networks.find(straight.page), width, height)
    lines = networks.read([cut(straight.page, strip) for strip in strips])
    figures = [n for n, line in enumerate(lines) if any(letter.text in _FIGURES for letter in line)]
    wider = [cut(straight.page, strips[n], _WIDER * strips[n].height) for n in figures]
    again = dict(zip(figures, networks.read(wider), strict=True))
    return placed(strips, settled(lines, again), number, (width, height), straight.back)


def placed(strips: Sequence[Strip], lines: Sequence[Line], number: int, size: tuple[int, int], back: Shares) -> Sight:
    """Give *lines*, which stand at *strips* of a picture of that *size*, as rows."""
    usual = float(np.median([strip.height for strip in strips])) if strips else 1.0
    points = _BODY / (_LETTER * usual)
    glyphs = [
        glyph
        for strip, line in zip(strips, lines, strict=True)
        for glyph in _glyphs(strip, line, usual, points, size[0] / 2)
    ]
    page = Page(
        number=number, width=size[0] * points, height=size[1] * points, rows=rows_of(glyphs, number), picture=True
    )
    return Sight(page, back @ np.diag([1 / points, 1 / points, 1.0]))


def _level(strips: Sequence[Strip], width: int, height: int) -> list[Strip]:
    """Give short lines the slope of the long ones around: their own cannot be told, and paper seen askew has several."""

    def place(strip: Strip) -> Shares:
        return np.array([1.0, strip.x / width - 0.5, strip.y / height - 0.5])

    long = [strip for strip in strips if strip.length > _LONG * strip.height]
    places = np.array([place(strip) for strip in long]).reshape(-1, 3)
    slopes = np.array([strip.slope for strip in long])
    weights = np.array([strip.length / width for strip in long])
    fit = np.zeros(3)
    for _ in range(3 if long else 0):  # again without the lines that stand out
        fit = np.linalg.solve((places.T * weights) @ places + _STIFF, (places.T * weights) @ slopes)
        off = np.abs(places @ fit - slopes)
        weights = weights * (off < max(3 * float(np.median(off)), _STEADY))
    return [
        strip if strip.length > 2 * _LONG * strip.height else replace(strip, slope=float(place(strip) @ fit))
        for strip in strips
    ]


def _glyphs(strip: Strip, line: Line, usual: float, points: float, middle: float) -> Iterator[Glyph]:
    """Place the letters of one line; its row is where it would cross the middle of the page."""
    tall = usual if abs(strip.height - usual) < _SAME * usual else strip.height
    tall *= _LETTER
    left = strip.x - strip.length / 2
    places = [left + letter.at * strip.length for letter in line]
    centre = strip.y - math.tan(strip.slope) * (strip.x - middle)
    for n, letter in enumerate(line):
        x0 = places[n] - _reach(line, places, n, n - 1, tall)
        x1 = places[n] + _reach(line, places, n, n + 1, tall)
        yield Glyph(
            text=letter.text, x0=x0 * points, x1=x1 * points, top=(centre - tall / 2) * points,
            bottom=(centre + tall / 2) * points, bold=False, score=letter.score,
        )  # fmt: skip


def _reach(line: Line, places: Sequence[float], n: int, other: int, tall: float) -> float:
    """Give how far letter *n* reaches towards its neighbour: half way in a word, less across a blank."""
    parted = 0 <= other < len(line) and line[other].text == " "
    if parted:
        other += other - n
    if not 0 <= other < len(line):
        return _HALF * tall
    half = abs(places[other] - places[n]) / 2
    parted = parted or half > _FAR * tall / 2
    return min(_HALF * tall, 0.8 * half) if parted else half
