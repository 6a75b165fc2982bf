"""Which keys of the rules a word of a text answers to: itself, its beginnings, its number, its corrected spelling."""

from collections.abc import Iterable
from typing import Final

from bot.guardrails.reading.normal import Words
from bot.guardrails.reading.numbers import SINGLE
from bot.guardrails.reading.typos import CAP, Speller

_REMEMBERED: Final = 20_000
_SPOKEN: Final = 5  # letters from which a word may be written as it sounds
_FRENCH: Final = ("ant", "ait", "ais", "aient")  # endings of verbs in -er
_AGREED: Final = (
    ("ie", "i"),
    ("ies", "i"),
    ("is", "i"),
    ("ue", "u"),
    ("ues", "u"),
    ("us", "u"),
    ("ee", "e"),
    ("ees", "e"),
    ("es", "e"),
)
_STEM: Final = 4  # letters before one of these
_FEW_LETTERS: Final = 4  # of a beginning, its star included
_SHORT_STEM: Final = 5  # a word that only a shorter beginning knows may still be a misspelling of a longer one


class Vocabulary:
    """Every key the rules ask for; *words* are those that are whole words."""

    def __init__(self, keys: Iterable[str]) -> None:
        wanted = set(keys)
        self.words = frozenset(key for key in wanted if not key.endswith("*"))
        self._beginnings = frozenset(key for key in wanted if key.endswith("*") and key != "*")
        self._lengths = sorted({len(key) - 1 for key in self._beginnings})
        self._speller = Speller(self.words, (key[:-1] for key in self._beginnings))
        self._known: dict[str, frozenset[str]] = {}
        self._corrected: dict[str, frozenset[str]] = {}

    def keys(self, text: Words) -> list[frozenset[str]]:
        """Give the keys of each word of *text*."""
        out: list[frozenset[str]] = []
        left = CAP
        for word, value in zip(text.words, text.values, strict=True):
            known = self._known.get(word)
            if known is None:
                known = self._remember(self._known, word, self._of(word))
            if value is None and left and len(word) > _SHORT_STEM and all(map(_says_little, known)):
                left -= 1
                corrected = self._corrected.get(word)
                if corrected is None:
                    corrected = self._remember(self._corrected, word, self._right(word))
                known = known | corrected
            if value is not None:
                known = known | {"#", f"{value:g}"}
            out.append(known)
        return out

    @staticmethod
    def _remember(memory: dict[str, frozenset[str]], word: str, keys: frozenset[str]) -> frozenset[str]:
        if len(memory) >= _REMEMBERED:  # strangers choose the words: memory has an end
            memory.clear()
        memory[word] = keys
        return keys

    def _of(self, word: str) -> frozenset[str]:
        forms = {word, _once(word)}
        if len(word) >= _SPOKEN:  # "bleedin", « du mal à parlé »
            forms.update(f"{word}{lost}" for end, lost in (("in", "g"), ("e", "r")) if word.endswith(end))
            # « cherchant », « tombait »: the rules know « cherche* », « tombe* »
            forms.update(
                f"{word.removesuffix(end)}e" for end in _FRENCH if len(word) - len(end) >= _STEM and word.endswith(end)
            )
            # « sentie », « perdus »: as « senti », « perdu »
            forms.update(f"{word.removesuffix(end)}{plain}" for end, plain in _AGREED if word.endswith(end))
        if word in SINGLE:
            forms.add(f"{SINGLE[word]:g}")
        keys = {form for form in forms if form in self.words}
        for form in forms:
            size = len(form)
            for length in self._lengths:
                if length > size:
                    break
                key = form[:length] + "*"
                if key in self._beginnings:
                    keys.add(key)
        return frozenset(keys)

    def _right(self, word: str) -> frozenset[str]:
        words, begun = self._speller.correct(_once(word))
        keys = {key for near in words for key in self._of(near)}
        keys |= {f"{near}*" for near in begun}
        return frozenset(keys)


def _says_little(key: str) -> bool:
    """Say whether so few letters begin many words: "sai*" also begins a misspelt "saigne"."""
    return key.endswith("*") and len(key) <= _FEW_LETTERS


def _once(word: str) -> str:
    """Give *word* with its last letter written once: "ouii" is "oui"."""
    return word.rstrip(word[-1]) + word[-1] if word[-2:-1] == word[-1] else word
