"""A sentence as the learned readers of answers see it: its words, where an illness, a medicine, a test or a number is only that.

What is learned of one medicine then holds for every other, and no reader learns that a name is bad.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bot.guardrails.after.labels import Labels, Named, Names
from bot.guardrails.after.lexicon import Lexicon, kind_of
from bot.guardrails.after.text import Sentence, low, opened, plain, sentences
from bot.guardrails.after.wording import Wordings

_TOKEN: Final = re.compile(r"[a-z]+|[0-9]+(?:[.,][0-9]+)*|[\ue000-\uf8ff]|[«»\"]")
_NUMBER: Final = "znum"
_TEST: Final = "ztest"
_QUOTES: Final = frozenset("«»")
_ASKS: Final = "zasks"
_MOST: Final = 60  # words: as long as a sentence that is learned from


class Shaper:
    """Gives sentences their shape."""

    def __init__(self, lexicon: Lexicon, labels: Labels) -> None:
        self._lexicon = lexicon
        self._labels = labels

    def words(self, marked: Sentence, names: Names | None = None) -> list[str]:
        """Give the shape of a sentence whose illnesses and medicines are marked; *names* are the record's own tests."""
        named = self._labels.find(marked.text, names or {})
        return [*_shaped(marked.text, named), _ASKS] if marked.asks else _shaped(marked.text, named)

    def read(self, text: str) -> Iterator[list[str]]:
        """Give the shape of each sentence of *text*, as it was written."""
        for sentence in sentences(self._lexicon.mark(opened(low(plain(text)))).text):
            yield self.words(sentence)


def shaper_of(folder: Path) -> Shaper:
    """Give the shaper of the configuration *folder*. Raises `SettingsError`."""
    return Shaper(Wordings.load(folder / "guardrails" / "after").lexicon, Labels.load(folder))


def _shaped(text: str, named: Sequence[Named]) -> list[str]:
    words: list[str] = []
    start = 0
    for name in named:
        words += map(_shape, _TOKEN.findall(text, start, name.start))
        words.append(_TEST)
        start = name.end
    return [*words, *map(_shape, _TOKEN.findall(text, start))][:_MOST]


def _shape(word: str) -> str:
    if word[0].isdigit():
        return _NUMBER
    return word if word.isascii() or word in _QUOTES else f"z{kind_of(word)}"
