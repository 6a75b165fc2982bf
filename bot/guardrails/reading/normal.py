"""A text as plain words with their sentences and clauses: the one form in which texts and patterns are compared.

Linear in the length of the text. Nothing is lost that a number needs: `flat` keeps the punctuation between words.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.guardrails.reading.codes import codes, is_code
from bot.guardrails.reading.numbers import LONGEST, STARTS, Spoken, number_at
from bot.guardrails.reading.spelling import CHAT, CONTRACTED, IS_AFTER_S, NEGATED

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
_LONG_SENTENCE: Final = 100
_LONGEST_SENTENCE: Final = 140
_LONGEST_NUMBER: Final = 12
_THOUSANDS: Final = re.compile("(?<=[0-9])[\u00a0\u202f](?=[0-9]{3}(?![0-9]))")
_DEGREE: Final = re.compile("(?<=[0-9])°(?=[0-9])")  # « 38°5 »
_LONG_RUN: Final = re.compile(r"([a-z])\1{2,}")
_PIECE: Final = re.compile(
    r"(?P<number>[0-9]+(?:[.,][0-9]+)?)|(?P<word>[^\W\d_]+)|(?P<apart>'(?:t|s|m|re|ve|ll|d)(?![a-z]))|(?P<soft>\.{2,}|[,;:()\[\]\"«»])"
    r"|(?P<stop>[.!?\n]+)|(?P<sign>[/%°+<>=#&*-])|(?P<other>[^\s\w'])"
)
_SKIN_TONES: Final = frozenset("\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff")
# A full stop after one of these ends no sentence.
_SHORT: Final = frozenset(
    {
        "dr", "mr", "mrs", "ms", "st", "vs", "approx", "env", "temp", "resp", "pt", "pts", "hx", "neg", "pos", "eg", "ie", "etc", "ex",
        "mme", "mlle", "pr", "tel", "no", "max", "min", "sat", "fc", "ta", "fr", "yo", "wk", "wks", "hrs", "hr",
    }
)  # fmt: skip


Piece = tuple[str, str, int, int]  # text, kind, sentence, clause


@dataclass(slots=True)
class Words:
    """A text's words in order; every list has one entry for each word."""

    words: list[str] = field(default_factory=list)
    values: list[float | None] = field(default_factory=list)  # of a number, in digits or in words
    sentences: list[int] = field(default_factory=list)
    clauses: list[int] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)  # where it begins in `flat`
    limits: list[int] = field(default_factory=list)  # the word after the last of its sentence
    after: dict[int, int] = field(default_factory=dict)  # of a number of several words, the word after its last
    questions: set[int] = field(default_factory=set)  # sentences that end in a question mark
    flat: str = ""  # words and punctuation, a blank between any two


def fold(text: str) -> str:
    """Give *text* in lower case, without accents, with one kind of apostrophe and hyphen."""
    if not text.isascii() or "`" in text:
        text = _THOUSANDS.sub("", text.lower()).translate(_TABLE)
        text = _DEGREE.sub(".", text)
        text = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return text.lower()


def read(text: str) -> Words:
    """Cut *text* into words."""
    out = Words()
    pieces = list(_opened(_pieces(fold(text))))
    for word, kind, sentence, clause in pieces:
        if kind != "mark":
            out.words.append(word)
            out.values.append(float(word) if kind == "number" else None)
            out.sentences.append(sentence)
            out.clauses.append(clause)
        elif word == "?":
            out.questions.add(sentence)
    spoken = _value_words(out)
    _flatten(out, pieces, spoken)
    _cut_long_sentences(out)
    out.limits = _limits(out.sentences)
    return out


def _cut_long_sentences(out: Words) -> None:
    """End a sentence that never ends at a pause, or anywhere: else a text without full stops costs its square."""
    length = extra = 0
    sentences, clauses = out.sentences, out.clauses
    before = sentences[0] if sentences else 0
    for place, sentence in enumerate(sentences):
        length = length + 1 if sentence == before else 1
        before = sentence
        if length > _LONG_SENTENCE and (clauses[place] != clauses[place - 1] or length > _LONGEST_SENTENCE):
            extra += 1
            length = 1
        sentences[place] += extra


