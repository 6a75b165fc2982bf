"""Undoes what people do to a word so that it is not recognised: digits, signs, spaces, look-alike letters, slips.

A word is put back only when it comes out as one the rules guard, so ordinary numbers, units and names stay as written.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bot.guardrails.crisis.words import STOP, plain_words

_LOOK_ALIKES: Final = str.maketrans(
    "авсԁеһіјкӏмпорԛгѕтцѵхуѡαβεικνορτυχωɑɡıȷ",
    "abcdehijklmnopqrstuvxywabeiknoptuxwagij",
)
_UNSEEN: Final = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]"
)
_HIDDEN: Final = re.compile(r"[^\s,;:?()\"«»“”]*[0-9@$€!|*+#%&_.\-][^\s,;:?()\"«»“”]*")
_LEET: Final = tuple(
    str.maketrans(table)
    for table in (
        {
            "0": "o",
            "1": "i",
            "!": "i",
            "|": "i",
            "3": "e",
            "€": "e",
            "4": "a",
            "@": "a",
            "5": "s",
            "$": "s",
            "7": "t",
            "+": "t",
            "8": "b",
            "9": "g",
            "2": "z",
        },
        {
            "0": "o",
            "1": "l",
            "!": "i",
            "|": "l",
            "3": "e",
            "€": "e",
            "4": "a",
            "@": "a",
            "5": "s",
            "$": "s",
            "7": "t",
            "+": "t",
            "8": "b",
            "9": "g",
            "2": "z",
        },
    )
)
_BETWEEN: Final = re.compile(r"[\W_]+")
_SIGNS: Final = re.compile(r"[^a-z0-9]+")
_SPACED: Final = re.compile(
    r"(?<![a-z0-9'])[a-z0-9!$@](?:[ .\-_*·,/|~]{1,3}[a-z0-9!$@](?![a-z0-9'])){2,60}", re.IGNORECASE
)
_CLIPPED: Final = re.compile("j[bcdfghklmnprstv][a-z]{2,}")
_ELIDED: Final = re.compile(
    "j(?:aim|arriv|attend|aval|ecri|essa|et(?:ai|ouf)|hesit|imagin|abandon|arret|exist|entend|esper|envi|aur|irai|avou|ador|espe)"
)
_REPEATED: Final = re.compile(r"([a-z])\1{2,}")
_LONGEST: Final = 40
_ENDLESS: Final = re.compile(rf"\S{{{_LONGEST + 1},}}")  # not language, and what slow searches are made of
_SHORTEST_SLIP: Final = 6
_SHORTEST_CENSORED: Final = 3
_CENSORED: Final = re.compile(r"[a-z]+[*#@%&._\-]+[a-z*#@%&._\-]*")
_SHORTEST_STEM: Final = 4
_SHORTEST_RUN: Final = 7
_ROOTS: Final = re.compile("mour|suicid|kill|die|dead|tuer|viv|self|crever|mort|finir|hang|cut")


class Disguises:
    """What *guarded* words look like when hidden, and how to read them again."""

    def __init__(
        self,
        *,
        guarded: Iterable[str],
        small: Iterable[str],
        real: Iterable[str],
        spelled: Mapping[str, str],
        emoji: Mapping[str, str],
    ) -> None:
        self._guarded = frozenset(guarded)
        self._small = frozenset(small)
        real = frozenset(real)
        self._known = self._guarded | self._small | {word for word in real if not word.endswith("*")}
        self._stems = frozenset(word[:-1] for word in real if word.endswith("*") and len(word) > _SHORTEST_STEM)
        self._spelled = {written: meant.split() for written, meant in spelled.items()}
        self._emoji = {ord(sign): f" {word} " for sign, word in emoji.items()}
        self._by_length: dict[int, list[str]] = {}
        for word in sorted(self._guarded):
            if len(word) > _SHORTEST_CENSORED:
                self._by_length.setdefault(len(word), []).append(word)
        self._slips: dict[str, str] = {}
        for word in sorted(self._guarded):
            if len(word) >= _SHORTEST_SLIP:
                for shorter in _without_one(word):
                    self._slips.setdefault(shorter, word)

    def read(self, text: str) -> list[str]:
        """Give the plain words of *text*, disguised ones put back."""
        text = _ENDLESS.sub(_words_of, text)
        if not text.isascii():
            text = (
                unicodedata.normalize("NFKC", _UNSEEN.sub("", text))
                .translate(self._emoji)
                .lower()
                .translate(_LOOK_ALIKES)
            )
        text = _SPACED.sub(self._joined, text)
        text = _HIDDEN.sub(self._shown, text)
        return list(self._spell(plain_words(text)))

    def _joined(self, found: re.Match[str]) -> str:
        letters = _SIGNS.sub("", found[0].lower().replace("!", "i").replace("$", "s").replace("@", "a"))
        for table in _LEET:
            split = self._split(letters.translate(table))
            if split:
                return f" {' '.join(split)} "
        return found[0]

    def _shown(self, found: re.Match[str]) -> str:
        written = found[0].lower()
        if not any(sign.isalpha() for sign in written):
            return found[0]
        for table in _LEET:
            bare = _SIGNS.sub("", written.rstrip(".!").translate(table))
            if bare in self._guarded and bare != written.rstrip(".!") and len(bare) >= _SHORTEST_CENSORED:
                return bare
        return self._censored(written) or found[0]

    def _censored(self, written: str) -> str | None:
        body = written.strip(".!,-_")
        if not _CENSORED.fullmatch(body):
            return None
        for word in self._by_length.get(len(body), ()):
            if all(sign == letter or not sign.isalpha() for sign, letter in zip(body, word, strict=True)):
                return word
        return None

    def _spell(self, words: Iterable[str]) -> Iterator[str]:
        for word in words:
            if word == STOP or word in self._known:
                yield word
            elif word in self._spelled:
                yield from self._spelled[word]
            elif _ELIDED.match(word):  # « jaimerais », « jessaye »
                yield "j"
                yield from self._spelled.get(word[1:], (word[1:],))
            elif _CLIPPED.match(word) and self._known.isdisjoint(
                _swaps(word)
            ):  # « jviens », « jsouffre »: no word of either language begins so
                yield "je"
                yield from self._spelled.get(word[1:]) or self._put_right(word[1:])
            else:
                yield from self._put_right(word)

    def _put_right(self, word: str) -> Iterable[str]:
        calm = _REPEATED.sub(r"\1", word)
        if calm != word:
            twice = _REPEATED.sub(r"\1\1", word)
            word = twice if twice in self._known else calm
            if word in self._spelled:
                return self._spelled[word]
        if len(word) < _SHORTEST_SLIP - 1 or word in self._known:
            return (word,)
        split = self._split(word) if len(word) >= _SHORTEST_RUN and _ROOTS.search(word) else ()
        return split or (self._unslipped(word),)

    def _unslipped(self, word: str) -> str:
        swaps = _swaps(word)
        for swapped in swaps:
            if swapped in self._known:
                return swapped
        if self._begins_known(word):
            return word
        for swapped in swaps:
            if self._begins_known(swapped):
                return swapped
        for near in (word, *_without_one(word)):
            meant = near if near in self._guarded and len(near) >= _SHORTEST_SLIP else self._slips.get(near)
            if meant and meant[0] == word[0] and _one_slip(word, meant):
                return meant
        return word

    def _begins_known(self, word: str) -> bool:
        return any(word[:length] in self._stems for length in range(_SHORTEST_STEM, len(word) + 1))

    def _split(self, letters: str) -> list[str]:
        """Cut *letters* into known words, a guarded one of three letters or more among them; nothing when it cannot be done."""
        best: list[list[str] | None] = [[]] + [None] * len(letters)
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - 14), end):
                before, word = best[start], letters[start:end]
                if before is not None and (word in self._guarded or word in self._small):
                    now = [*before, word]
                    if best[end] is None or len(now) < len(best[end] or ()):
                        best[end] = now
        split = best[-1] or []
        return split if any(len(word) >= _SHORTEST_CENSORED and word in self._guarded for word in split) else []


def _without_one(word: str) -> list[str]:
    return [word[:place] + word[place + 1 :] for place in range(len(word))]


def _swaps(word: str) -> list[str]:
    return [word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(len(word) - 1)]


def _one_slip(word: str, meant: str) -> bool:
    """Say whether one letter too many, missing, wrong or swapped with its neighbour makes *meant* into *word*."""
    start = 0
    while start < min(len(word), len(meant)) and word[start] == meant[start]:
        start += 1
    left, right = word[start:], meant[start:]
    return (
        left[1:] == right[1:]
        or left[1:] == right
        or left == right[1:]
        or (left[1::-1] == right[:2] and left[2:] == right[2:])
    )


def _words_of(found: re.Match[str]) -> str:
    return " ".join(part for part in _BETWEEN.split(found[0]) if len(part) <= _LONGEST)
