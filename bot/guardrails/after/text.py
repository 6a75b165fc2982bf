"""An answer as the rules read it: one spelling of every sign, and words without capitals, accents or elisions."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

_SUPERSCRIPTS: Final = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
_POWER: Final = re.compile("(?<=[0-9])[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+")
_SIGNS: Final = str.maketrans(
    {
        "½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3", "œ": "oe", "Œ": "Oe", "æ": "ae", "Æ": "Ae",
        "’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "−": "-",
        "µ": "u", "μ": "u", "×": "x", "·": ".", "≤": "<", "≥": ">", "⩽": "<", "⩾": ">",
    }
)  # fmt: skip
_BLANK: Final = re.compile(r"[^\S\n]+")
_BOLD: Final = re.compile(r"\*\*|__|(?<!\d)\*|\*(?!\d)")
_OPENED: Final = tuple(
    (re.compile(pattern), opened)
    for pattern, opened in (
        (r"\b(?:can't|cannot)\b", "can not"),
        (r"\bwon't\b", "will not"),
        (r"\bshan't\b", "shall not"),
        (r"\baujourd'hui\b", "aujourdhui"),
        (r"n't\b", " not"),
        (r"\b(it|that|this|he|she|there|what|here|who|where|how)'s\b", r"\1 is"),
        (r"\blet's\b", "let us"),
        (r"'s\b(?!')", ""),
        (r"'re\b", " are"),
        (r"'ve\b", " have"),
        (r"'ll\b", " will"),
        (r"\bi'm\b", "i am"),
        (r"\b(i|you|he|she|we|they|it)'d\b", r"\1 would"),
        (r"\bs'(?=ils?\b)", "si "),
        (r"\bt'(?=as?\b|es\b|avais\b|auras\b)", "tu "),
        (r"\b([dljnsmtc]|qu|jusqu|lorsqu|puisqu|quoiqu)'", r"\1e "),
        (r"(?<=[a-z])-(?=[a-z])", " "),
    )
)
_WITHOUT_APOSTROPHE: Final = tuple(one for one in _OPENED if "'" not in one[0].pattern or "cannot" in one[0].pattern)
_WORD: Final = re.compile(r"[a-z0-9]+")
_SENTENCE: Final = re.compile(r"[.!?…;]+(?=[\s»\")*]|$)|\n+")


class _Folding(dict[int, str]):
    """Gives each letter its small form without accents, always one character, so that places in a text stay."""

    def __missing__(self, code: int) -> str:
        letter = chr(code)
        small = unicodedata.normalize("NFD", letter)[0].lower()[:1] or letter
        self[code] = small
        return small


_FOLDING: Final = _Folding()


def plain(text: str) -> str:
    """Give *text* with one kind of quote, dash, blank and micro sign, and nothing invisible; capitals stay."""
    text = _POWER.sub(lambda found: "^" + found[0].translate(_SUPERSCRIPTS), text)
    text = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS)
    text = text.replace("\u2044", "/").replace("\u2215", "/")
    if not text.isascii():
        text = "".join(letter for letter in text if letter.isascii() or unicodedata.category(letter) not in _HIDDEN)
    return _BLANK.sub(" ", _BOLD.sub("", text))


_HIDDEN: Final = frozenset({"Cf", "Cc", "Co", "Cn", "Cs"})


def low(text: str) -> str:
    """Give plain *text* without capitals or accents, character for character."""
    return text.translate(_FOLDING)


def words(text: str) -> list[str]:
    """Give the words of a short text, a label, without all that long texts need."""
    return _WORD.findall(low(text.translate(_SIGNS)))


def folded(text: str) -> str:
    """Give a short text, a label or a word of a rule, as the rules read it."""
    return opened(low(plain(text)))


def opened(text: str) -> str:
    """Open contractions and elisions of small letters: "you've" is "you have", « d’un » is "de un"."""
    for pattern, instead in _OPENED if "'" in text else _WITHOUT_APOSTROPHE:
        text = pattern.sub(instead, text)
    return text


@dataclass(frozen=True, slots=True, repr=False)
class Sentence:
    """One sentence, and whether it asks."""

    text: str
    asks: bool


def sentences(text: str) -> list[Sentence]:
    """Split *text*."""
    found, start = [], 0
    for end in _SENTENCE.finditer(text):
        if text[start : end.start()].strip():
            found.append(Sentence(text[start : end.start()].strip(), "?" in end[0]))
        start = end.end()
    if text[start:].strip():
        found.append(Sentence(text[start:].strip(), asks=False))
    return found
