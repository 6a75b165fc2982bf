"""Puts misspelt words right towards the words rules know: one letter missing, added, changed, or two swapped.

By deletions on both sides (SymSpell's idea), so that a word costs a few look-ups and never a pass over the vocabulary.
Words that both languages really use are left alone, however near a rule's word stands.
"""

from collections.abc import Collection, Iterable
from functools import cache
from typing import Final

from bot.settings import config_folder

_SHORTEST: Final = 6
_LONGEST: Final = 24
_HEAD: Final = 7  # letters of the shortest beginning that is corrected towards
_LONG: Final = 8  # from here on any one letter may be wrong; in shorter words only those that sound alike
_ALIKE: Final = ("aeiouy", "cksqz", "mn", "gj", "td", "bp", "fvp", "ij", "lr")
CAP: Final = 60  # unknown words corrected in one message


@cache
def everyday_words() -> frozenset[str]:
    """Give the real words that are left alone."""
    lines = (config_folder() / "guardrails" / "everyday_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


class Speller:
    """Corrects towards a vocabulary: whole words, and beginnings of words."""

    def __init__(self, words: Iterable[str], beginnings: Iterable[str]) -> None:
        self._words = frozenset(word for word in words if len(word) >= _SHORTEST and word.isalpha())
        self._beginnings = frozenset(part for part in beginnings if len(part) >= _HEAD - 1 and part.isalpha())
        self._deleted: dict[str, list[str]] | None = None
        self._begun: dict[str, list[str]] = {}
        self._longest = max(map(len, self._beginnings), default=0)

    def _index(self) -> dict[str, list[str]]:
        """Index on first need: most processes that load rules read nothing misspelt."""
        if self._deleted is None:
            self._deleted = _deletions(self._words)
            self._begun = _deletions(self._beginnings)
        return self._deleted

    def correct(self, word: str) -> tuple[frozenset[str], frozenset[str]]:
        """Give the words and the beginnings that *word* may stand for."""
        if (
            not _SHORTEST <= len(word) <= _LONGEST
            or not word.isalpha()
            or word in everyday_words()
            or _plain_form(word) in everyday_words()
        ):
            return frozenset(), frozenset()
        deleted = self._index()
        words = {near for near in _nearby(word, deleted) if one_apart(word, near)}
        begun: set[str] = set()
        for size in range(_HEAD - 1, min(len(word), self._longest + 1) + 1):
            head = word[:size]
            begun |= {near for near in _nearby(head, self._begun) if len(near) <= size and one_apart(head, near)}
        return frozenset(words), frozenset(begun)


def _plain_form(word: str) -> str:
    return word[:-1] if word.endswith(("s", "e")) else word


def _deletions(words: Collection[str]) -> dict[str, list[str]]:
    out: dict[str, list[str]] = {}
    for word in words:
        for form in {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}:
            out.setdefault(form, []).append(word)
    return out


def _nearby(word: str, index: dict[str, list[str]]) -> set[str]:
    out = set(index.get(word, ()))
    for place in range(len(word)):
        out.update(index.get(word[:place] + word[place + 1 :], ()))
    return out


def one_apart(one: str, other: str) -> bool:
    """Say whether one letter too few, too many, wrong, or two swapped, separates two words that begin alike."""
    if one == other:
        return True
    if one[0] != other[0] or abs(len(one) - len(other)) > 1:
        return False
    shorter, longer = (one, other) if len(one) <= len(other) else (other, one)
    place = 0
    while place < len(shorter) and shorter[place] == longer[place]:
        place += 1
    if len(shorter) < len(longer):
        return shorter[place:] == longer[place + 1 :]
    if shorter[place + 1 :] == longer[place + 1 :]:
        return len(one) >= _LONG or any(shorter[place] in alike and longer[place] in alike for alike in _ALIKE)
    swapped = shorter[place + 1 : place + 2] + shorter[place : place + 1]
    return swapped == longer[place : place + 2] and shorter[place + 2 :] == longer[place + 2 :]
