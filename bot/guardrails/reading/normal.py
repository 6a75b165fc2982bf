"""A text as plain words with their sentences and clauses: the one form in which texts and patterns are compared.

Linear in the length of the text. Nothing is lost that a number needs: `flat` keeps the punctuation between words.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.guardrails.reading.spelling import CHAT, CONTRACTED, IS_AFTER_S, NEGATED, NUMBERS, TENS

_TABLE: Final = str.maketrans(
    {
        "œ": "oe",
        "æ": "ae",
        "ß": "ss",
        "ø": "o",
        "ł": "l",
        "’": "'",
        "‘": "'",
        "ʼ": "'",
        "`": "'",
        "´": "'",
        "–": "-",
        "—": ", ",
        "−": "-",
        "º": "°",
        "…": "...",
        "\u200b": None,
        "\u200d": None,
        "\ufe0f": None,
        "\u00ad": None,
    }
)
_MARKS: Final = re.compile("[\u0300-\u036f]+")
_THOUSANDS: Final = re.compile("(?<=[0-9])[\u00a0\u202f](?=[0-9]{3}(?![0-9]))")
_LONG_RUN: Final = re.compile(r"([a-z])\1{2,}")
_PIECE: Final = re.compile(
    r"(?P<number>[0-9]+(?:[.,][0-9]+)?)|(?P<word>[^\W\d_]+)|(?P<apart>'(?:t|s|m|re|ve|ll|d)(?![a-z]))|(?P<soft>\.{2,}|[,;:()\[\]\"«»])"
    r"|(?P<stop>[.!?\n]+)|(?P<sign>[/%°+<>=#&*-])|(?P<other>[^\s\w'])"
)
# A full stop after one of these ends no sentence.
_SHORT: Final = frozenset(
    [
        "dr",
        "mr",
        "mrs",
        "ms",
        "st",
        "vs",
        "approx",
        "env",
        "temp",
        "resp",
        "pt",
        "pts",
        "hx",
        "neg",
        "pos",
        "eg",
        "ie",
        "etc",
        "ex",
        "mme",
        "mlle",
        "pr",
        "tel",
        "no",
        "max",
        "min",
        "sat",
        "fc",
        "ta",
        "fr",
        "yo",
        "wk",
        "wks",
        "hrs",
        "hr",
    ]
)


@dataclass(slots=True)
class Words:
    """A text's words in order; every list has one entry for each word."""

    words: list[str] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)  # of a number, in digits or in words
    sentences: list[int] = field(default_factory=list)
    clauses: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)  # where it begins in `flat`
    limits: list[int] = field(default_factory=list)  # the word after the last of its sentence
    questions: set[int] = field(default_factory=set)  # sentences that end in a question mark
    flat: str = ""  # words and punctuation, a blank between any two


def fold(text: str) -> str:
    """Give *text* in lower case, without accents, with one kind of apostrophe and hyphen."""
    if not text.isascii():
        text = _THOUSANDS.sub("", text).translate(_TABLE)
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return text.lower()


def read(text: str) -> Words:
    """Cut *text* into words."""
    pieces = _pieces(fold(text))
    out = Words()
    flat: list[str] = []
    offset = 0
    for word, kind, sentence, clause in _opened(pieces):
        if kind == "mark":
            if word == "?" and sentence >= 0:
                out.questions.add(sentence)
        else:
            out.words.append(word)
            out.values.append(float(word) if kind == "number" else None)
            out.sentences.append(sentence)
            out.clauses.append(clause)
            out.starts.append(offset)
        flat.append(word)
        offset += len(word) + 1
    out.flat = " ".join(flat)
    _value_words(out)
    last = len(out.words)
    limits = [0] * last
    limit = last
    for place in range(last - 1, -1, -1):
        if place + 1 < last and out.sentences[place] != out.sentences[place + 1]:
            limit = place + 1
        limits[place] = limit
    out.limits = limits
    return out


Piece = tuple[str, str, int, int]


def _pieces(folded: str) -> list[Piece]:
    """Cut into (text, kind, sentence, clause); kinds: word, number, apart (after an apostrophe), mark."""
    out: list[Piece] = []
    sentence = clause = 0
    for found in _PIECE.finditer(folded):
        kind, text = found.lastgroup or "", found[0]
        if kind == "word":
            if len(text) > 2 and text.isascii():
                text = _LONG_RUN.sub(r"\1\1", text)
            out.append((text, "word", sentence, clause))
        elif kind == "number":
            out.append((_canonical(text), "number", sentence, clause))
        elif kind == "apart":
            out.append((text[1:], "apart", sentence, clause))
        elif kind == "stop":
            if text == "." and _abbreviation(out, folded, found.end()):
                continue
            out.append(("?" if "?" in text else ".", "mark", sentence, clause))
            sentence += 1
            clause += 1
        elif kind == "soft":
            clause += 1
            out.append((text[0], "mark", sentence, clause))
        elif kind == "other":
            if not "\U0001f3fb" <= text <= "\U0001f3ff":  # a skin tone is no word
                out.append((text, "word", sentence, clause))
        else:
            if text == "-" and folded[found.start() - 1 : found.start()] == " ":
                clause += 1  # a dash, not a hyphen
            out.append((text, "mark", sentence, clause))
    return out


