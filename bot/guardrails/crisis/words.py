"""Reads a message as plain words: lower case, no accents, contractions opened, sentences apart."""

import re
import unicodedata
from typing import Final

STOP: Final = "."  # between sentences
_WORD: Final = re.compile(r"[a-z0-9_]+|[.!?;:\n…]+")
_PLAIN: Final = str.maketrans(
    {"œ": "oe", "æ": "ae", "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "ø": "o", "ß": "ss"}
)
_OPENED: Final = (
    (re.compile(r"\bwon'?t\b(?! be able)"), "will not"),
    (re.compile(r"\bcan'?t\b|\bcannot\b"), "can not"),
    (re.compile(r"\bain't\b"), "is not"),
    (re.compile(r"n't\b"), " not"),
    (re.compile(r"\bi'm\b"), "i am"),
    (re.compile(r"'re\b"), " are"),
    (re.compile(r"'ve\b"), " have"),
    (re.compile(r"'ll\b"), " will"),
    (re.compile(r"\b(i|you|he|she|we|they|it|who|that|there|nobody|everyone)'d\b"), r"\1 would"),
    (
        re.compile(
            r"\b(he|she|it|that|what|there|who|here|where|how|life|nobody|everyone|everything|nothing|no one)'s\b"
        ),
        r"\1 is",
    ),
)


def fold(text: str) -> str:
    """Lower *text* and take its accents off."""
    lowered = text.lower().translate(_PLAIN)
    if lowered.isascii():
        return lowered
    return "".join(sign for sign in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(sign))


def plain_words(text: str) -> list[str]:
    """Give the words of *text*; a sentence's end is the word ``.``."""
    folded = fold(text)
    if "'" in folded or "cannot" in folded:
        for written, opened in _OPENED:
            folded = written.sub(opened, folded)
    return [STOP if word[0] in ".!?;:\n…" else word for word in _WORD.findall(folded)]
