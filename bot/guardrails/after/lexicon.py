"""Words with a meaning to the rules: illnesses, medicines, nutrients. Each found one becomes a mark in the text.

A mark is one private character, so that a pattern speaks of any illness at the cost of one letter.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.guardrails.after.text import folded

_WORD: Final = re.compile(r"[a-z0-9]+")
_ROOM: Final = 1000  # marks of one kind in one text; what is beyond shares the last
_FIRST: Final = 0xE000
_SHORTEST: Final = 3  # letters before a "*"
_LOOKED_UP: Final = 8192  # words

# An alarming illness is an illness too: neighbours, so that one range of characters holds both.
KINDS: Final = ("condition", "alarm", "drug", "medicine", "nutrient", "grave")


def mark_class(first: str, last: str) -> str:
    """Give the pattern of any mark of the kinds from *first* to *last*."""
    return f"[{chr(_FIRST + KINDS.index(first) * _ROOM)}-{chr(_FIRST + (KINDS.index(last) + 1) * _ROOM - 1)}]"


def kind_of(mark: str) -> str:
    """Give the kind of thing that a *mark* stands for."""
    return KINDS[(ord(mark) - _FIRST) // _ROOM]


MARKS: Final = {
    "c": mark_class("condition", "alarm"),
    "alarm": mark_class("alarm", "alarm"),
    "d": mark_class("drug", "medicine"),
    "substance": mark_class("drug", "drug"),
    "n": mark_class("nutrient", "nutrient"),
    "m": mark_class("drug", "nutrient"),
    "grave": mark_class("grave", "grave"),
}


@dataclass(frozen=True, slots=True, repr=False)
class Marked:
    """A text with its marks, and the words each stands for."""

    text: str
    words: Mapping[str, str]

    def spoken(self, part: str) -> list[str]:
        """Give the words behind the marks of *part*."""
        return [self.words[letter] for letter in part if letter in self.words]


@dataclass(slots=True)
class _Entry:
    kind: str
    words: tuple[str, ...]


@dataclass(slots=True)
class Lexicon:
    """Finds the longest listed phrase at each word; "anemi*" is every word that begins so."""

    _exact: dict[str, list[_Entry]] = field(default_factory=dict)
    _prefix: dict[str, list[_Entry]] = field(default_factory=dict)
    _suffix: dict[str, list[_Entry]] = field(default_factory=dict)
    _not: set[str] = field(default_factory=set)
    _heads: set[str] = field(default_factory=set)  # how a listed beginning begins, and an ending ends: a look that
    _tails: set[str] = field(default_factory=set)  # spares most words the search for theirs

    _looked_up: dict[str, tuple[_Entry, ...]] = field(default_factory=dict)

    def add(self, kind: str, phrases: Iterable[str]) -> None:
        """Take phrases of *kind*; "*pril" is every word that ends so."""
        self._looked_up.clear()
        for phrase in phrases:
            words = tuple(_folded(word) for word in phrase.split())
            entry, first = _Entry(kind, words), words[0]
            if first.startswith("*"):
                self._suffix.setdefault(first[1:], []).append(entry)
                self._tails.add(first[-_SHORTEST:])
            elif first.endswith("*"):
                self._prefix.setdefault(first[:-1], []).append(entry)
                self._heads.add(first[:-1][:_SHORTEST])
            else:
                self._exact.setdefault(first, []).append(entry)

    def leave(self, words: Iterable[str]) -> None:
        """Never mark these *words*, which only begin or end like others."""
        self._looked_up.clear()
        self._not |= {folded(word) for word in words}

    def mark(self, text: str) -> Marked:
        """Replace what is listed."""
        tokens = list(_WORD.finditer(text))
        words = [token[0] for token in tokens]
        counts = dict.fromkeys(KINDS, 0)
        spoken: dict[str, str] = {}
        parts, at, index = [], 0, 0
        while index < len(words):
            entry = self._longest(words, index)
            if entry is None:
                index += 1
                continue
            last = index + len(entry.words) - 1
            place = min(counts[entry.kind], _ROOM - 1)
            counts[entry.kind] += 1
            mark = chr(_FIRST + KINDS.index(entry.kind) * _ROOM + place)
            spoken[mark] = " ".join(words[index : last + 1])
            parts += [text[at : tokens[index].start()], mark]
            at, index = tokens[last].end(), last + 1
        return Marked("".join([*parts, text[at:]]), spoken)

    def _longest(self, words: list[str], index: int) -> _Entry | None:
        best = None
        for entry in self._starting(words[index]):
            rest = entry.words[1:]
            following = words[index + 1 : index + len(entry.words)]
            fits = len(following) == len(rest) and all(map(_fits, rest, following))
            if fits and (best is None or len(entry.words) > len(best.words)):
                best = entry
        return best

    def _starting(self, word: str) -> Sequence[_Entry]:
        """Give what begins with *word*; what most words begin, nothing, is looked up once."""
        known = self._looked_up.get(word)
        if known is None:
            if len(self._looked_up) >= _LOOKED_UP:
                self._looked_up.clear()
            known = self._looked_up[word] = tuple(self._look_up(word))
        return known

    def _look_up(self, word: str) -> Iterable[_Entry]:
        yield from self._exact.get(word, ())
        if len(word) < _SHORTEST or word in self._not:
            return
        for length in range(_SHORTEST, len(word) + 1) if word[:_SHORTEST] in self._heads else ():
            yield from self._prefix.get(word[:length], ())
        for start in range(1, len(word) - 2) if word[-_SHORTEST:] in self._tails else ():
            yield from self._suffix.get(word[start:], ())


def stems(phrase: str) -> frozenset[str]:
    """Give what tells two forms of one word alike: "diabetic" and "diabète" share a stem."""
    return frozenset(word[:5] for word in _WORD.findall(phrase) if len(word) >= _SHORTEST)


def _folded(word: str) -> str:
    if word == "*":
        return word
    bare = folded(word.strip("*"))
    return f"{'*' * word.startswith('*')}{bare}{'*' * word.endswith('*')}"


def _fits(pattern: str, word: str) -> bool:
    return word.startswith(pattern[:-1]) if pattern.endswith("*") else word == pattern