def _abbreviation(out: Sequence[Piece], folded: str, after: int) -> bool:
    if not out or out[-1][1] == "mark":
        return False
    last = out[-1][0]
    follows = folded[after : after + 2]
    return (len(last) == 1 and last.isalpha() and not follows.startswith("\n")) or (
        last in _SHORT and follows[:1] == " " and follows[1:].isalnum()
    )


def _canonical(number: str) -> str:
    whole, comma, part = number.replace(",", ".").partition(".")
    whole = whole.lstrip("0") or "0"
    if len(whole) > 12:  # no measure, and float() of a long one says "inf"
        return "0"
    part = part[:6].rstrip("0")
    return f"{whole}.{part}" if comma and part else whole


def _opened(pieces: Sequence[Piece]) -> Iterable[Piece]:
    """Open contractions and chat spellings."""
    last = len(pieces)
    place = 0
    while place < last:
        text, kind, sentence, clause = pieces[place]
        after = pieces[place + 1] if place + 1 < last else None
        place += 1
        if kind in {"word", "apart"}:
            if after is not None and (after[1] == "apart" or (after[0] == "t" and after[1] == "word")):
                negated = NEGATED.get(text) if after[0] == "t" else None
                if negated:
                    for word in negated:
                        yield word, "word", sentence, clause
                    place += 1
                    continue
            if kind == "apart":
                opened = _after_apostrophe(text, after)
            elif text == "g" and (place == 1 or pieces[place - 2][1] != "number"):
                opened = ("j", "ai") if after is not None and after[0] in IS_AFTER_S["g"] else (text,)
            else:
                opened = CONTRACTED.get(text) or CHAT.get(text) or (text,)
            for word in opened:
                yield word, "word", sentence, clause
        else:
            yield text, kind, sentence, clause


def _after_apostrophe(text: str, after: Piece | None) -> tuple[str, ...]:
    if text == "s":  # "it's going" and "dad's chest": only the first is a verb
        verb = after is not None and (after[0].endswith("ing") or after[0] in IS_AFTER_S["s"])
        return ("is",) if verb else ()
    return {"m": ("am",), "re": ("are",), "ve": ("have",), "ll": ("will",), "d": ("would",)}.get(text, (text,))


def open_words(words: Sequence[str]) -> list[str]:
    """Open the words of a pattern as those of a text."""
    pieces = [(word, "number" if word.isdigit() else "word", 0, 0) for word in words]
    return [word for word, _, _, _ in _opened(pieces)]


def _value_words(out: Words) -> None:
    """Value numbers written in words: "twenty five", « soixante-douze »."""
    words, values = out.words, out.values
    for place, word in enumerate(words):
        value = NUMBERS.get(word)
        if value is None:
            continue
        if place and values[place - 1] is not None and words[place - 1] in NUMBERS and _joins(words, place, value):
            continue
        values[place] = value + _rest(words, place, value, out.sentences)


def _joins(words: Sequence[str], place: int, value: float) -> bool:
    before = words[place - 1]
    return (before in TENS and value < 20) or (before == "quatre" and words[place] in {"vingt", "vingts"})


def _rest(words: Sequence[str], place: int, value: float, sentences: Sequence[int]) -> float:
    """What the next words add to the tens at *place*."""
    word, ahead = words[place], place + 1
    extra = 0.0
    if word == "quatre" and ahead < len(words) and words[ahead] in {"vingt", "vingts"}:
        extra, value, ahead, word = 76.0, 80.0, ahead + 1, "vingt"
    if word not in TENS or ahead >= len(words) or sentences[ahead] != sentences[place]:
        return extra
    if words[ahead] in {"et", "and"} and ahead + 1 < len(words) and NUMBERS.get(words[ahead + 1], 99) in {1, 11}:
        ahead += 1
    more = 1.0 if words[ahead] in {"un", "une", "one"} and value >= 20 else NUMBERS.get(words[ahead])
    if more is not None and (more < 10 or (value in {60, 80} and more < 20)):
        return extra + more
    return extra
