"""The two networks that find lines of text in a picture and read them, from the wheel they ship in; nothing is fetched.

They are run here rather than through their own library: it says nothing of single letters, and what a reader of health
values must know is each letter's certainty, and whether one may have been left out between two others.
"""

import importlib.util
import unicodedata
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import onnxruntime

from bot.health.documents.errors import TooHeavyError
from bot.health.pictures.pixels import Numbers, Pixels

_THREADS: Final = 2
_BAND: Final = 800  # rows of the picture searched at once, so that memory does not grow with the page
_OVERLAP: Final = 96
_INK: Final = 0.3  # of the map: what belongs to a line
_LINE: Final = 0.5  # a line's mean
_GROWN: Final = 1.6  # the network shrinks lines by so much
_LATIN: Final = 0xFF
_EIGHTH: Final = 45  # degrees
_LEAST: Final = 3  # pixels of the map
_TALL: Final = 48  # pixels of a line as it is read
_STEP: Final = 8  # pixels of a line per letter's place
_EAGER: Final = 5  # a blank joined is worse than one too many: two numbers would be one
_BATCH: Final = 4800  # pixels of lines read at once
_WIDEST: Final = 3600
_LETTERS: Final = "·•×°‰€−–—≤≥↑↓▲▼²³¹⁰⁴⁵⁶⁷⁸⁹œŒ’“”…√"


