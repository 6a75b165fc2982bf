r"""One pattern as a small tree: words, gaps, choices, other concepts.

Beside what the README's table names: `#` or `\d+` is any number, `\w+` any word, `(…)*` and `(…)+` up to three times,
`^` and `$` the ends of the sentence, `x?` inside a word an optional letter, `rag ?doll` one word or two, and `3[5-9]` or `2\d` the
whole numbers of that form.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from bot.guardrails.reading.normal import OPENS, fold, open_words
from bot.guardrails.reading.numbers import SINGLE
from bot.guardrails.rules.tree import Begin, Choice, End, Gap, Near, Node, Ref, Seq, Word, option, whole

__all__ = ["Near", "PatternError", "parse"]

_REPEATS: Final = 3
_GAP: Final = 3
_ONE_OR_TWO: Final = re.compile(r"([^\W_]+) \?([^\W_]+\*?)")
_DIGITS: Final = re.compile(r"\[([0-9])-([0-9])\]|\\d|[0-9]")
_LEXER: Final = re.compile(
    r"(?P<words>\([a-z]+\*?(?:\|[a-z]+\*?)*\))|(?P<near><\s*\d+\s*>)|(?P<gap>~\s?\d*)|(?P<ref>\{[a-z0-9_]+\})|(?P<digits>[0-9]*(?:\[[0-9]-[0-9]\]|(?<=[0-9])\\d(?!\+))+(?:\\d)*)|(?P<number>#|\\d(?:\+|\{[0-9,]+\})?)|(?P<any>\\w\+?)"
    r"|(?P<word>[^\W_]+(?:\?(?=[a-z])[^\W_]+)*)(?P<star>\*?)|(?P<sign>[()|?*+$^])|(?P<glyph>[^\s\w'\-.,;:/!%&\"°=])"
)


class PatternError(ValueError):
    """A pattern that cannot be read."""


def parse(pattern: str) -> Near:
    """Read one pattern; raises `PatternError`."""
    lexemes = _lex(pattern)
    if _choice_outside(lexemes):
        lexemes = [("(", "(", False), *lexemes, (")", ")", False)]  # a choice at the top needs no brackets
    near, place = _near(lexemes, 0)
    if place != len(lexemes):
        raise PatternError("a bracket closes that was not opened")
    if not any(near.parts):
        raise PatternError("it is empty")
    return whole(near)


def _choice_outside(lexemes: Sequence["Lexeme"]) -> bool:
    depth = 0
    for kind, _, _ in lexemes:
        depth += (kind == "(") - (kind == ")")
        if kind == "|" and not depth:
            return True
    return False


Lexeme = tuple[str, str, bool]  # kind, text, whether it touches the one before


def _lex(pattern: str) -> list[Lexeme]:
    folded = fold(pattern)
    if " ?" in folded:
        folded = _ONE_OR_TWO.sub(r"(\1 \2|\1\2)", folded).replace(" ?", " ")
    out: list[Lexeme] = []
    end = -1
    for found in _LEXER.finditer(folded):
        kind, text = found.lastgroup or "", found[0]
        if kind == "words" and _any_of(text) is None:
            out += _apart(text)
            end = found.end()
            continue
        kind = "word" if kind == "star" else kind
        if text == "+" and found.start() != end:
            continue
        if kind == "sign":
            kind = text
        elif kind == "glyph" and text in "{}<>[]\\@":
            raise PatternError(f"{text} has no meaning here")
        out.append(("word" if kind == "glyph" else kind, text, found.start() == end))
        end = found.end()
    return out


def _apart(choice: str) -> list[Lexeme]:
    """Give the lexemes of a choice that is more than single words, as "(cant|can not)" is."""
    words = choice[1:-1].split("|")
    out: list[Lexeme] = [("(", "(", False)]
    for word in words:
        out += [("word", word, True), ("|", "|", True)]
    return [*out[:-1], (")", ")", True)]


@lru_cache(maxsize=16384)
def _any_of(choice: str) -> Word | None:
    """Give what "(one|other*)" answers to; None if a word of it opens into several."""
    keys: set[str] = set()
    for word in choice[1:-1].split("|"):
        node = _form(word)
        if not isinstance(node, Word):
            return None
        keys |= node.keys
    return Word(frozenset(keys))


@lru_cache(maxsize=16384)
def _form(word: str) -> Node:
    return _forms(word)


def _near(lexemes: Sequence[Lexeme], place: int) -> tuple[Near, int]:
    parts: list[Seq] = []
    gaps: list[int] = []
    while True:
        nodes, place = _sequence(lexemes, place)
        parts.append(nodes)
        if place < len(lexemes) and lexemes[place][0] == "near":
            gaps.append(int(lexemes[place][1].strip("<> ")))
            place += 1
            continue
        if gaps and not all(parts):
            raise PatternError("<N> stands between two things")
        return Near(tuple(parts), tuple(gaps)), place


def _sequence(lexemes: Sequence[Lexeme], place: int) -> tuple[Seq, int]:
    nodes: list[Node] = []
    run: list[str] = []  # plain words in a row are opened together: "can t" is "can not"
    while place < len(lexemes):
        kind, text, touches = lexemes[place]
        if kind in {")", "|", "near"}:
            break
        place += 1
        if kind == "word" and not text.endswith("*") and "?" not in text and not _followed(lexemes, place):
            run.append(text)
            continue
        if run:
            nodes += _opened(tuple(run))
            run = []
        if kind == "(":
            node, place = _group(lexemes, place)
        elif kind == "words":
            node = _any_of(text) or _forms(text)
        else:
            node = _node(kind, text)
        node, place = _counted(node, lexemes, place)
        if touches and kind in "*+?":
            continue  # a count after a count
        nodes.append(node)
    return (*nodes, *_plain(run)), place


def _followed(lexemes: Sequence[Lexeme], place: int) -> bool:
    """Whether a `?` or `+` touches the word before *place*."""
    return place < len(lexemes) and lexemes[place][0] in {"?", "+"} and lexemes[place][2]


def _group(lexemes: Sequence[Lexeme], place: int) -> tuple[Node, int]:
    options: list[Near] = []
    while True:
        inner, place = _near(lexemes, place)
        options.append(inner)
        if place >= len(lexemes):
            raise PatternError("a bracket is not closed")
        place += 1
        if lexemes[place - 1][0] == ")":
            break
    filled = [one for one in options if one.parts[0]]
    if not filled:
        raise PatternError("a pair of brackets is empty")
    single = [one.parts[0][0] for one in filled if len(one.parts) == 1 and len(one.parts[0]) == 1]
    words = [node for node in single if isinstance(node, Word)]
    if len(words) == len(options):
        return Word(frozenset().union(*(node.keys for node in words))), place
    made = tuple(whole(one) if one.gaps else option(one.parts) for one in filled)
    return Choice(made, least=1 if len(filled) == len(options) else 0), place


def _counted(node: Node, lexemes: Sequence[Lexeme], place: int) -> tuple[Node, int]:
    if place < len(lexemes) and lexemes[place][0] in {"?", "*", "+"} and lexemes[place][2]:
        sign = lexemes[place][0]
        least = 1 if sign == "+" else 0
        most = 1 if sign == "?" else _REPEATS
        if isinstance(node, Choice):
            return Choice(node.options, min(least, node.least), most), place + 1
        return Choice((option(((node,),)),), least, most), place + 1
    return node, place


def _node(kind: str, text: str) -> Node:
    match kind:
        case "gap":
            digits = text[1:].strip()
            return Gap(int(digits) if digits else _GAP)
        case "ref":
            return Ref(text[1:-1])
        case "number":
            return Word(frozenset({"#"}))
        case "digits":
            return Word(frozenset(_numbers_of(text)))
        case "any" | "*":
            return Word(frozenset({"*"}))
        case "^":
            return Begin()
        case "$":
            return End()
        case "word":
            return _form(text)
        case _:
            raise PatternError(f"{kind} follows nothing")


def _forms(text: str) -> Node:
    star = "*" if text.endswith("*") else ""
    forms = _optional_letters(text.rstrip("*"))
    if star:
        return Word(frozenset(form + star for form in forms))
    opened = [open_words([form]) for form in forms]
    if all(len(words) == 1 for words in opened):
        return Word(frozenset().union(*(_keys(words[0]) for words in opened)))
    return Choice(tuple(option((_plain(words),)) for words in opened))


def _numbers_of(text: str) -> list[str]:
    forms = [""]
    for found in _DIGITS.finditer(text):
        low, high = (found[1], found[2]) if found[1] else (found[0], found[0])
        if found[0] == "\\d":
            low, high = "0", "9"
        forms = [form + str(digit) for form in forms for digit in range(int(low), int(high) + 1)]
    return forms


def _optional_letters(word: str) -> list[str]:
    at = word.find("?")
    if at < 0:
        return [word]
    rest = _optional_letters(word[at + 1 :])
    return [word[:at] + tail for tail in rest] + [word[: at - 1] + tail for tail in rest]


@lru_cache(maxsize=65536)
def _word(word: str) -> Word:
    return Word(_keys(word))


def _keys(word: str) -> frozenset[str]:
    value = SINGLE.get(word)
    if value is not None:
        return frozenset({word, f"{value:g}"})
    return frozenset({word})


def _plain(run: Sequence[str]) -> Seq:
    return _opened(tuple(run)) if run else ()


@lru_cache(maxsize=16384)
def _opened(run: tuple[str, ...]) -> Seq:
    whole_words = OPENS.isdisjoint(run) and all(map(str.isalpha, run))
    return tuple(map(_word, run if whole_words else open_words(run)))