def _limits(sentences: Sequence[int]) -> list[int]:
    last = limit = len(sentences)
    out = [0] * last
    for place in range(last - 1, -1, -1):
        if place + 1 < last and sentences[place] != sentences[place + 1]:
            limit = place + 1
        out[place] = limit
    return out


def _value_words(out: Words) -> dict[int, Spoken]:
    """Value numbers written in words; give where they stand."""
    spoken: dict[int, Spoken] = {}
    place = 0
    while place < len(out.words):
        found = number_at(out.words, place, _end_of_clause(out, place)) if out.words[place] in STARTS else None
        if found is None:
            place += 1
            continue
        spoken[place] = found
        out.values[place] = found.value
        if found.end > place + 1:
            out.after[place] = found.end
        place = found.end
    return spoken


def _end_of_clause(out: Words, place: int) -> int:
    end = place + 1
    while end < min(len(out.words), place + LONGEST) and out.clauses[end] == out.clauses[place]:
        end += 1
    return end


def _flatten(out: Words, pieces: Sequence[Piece], spoken: Mapping[int, Spoken]) -> None:
    flat: list[str] = []
    offset = place = covered = 0
    for word, kind, _, _ in pieces:
        shown = word
        if kind != "mark":
            if place < covered:
                out.starts.append(out.starts[-1])
                place += 1
                continue
            number = spoken.get(place)
            if number is not None:
                covered, shown = number.end, f"{number.value:g}"
            out.starts.append(offset)
            place += 1
        elif place < covered:
            continue
        flat.append(shown)
        offset += len(shown) + 1
    out.flat = " ".join(flat)


def _pieces(folded: str) -> list[Piece]:
    """Cut into pieces of the kinds word, number, apart (after an apostrophe) and mark."""
    out: list[Piece] = []
    sentence = clause = 0
    written = _SHOWN if _LONG_RUN.search(folded) else _SHOWN_AS_IS
    for kind, text, start, end in _tokens(folded):
        if kind == "stop":
            if text == "." and _abbreviation(out, folded, end):
                continue
            out.append(("?" if "?" in text else ".", "mark", sentence, clause))
            sentence += 1
            clause += 1
            continue
        if kind == "soft" or (text == "-" and folded[start - 1 : start] == " "):
            clause += 1  # a dash, not a hyphen
        if kind in written:
            out.append((written[kind](text), _AS_WORD.get(kind, kind), sentence, clause))
        elif kind in {"soft", "sign"}:
            out.append((text[0], "mark", sentence, clause))
    return [piece for piece in out if piece[0] not in _SKIN_TONES]


def _tokens(folded: str) -> Iterator[tuple[str, str, int, int]]:
    """Give the kind, the text and the place of each piece; a code is one."""
    begin = 0
    for start, end in [*codes(folded), (len(folded), len(folded))]:
        for found in _PIECE.finditer(folded, begin, start):
            yield found.lastgroup or "", found[0], found.start(), found.end()
        if start < end:
            yield "code", folded[start:end], start, end
        begin = end


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
    if len(whole) > _LONGEST_NUMBER:  # no measure, and float() of a long one says "inf"
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
            elif text == "o" and after is not None and after[0] in IS_AFTER_S["o"]:
                opened = ("au",)
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


# How a piece of each kind of word is written.
_SHOWN: Final[Mapping[str, Callable[[str], str]]] = {
    "word": lambda text: _LONG_RUN.sub(r"\1\1", text),
    "number": _canonical,
    "apart": lambda text: text[1:],
    "other": str,
    "code": str,
}
_SHOWN_AS_IS: Final[Mapping[str, Callable[[str], str]]] = {
    **_SHOWN,
    "word": str,
}  # where no letter stands three times in a row
_AS_WORD: Final = {"other": "word", "code": "word"}
_MIXED: Final = re.compile(r"[0-9]+|[^0-9]+")


# Only beside one of these is a word of a pattern opened.
OPENS: Final = frozenset({*NEGATED, *CONTRACTED, *CHAT, "g", "o", "s", "t"})


def open_words(words: Sequence[str]) -> list[str]:
    """Open the words of a pattern as those of a text."""
    parts = [part for word in words for part in ([word] if word.isalpha() or is_code(word) else _MIXED.findall(word))]
    pieces = [(part, "number" if part.isdigit() else "word", 0, 0) for part in parts]
    return [word for word, _, _, _ in _opened(pieces)]