@dataclass(frozen=True, slots=True)
class Strip:
    """Where a line of text stands: its middle, its length and height, and its slope in radians."""

    x: float
    y: float
    length: float
    height: float
    slope: float


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter as read: where in its line, 0..1, and how certain it and the nothing around it are."""

    text: str
    at: float
    score: float


class Networks:
    """Both networks, loaded."""

    def __init__(self) -> None:
        found = importlib.util.find_spec("rapidocr")
        folder = (
            Path(found.submodule_search_locations[0]) / "models"
            if found and found.submodule_search_locations
            else Path()
        )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = _THREADS, 1
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False  # both keep the largest page's memory
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # waiting would count as work
        options.log_severity_level = 4
        self._finder, self._reader = (
            onnxruntime.InferenceSession(str(next(folder.glob(name))), options, providers=["CPUExecutionProvider"])
            for name in ("*det*.onnx", "*rec*.onnx")
        )
        self._alphabet, self._classes = _alphabet(
            self._reader.get_modelmeta().custom_metadata_map["character"].splitlines()
        )

    def find(self, page: Pixels) -> list[Strip]:
        """Give every line of text on *page*."""
        ink = np.concatenate(list(self._bands(page)))
        across, down = page.shape[1] / ink.shape[1], page.shape[0] / ink.shape[0]
        mask = cv2.dilate((ink > _INK).astype(np.uint8), np.ones((2, 2), np.uint8))
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        return [strip for contour in contours if (strip := _strip(contour, ink, across, down)) is not None]

    def _bands(self, page: Pixels) -> Iterator[Numbers]:
        """Search *page* band by band; each gives its middle, where the edge of what it saw changes nothing."""
        width = max(32, round(page.shape[1] / 32) * 32)
        height = max(32, round(page.shape[0] / 32) * 32)
        whole = cv2.resize(page, (width, height), interpolation=cv2.INTER_AREA)
        for top in range(0, height, _BAND):
            first, last = max(0, top - _OVERLAP), min(height, top + _BAND + _OVERLAP)
            seen = whole[first:last, :, ::-1].astype(np.float32) / 127.5 - 1
            found = self._run(self._finder, seen.transpose(2, 0, 1)[None])[0, 0]
            yield found[top - first : min(top + _BAND, height) - first]

    def read(self, lines: Sequence[Pixels]) -> list[list[Letter]]:
        """Read *lines*, each a strip of any size."""
        widths = [min(max(1, round(_TALL * line.shape[1] / line.shape[0])), _WIDEST) for line in lines]
        order = sorted(range(len(lines)), key=widths.__getitem__)
        read: list[list[Letter]] = [[] for _ in lines]
        while order:
            count = max(1, next((n for n in range(len(order)) if widths[order[n]] * (n + 1) > _BATCH), len(order)))
            batch, order = order[:count], order[count:]
            room = max(widths[n] for n in batch) + _STEP
            seen = np.zeros((len(batch), 3, _TALL, -(-room // _STEP) * _STEP), np.float32)
            for place, n in enumerate(batch):
                line = cv2.resize(lines[n], (widths[n], _TALL), interpolation=cv2.INTER_LINEAR)
                seen[place, :, :, : widths[n]] = (line[:, :, ::-1].astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)
            shares = self._run(self._reader, seen)
            folded = np.add.reduceat(shares[:, :, self._classes[0]], self._classes[1], axis=2)
            for n, share in zip(batch, folded, strict=True):
                read[n] = _letters(share, self._alphabet, widths[n] / _STEP)
        return read

    @staticmethod
    def _run(network: Any, seen: Numbers) -> Numbers:
        try:
            result: Numbers = network.run(None, {network.get_inputs()[0].name: np.ascontiguousarray(seen)})[0]
        except Exception:  # noqa: BLE001 - of no public type: with inputs we shaped, it is memory that ended
            raise TooHeavyError("networks") from None
        return result


def _alphabet(characters: Sequence[str]) -> tuple[list[str], tuple[Any, Any]]:
    """Give the letters we know and, of each, the classes that stand for it: a wide comma is a comma."""
    listed = {"": [0]}
    for number, character in enumerate([*characters, " "], start=1):
        plain = unicodedata.normalize("NFKC", character)
        letter = character if character in _LETTERS else plain.replace("μ", "µ")
        if len(plain) == 1 and (letter in _LETTERS or (letter.isprintable() and ord(letter) <= _LATIN)):
            listed.setdefault(letter, []).append(number)
    classes = [number for numbers in listed.values() for number in numbers]
    starts = np.cumsum([0, *(len(numbers) for numbers in listed.values())])[:-1]
    return list(listed), (np.array(classes), starts)


def _letters(share: Numbers, alphabet: Sequence[str], length: float) -> list[Letter]:
    """Read one line's shares: the best letter of each place, repeats folded, nothings left out.

    A letter is as certain as the least certain of: its own share, and what speaks against a letter left out next to it.
    A comma and a point are one letter until the end: that there is a mark is certain long before which one it is.
    """
    space, comma, point = (alphabet.index(letter) for letter in " ,.")
    folded = share.copy()
    folded[:, comma] += folded[:, point]
    folded[:, point] = 0
    best = (folded * np.where(np.arange(share.shape[1]) == space, _EAGER, 1)).argmax(axis=1)
    starts = [n for n in range(len(best)) if best[n] and (n == 0 or best[n] != best[n - 1])]
    ends = [next((m for m in range(n, len(best)) if best[m] != best[n]), len(best)) for n in starts]
    missed = [
        _missed(folded[a:b], {best[n] for n in (a - 1, b) if 0 <= n < len(best)}, space)
        for a, b in zip([0, *ends], [*starts, len(best)], strict=True)
    ]
    return [
        Letter(
            "." if best[a] == comma and share[a:b, point].sum() > share[a:b, comma].sum() else alphabet[best[a]],
            (a + b) / 2 / length,
            min(float(folded[a:b, best[a]].max()), 1 - missed[n], 1 - missed[n + 1]),
        )
        for n, (a, b) in enumerate(zip(starts, ends, strict=True))
    ]


def _missed(share: Numbers, beside: Set[int], space: int) -> float:
    """Give the largest share, where nothing was read, of a letter that does not stand beside."""
    if not len(share):
        return 0.0
    most = share.max(axis=0)
    most[[0, space, *beside]] = 0
    return float(most.max())


def _strip(contour: Any, ink: Numbers, across: float, down: float) -> Strip | None:
    (x, y), (length, height), angle = cv2.minAreaRect(contour)
    if min(length, height) < _LEAST:
        return None
    angle = (angle + _EIGHTH) % 180 - _EIGHTH  # which side is called the length differs from version to version
    if angle > _EIGHTH:
        length, height, angle = height, length, angle - 90
    left, top, width, tall = cv2.boundingRect(contour)
    inside = np.zeros((tall, width), np.uint8)
    cv2.drawContours(inside, [contour], -1, 1, -1, offset=(-left, -top))
    if cv2.mean(ink[top : top + tall, left : left + width], inside)[0] < _LINE:
        return None
    grown = length * height * _GROWN / (length + height)
    return Strip(
        x=(x + 0.5) * across,
        y=(y + 0.5) * down,
        length=(length + grown) * across,
        height=(height + grown) * down,
        slope=float(np.radians(angle)),
    )
