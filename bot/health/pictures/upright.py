"""A page turned the way it reads, straight, evenly lit, and with letters of the size the networks know best."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from bot.health.pictures.networks import Letter, Networks, Strip
from bot.health.pictures.pixels import Pixels, Shares

_SMALL: Final = 1100  # pixels of the longer side of the picture looked at first
_TEXT: Final = 34.0  # pixels of a line's height, its margins included
_SCALES: Final = (0.5, 3.0)
_MOST_PIXELS: Final = 7_000_000
_SAMPLE: Final = 8  # lines read to tell which end is up
_SURE: Final = 0.9
_SHORT: Final = 12.0  # heights: enough letters to tell, and quickly read
_LONG: Final = 5.0  # heights: a line whose slope can be told


@dataclass(frozen=True, slots=True)
class Upright:
    """A straightened page, and the way back to the picture it was."""

    page: Pixels
    back: Shares  # from a place on `page` to its share of the picture given


def upright(picture: Pixels, networks: Networks) -> Upright:
    """Straighten *picture*; one without text stays as it is."""
    turns, strips = _turns(picture, networks)
    turned = np.ascontiguousarray(np.rot90(picture, turns))
    height, width = turned.shape[:2]
    long = [strip for strip in strips if strip.length > _LONG * strip.height]
    slope = float(np.median([strip.slope for strip in long])) if long else 0.0
    size = float(np.median([strip.height for strip in strips])) if strips else _TEXT
    scale = float(np.clip(_TEXT / size, *_SCALES))
    scale *= min(1.0, (_MOST_PIXELS / (width * height * scale**2)) ** 0.5)
    cos, sin = scale * np.cos(slope), scale * np.sin(slope)
    across, down = abs(cos) * width + abs(sin) * height, abs(sin) * width + abs(cos) * height
    there = np.array([[cos, sin, 0.0], [-sin, cos, 0.0]])
    there[:, 2] = np.array([across, down]) / 2 - there[:, :2] @ np.array([width, height]) / 2
    straight = cv2.warpAffine(
        turned, there, (round(across), round(down)), borderMode=cv2.BORDER_REPLICATE,
        flags=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC,
    )  # fmt: skip
    return Upright(
        _lit(straight), _shares(turns, width, height) @ np.vstack([cv2.invertAffineTransform(there), [0, 0, 1]])
    )


def cut(page: Pixels, strip: Strip, pad: float = 0.0) -> Pixels:
    """Give the part of *page* under *strip*, level."""
    length, height = max(round(strip.length + 2 * pad), 4), max(round(strip.height), 4)
    cos, sin = np.cos(strip.slope), np.sin(strip.slope)
    there = np.array([[cos, sin, 0.0], [-sin, cos, 0.0]])
    there[:, 2] = np.array([length, height]) / 2 - there[:, :2] @ np.array([strip.x, strip.y])
    return cv2.warpAffine(page, there, (length, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)


def _turns(picture: Pixels, networks: Networks) -> tuple[int, Sequence[Strip]]:
    """Give how many quarter turns make *picture* read, and its lines once turned."""
    shrink = min(1.0, _SMALL / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    strips = networks.find(small)
    lying = sum(strip.length for strip in strips if strip.length > 2 * strip.height)
    standing = sum(strip.height for strip in strips if strip.height > 2 * strip.length)
    first = 0
    if standing > lying:
        first, strips = 1, networks.find(np.ascontiguousarray(np.rot90(small)))
    strips = [Strip(s.x / shrink, s.y / shrink, s.length / shrink, s.height / shrink, s.slope) for s in strips]
    turned = np.ascontiguousarray(np.rot90(picture, first))
    short = [strip for strip in strips if strip.length < _SHORT * strip.height]
    lines = [cut(turned, strip) for strip in sorted(short or strips, key=lambda s: -s.length)[:_SAMPLE]]
    as_is = _certainty(networks.read(lines))
    if as_is < _SURE and _certainty(networks.read([line[::-1, ::-1] for line in lines])) > as_is:
        height, width = turned.shape[:2]
        return first + 2, [Strip(width - s.x, height - s.y, s.length, s.height, s.slope) for s in strips]
    return first, strips


def _certainty(lines: Sequence[Sequence[Letter]]) -> float:
    scores = [letter.score for line in lines for letter in line]
    return float(np.mean(scores)) if scores else 0.0


def _lit(page: Pixels) -> Pixels:
    """Divide *page* by the light that fell on its paper."""
    small = cv2.resize(page, None, fx=0.125, fy=0.125, interpolation=cv2.INTER_AREA)
    paper = cv2.blur(cv2.dilate(small, np.ones((9, 9), np.uint8)), (9, 9))
    light = cv2.resize(paper, (page.shape[1], page.shape[0]), interpolation=cv2.INTER_LINEAR)
    lit: Pixels = cv2.divide(page, np.maximum(light, 1), scale=245)
    return lit


def _shares(turns: int, width: int, height: int) -> Shares:
    """Give the way from a place on a page turned so to its share of the picture before."""
    x, y = np.array([1 / width, 0, 0]), np.array([0, 1 / height, 0])
    one = np.array([0, 0, 1.0])
    return np.array([(x, y), (one - y, x), (one - x, one - y), (y, one - x)][turns % 4])
