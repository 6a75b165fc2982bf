"""Which records were met before, at eight bytes each: what a phone exports twice must not make two walks of one.

A `set` of as many numbers weighs ten times this, and an export holds millions.
"""

from array import array
from typing import Final

_FIRST: Final = 1 << 15  # places; doubled whenever three of four are taken
_MOST: Final = 1 << 24  # 128 MB: what comes after twelve million records is believed to be new


class Seen:
    """Marks met so far. Two different records share a 64-bit mark about never: 3 in 100 million exports."""

    def __init__(self) -> None:
        self._places = array("Q", [0]) * _FIRST
        self._last = _FIRST - 1
        self._room = _FIRST * 3 // 4

    def before(self, mark: int) -> bool:
        """Say whether *mark*, a `hash`, was met before, and remember it."""
        mark &= 0xFFFF_FFFF_FFFF_FFFF
        places, last = self._places, self._last
        place = mark & last
        while found := places[place]:
            if found == mark:
                return True
            place = (place + 1) & last
        if self._room:
            places[place] = mark
            self._room -= 1
        elif last < _MOST - 1:
            self._grow()
            return self.before(mark)
        return False

    def _grow(self) -> None:
        before, size = self._places, (self._last + 1) * 2
        self._places, self._last, self._room = array("Q", [0]) * size, size - 1, size * 3 // 4
        for mark in before:
            if mark:
                self.before(mark)
