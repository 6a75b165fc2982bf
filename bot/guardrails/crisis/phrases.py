"""Turns written phrases into searches that stay linear whatever is sent.

The phrase language is the one of config/guardrails/README.md, with `*` for any one word and `$` for the end of a sentence. Every
phrase becomes one regular expression whose gaps are bounded, tried only where a word it cannot do without occurs.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final

from bot.guardrails.crisis.words import plain_words
from bot.kernel.errors import BotError

_MARK: Final = re.compile(r"\s*(\{\w+\}|<\d+>|~\d*|[()|?$]|[^\s()|?{}<>~$]+)")
_ANY_WORD: Final = r"[a-z0-9_]+ "
_END: Final = r"(?=\. |$|_ |(?:but|mais|lol|mdr|haha|je suis desole|i am sorry|because|parce|car|after|apres|with|avec) )"  # or the sentence turns, or goes on with what a mask took
_COMMON_LENGTH: Final = 3  # shorter words occur in every message: poor anchors


class CrisisRulesError(BotError):
    """A crisis rule file cannot be used; the message names the concept, never a person's words."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Part of a phrase: its expression, and words one of which every match holds (None: it may match without)."""

    expression: str
    anchors: frozenset[str] | None
    second: frozenset[str] | None = None  # the same, of another part


@dataclass(frozen=True)
class Phrase:
    """One phrase, ready to be searched for."""

    expression: str
    anchors: frozenset[str]  # exact words, or beginnings marked by a final "*"
    second: frozenset[str] | None

    @cached_property
    def search(self) -> re.Pattern[str]:
        """Give the compiled expression: made at first use, since two thousand of them take seconds."""
        return re.compile(rf"(?<![^ ]){self.expression}")


class Compiler:
    """Compiles phrases that may name concepts compiled from the same table."""

    def __init__(self, written: Mapping[str, Sequence[str]], common: Iterable[str]) -> None:
        self._written = written
        self._common = frozenset(common)
        self._concepts: dict[str, Piece] = {}
        self._costs: dict[frozenset[str], int] = {}
        self._open: set[str] = set()

    def phrase(self, text: str) -> Phrase:
        """Compile one phrase of a concept."""
        piece = self._piece(text)
        if not piece.anchors:
            raise CrisisRulesError(f"a phrase of {len(text)} characters holds no word it cannot do without")
        return Phrase(piece.expression, piece.anchors, piece.second)

    def _concept(self, name: str) -> Piece:
        if name not in self._concepts:
            if name not in self._written or name in self._open:
                raise CrisisRulesError(f"concept {name} is unknown or refers to itself")
            self._open.add(name)
            self._concepts[name] = _either([self._piece(text) for text in self._written[name]])
            self._open.discard(name)
        return self._concepts[name]

    def _piece(self, text: str) -> Piece:
        marks = _MARK.findall(text)
        sides, gaps = [[]], []  # type: tuple[list[list[str]], list[int]]
        for mark in marks:
            if mark.startswith("<"):
                gaps.append(int(mark[1:-1]))
                sides.append([])
            else:
                sides[-1].append(mark)
        pieces = [self._read(side) for side in sides]
        whole = pieces[0]
        for gap, piece in zip(gaps, pieces[1:], strict=True):
            between = Piece(_gap(gap), None)
            whole = _either([self._follow([whole, between, piece]), self._follow([piece, between, whole])])
        return whole

    def _read(self, marks: list[str]) -> Piece:
        marks = [")", *reversed(marks)]  # the next one is last
        piece = self._choice(marks)
        if marks:
            raise CrisisRulesError("a phrase closes a bracket it never opened")
        return piece

    def _choice(self, marks: list[str]) -> Piece:
        options: list[Piece] = []
        sequence: list[Piece] = []
        while marks:
            mark = marks.pop()
            if mark in "|)":
                options.append(self._follow(sequence))
                sequence = []
                if mark == ")":
                    return _either(options)
            elif mark == "(":
                sequence.append(self._choice(marks))
            elif mark == "?":
                sequence[-1] = Piece(f"(?:{sequence[-1].expression})?", None)
            else:
                sequence.extend(self._single(mark))
        raise CrisisRulesError("a phrase leaves a bracket open")

    def _single(self, mark: str) -> Sequence[Piece]:
        return [self._concept(mark[1:-1])] if mark.startswith("{") else _plain(mark)

    def _follow(self, pieces: Sequence[Piece]) -> Piece:
        if len(pieces) == 1 and pieces[0].second is None:
            return pieces[0]
        held = sorted((piece.anchors for piece in pieces if piece.anchors), key=self._cost)
        first, second = [*held, None, None][:2]
        return Piece("".join(piece.expression for piece in pieces), first, second)

    def _cost(self, anchors: frozenset[str]) -> int:
        cost = self._costs.get(anchors)
        if cost is None:
            cost = sum(60 if len(word) <= _COMMON_LENGTH or word in self._common else 1 for word in anchors)
            self._costs[anchors] = cost
        return cost


@lru_cache(maxsize=8192)
def _plain(mark: str) -> Sequence[Piece]:
    if mark.startswith("~"):
        return (Piece(_gap(int(mark[1:] or 3)), None),)
    if mark == "$":
        return (Piece(_END, None),)
    if mark == "*":
        return (Piece(_ANY_WORD, None),)
    begins = mark.endswith("*")
    words = plain_words(mark.rstrip("*"))
    pieces = [Piece(f"{word} ", frozenset({word})) for word in words]
    if begins and words:
        pieces[-1] = Piece(f"{words[-1]}[a-z0-9]* ", frozenset({words[-1] + "*"}))
    return tuple(pieces)


def _gap(words: int) -> str:
    return f"(?:{_ANY_WORD}){{0,{words}}}?"


def _either(pieces: Sequence[Piece]) -> Piece:
    if len(pieces) == 1:
        return pieces[0]
    expression = "(?:" + "|".join(dict.fromkeys(piece.expression for piece in pieces)) + ")"
    held = [piece.anchors for piece in pieces]
    anchors = frozenset().union(*(words for words in held if words)) if all(held) else None
    return Piece(expression, anchors)


class Index:
    """Finds which phrases are worth a search in a message, by its words."""

    def __init__(self, phrases: Sequence[Phrase]) -> None:
        self._phrases = tuple(phrases)
        self._callers: dict[str, list[int]] = {}
        for number, phrase in enumerate(phrases):
            for anchor in phrase.anchors:
                self._callers.setdefault(anchor, []).append(number)
        known = {anchor for phrase in phrases for anchor in phrase.anchors | (phrase.second or frozenset())}
        self._exact = frozenset(anchor for anchor in known if not anchor.endswith("*"))
        self._begin = {anchor[:-1]: anchor for anchor in known if anchor.endswith("*")}
        self._lengths = sorted({len(beginning) for beginning in self._begin})
        self._anchors = lru_cache(maxsize=8192)(self._anchors_of)

    def candidates(self, words: Iterable[str]) -> list[int]:
        """Give the numbers of the phrases of which the message holds two words they cannot do without, in order."""
        held: set[str] = set()
        for word in words:
            held |= self._anchors(word)
        called = {number for anchor in held for number in self._callers.get(anchor, ())}
        return sorted(
            number
            for number in called
            if self._phrases[number].second is None or not held.isdisjoint(self._phrases[number].second or ())
        )

    def _anchors_of(self, word: str) -> frozenset[str]:
        """Give the anchors that *word* is, or begins with."""
        begun = (self._begin.get(word[:length]) for length in self._lengths if length <= len(word))
        return frozenset(anchor for anchor in (word if word in self._exact else None, *begun) if anchor)
