r"""One pattern as a small tree: words, gaps, choices, other concepts.

Beside what the README's table names: `#` or `\d+` is any number, `\w+` any word, `(…)*` and `(…)+` up to three times,
`^` and `$` the ends of the sentence, `x?` inside a word an optional letter, `rag ?doll` one word or two, and `3[5-9]` or `2\d` the
whole numbers of that form.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from bot.guardrails.reading.normal import fold, open_words
from bot.guardrails.reading.numbers import SINGLE

_REPEATS: Final = 3
_GAP: Final = 3
_ONE_OR_TWO: Final = re.compile(r"([^\W_]+) \?([^\W_]+\*?)")
_DIGITS: Final = re.compile(r"\[([0-9])-([0-9])\]|\\d|[0-9]")
_LEXER: Final = re.compile(
    r"(?P<near><\s*\d+\s*>)|(?P<gap>~\s?\d*)|(?P<ref>\{[a-z0-9_]+\})|(?P<digits>[0-9]*(?:\[[0-9]-[0-9]\]|(?<=[0-9])\\d(?!\+))+(?:\\d)*)|(?P<number>#|\\d(?:\+|\{[0-9,]+\})?)|(?P<any>\\w\+?)"
    r"|(?P<word>[^\W_]+(?:\?(?=[a-z])[^\W_]+)*)(?P<star>\*?)|(?P<sign>[()|?*+$^])|(?P<glyph>[^\s\w'\-.,;:/!%&\"°=])"
)


class PatternError(ValueError):
    """A pattern that cannot be read."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word that answers to any of *keys*: a word, a `prefix*`, `#` for a number, `*` for any."""

    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Gap:
    """At most *most* words of the same sentence."""

    most: int


@dataclass(frozen=True, slots=True)
class Ref:
    """Whatever another concept matches."""

    name: str


@dataclass(frozen=True, slots=True)
class End:
    """The end of the sentence."""


@dataclass(frozen=True, slots=True)
class Begin:
    """The beginning of the sentence."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several sequences, from *least* to *most* times."""

    options: tuple["Near", ...]
    least: int = 1
    most: int = 1
    by_first: Mapping[str, Sequence["Near"]] = field(init=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        """Sort the options by what they can begin with, so that a position is asked about few of them."""
        by_first: dict[str, list[Near]] = {}
        for option in self.options:
            for key in frozenset().union(*option.firsts):
                by_first.setdefault(key, []).append(option)
        object.__setattr__(self, "by_first", by_first)


Node = Word | Gap | Ref | Begin | End | Choice
Seq = tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Sequences in any order in one sentence, with at most so many words between neighbours; usually only one."""

    parts: tuple[Seq, ...]
    gaps: tuple[int, ...] = ()
    firsts: tuple[frozenset[str], ...] = ()  # of each part, what it can begin with: keys, "{name}", or "*"
    guards: tuple["Guard | None", ...] = ()  # of each part, what must stand near its beginning


Guard = tuple[frozenset[str], int, int]  # one of these keys, so many words after the beginning: from, to (exclusive)


def _option(parts: tuple[Seq, ...], gaps: tuple[int, ...] = ()) -> Near:
    """Make a part of a pattern; what a whole pattern needs besides would be worked out for nothing."""
    return Near(parts, gaps, tuple(map(_first_keys, parts)))


def _whole(near: Near) -> Near:
    """Make a whole pattern, with what is asked of it at every position of every text."""
    return Near(near.parts, near.gaps, tuple(map(_first_keys, near.parts)), tuple(map(_guard, near.parts)))


def _guard(seq: Seq) -> Guard | None:
    """Give what a part needs next after its first word: most beginnings lead nowhere, and this says so at once."""
    low = high = 0
    for place, node in enumerate(seq):
        first = _first_keys((node,))
        if first and "*" not in first and not (isinstance(node, Choice) and not node.least) and (place or low):
            return first, low, high + 1
        size = _size(node)
        if size is None:
            return None
        low, high = low + size[0], high + size[1]
    return None


def _size(node: Node) -> tuple[int, int] | None:
    """Give the fewest and the most words *node* covers; None if that is not known."""
    if isinstance(node, Word):
        return 1, 1
    if isinstance(node, Gap):
        return 0, node.most
    if isinstance(node, Choice):
        lows, highs = [], []
        for option in node.options:
            sizes = [_size(inner) for inner in option.parts[0]] if not option.gaps else [None]
            known = [size for size in sizes if size is not None]
            if len(known) < len(sizes):
                return None
            lows.append(sum(size[0] for size in known))
            highs.append(sum(size[1] for size in known))
        return node.least * min(lows), node.most * max(highs)
    return (0, 0) if isinstance(node, Begin | End) else None


def _first_keys(seq: Seq) -> frozenset[str]:
    keys: frozenset[str] = frozenset()
    for node in seq:
        if isinstance(node, Word):
            return keys | node.keys if keys else node.keys
        if isinstance(node, Ref):
            return keys | {f"{{{node.name}}}"}
        if isinstance(node, Choice):
            keys = keys.union(node.by_first)
            if node.least:
                return keys
        elif isinstance(node, End):
            break
    return keys  # a gap at the start is passed over: a pattern begins with a word it names


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
    return _whole(near)


def _choice_outside(lexemes: Sequence["Lexeme"]) -> bool:
    depth = 0
    for kind, _, _ in lexemes:
        depth += (kind == "(") - (kind == ")")
        if kind == "|" and not depth:
            return True
    return False


Lexeme = tuple[str, str, bool]  # kind, text, whether it touches the one before


def _lex(pattern: str) -> list[Lexeme]:
    folded = _ONE_OR_TWO.sub(r"(\1 \2|\1\2)", fold(pattern)).replace(" ?", " ")
    out: list[Lexeme] = []
    end = -1
    for found in _LEXER.finditer(folded):
        kind, text = found.lastgroup or "", found[0]
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
        nodes += _plain(run)
        run = []
        if kind == "(":
            node, place = _group(lexemes, place)
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
        option, place = _near(lexemes, place)
        options.append(option)
        if place >= len(lexemes):
            raise PatternError("a bracket is not closed")
        place += 1
        if lexemes[place - 1][0] == ")":
            break
    filled = [option for option in options if option.parts[0]]
    if not filled:
        raise PatternError("a pair of brackets is empty")
    single = [option.parts[0][0] for option in filled if len(option.parts) == 1 and len(option.parts[0]) == 1]
    words = [node for node in single if isinstance(node, Word)]
    if len(words) == len(options):
        return Word(frozenset().union(*(node.keys for node in words))), place
    made = tuple(_whole(option) if option.gaps else _option(option.parts) for option in filled)
    return Choice(made, least=1 if len(filled) == len(options) else 0), place


def _counted(node: Node, lexemes: Sequence[Lexeme], place: int) -> tuple[Node, int]:
    if place < len(lexemes) and lexemes[place][0] in {"?", "*", "+"} and lexemes[place][2]:
        sign = lexemes[place][0]
        least = 1 if sign == "+" else 0
        most = 1 if sign == "?" else _REPEATS
        if isinstance(node, Choice):
            return Choice(node.options, min(least, node.least), most), place + 1
        return Choice((_option(((node,),)),), least, most), place + 1
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
            return _forms(text)
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
    return Choice(tuple(_option((_plain(words),)) for words in opened))


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
    return tuple(_word(word) for word in open_words(run))
