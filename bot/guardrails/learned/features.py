"""What a learned reader sees of a message: its words, their neighbours, and the parts of words that survive a misspelling.

Each is a numbered place in a table (CRC-32, which never changes), so that no list of words needs to be kept.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from zlib import crc32

from bot.guardrails.reading.normal import fold

EMPTY: Final = 0  # a place where nothing is ever learned
MOST_NEIGHBOURS: Final = 3
_PARTS: Final = range(3, 6)  # letters
_LONGEST_WORD: Final = 40
_RUN_ON: Final = 60  # words: a sentence that never ends is cut
_END: Final = re.compile(r"(?<=[.!?;…])\s+|\n+")
_TOKEN: Final = re.compile(r"[a-z0-9]+(?:'(?=[a-z]))?|[?!«»\"]|\.\.\.|[^\w\s.,;:'()\-…/]")


@dataclass(frozen=True, slots=True)
class Size:
    """How many bits number the places of the two tables: of words and neighbours, and of parts of words."""

    words: int
    parts: int


WIDE: Final = Size(19, 17)  # for whole messages
NARROW: Final = Size(16, 15)  # for single sentences, of which there are fewer: as good, at an eighth of the room


@dataclass(frozen=True, slots=True)
class Seen:
    """The places of what one text holds, each once."""

    words: frozenset[int]
    parts: frozenset[int]


def sentences(text: str) -> list[list[str]]:
    """Give the words of each sentence of *text*."""
    out: list[list[str]] = []
    for sentence in _END.split(fold(text)):
        words = [word[:_LONGEST_WORD] for word in _TOKEN.findall(sentence)]
        out += [words[start : start + _RUN_ON] for start in range(0, len(words), _RUN_ON)]
    return out


def neighbours(words: Sequence[str]) -> Iterator[str]:
    """Give each word, and each two and three words in a row."""
    yield from words
    for length in range(2, MOST_NEIGHBOURS + 1):
        for end in range(length, len(words) + 1):
            yield " ".join(words[end - length : end])


def word_place(words: str, size: Size = WIDE) -> int:
    """Give the place of a word, or of several in a row."""
    return crc32(words.encode()) >> (32 - size.words)


@lru_cache(maxsize=8192)
def part_places(word: str, size: Size = WIDE) -> frozenset[int]:
    """Give the places of the parts of one word, its two ends marked."""
    whole, bits = f"<{word}>", 32 - size.parts
    parts = (whole[at : at + size] for size in _PARTS for at in range(len(whole) - size + 1))
    return frozenset(crc32(part.encode()) >> bits for part in parts)


def see(words: Sequence[str], size: Size = WIDE) -> Seen:
    """Give what one sentence holds."""
    bits = 32 - size.words
    places = frozenset([crc32(run.encode()) >> bits for run in neighbours(words)])
    return Seen(places, frozenset().union(*[part_places(word, size) for word in words]))


def together(seen: Sequence[Seen]) -> Seen:
    """Give what several sentences hold."""
    return Seen(
        frozenset().union(*(one.words for one in seen)),
        frozenset().union(*(one.parts for one in seen)),
    )
