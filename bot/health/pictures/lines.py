"""Lines of a picture as read, made one: two readings agreed, dotted leaders cut, stars and decimal marks told.

Only what cannot change a number is corrected; a figure never is.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Final

from bot.health.pictures.networks import Letter

_MARKS: Final = frozenset(".,")
_SPECKS: Final = frozenset("*'\"°·•´`^")  # what a small star may look like
_DASH: Final = re.compile(r"[0-9] ([~·•—–−]) [0-9]")
_UNSLASHED: Final = re.compile(r"(?:[mµnp]?g|[mµnp]?mol|[mµk]?(?:UI|IU|U)|G|T)([md]?[Ll])")  # "gL", but not "fL"
_FLAG: Final = re.compile(r"(?:HH?|LL?|BB?|A|N)")
_ACCENTS: Final = frozenset("éèêàâçùûôîïÉÈÀÇ")
_LEADERS: Final = frozenset(".… ")
_FEW: Final = 3  # a name may have one
_DOT: Final = 0.9
_THOUSANDS: Final = 3  # figures after a mark that may part thousands

Line = Sequence[Letter]


def settled(lines: Sequence[Line], again: Mapping[int, Line]) -> list[list[Letter]]:
    """Give *lines*; *again* is the second reading of some."""
    plain = [_mended(_without_leaders(line)) for line in lines]
    for number, other in again.items():
        plain[number] = _agreed(plain[number], _mended(_without_leaders(other)))
    marks = Counter(line[at].text for line in plain if _is_figures(line) for at in _marks(line))
    if min(marks[","], marks["."]) == 0:
        return plain
    accents = sum(letter.text in _ACCENTS for line in plain for letter in line)
    mark = "," if accents >= _FEW else "."  # a report writes one mark, and its language says which
    return [_marked(line, mark) if _is_figures(line) else line for line in plain]


def _mended(line: Line) -> list[Letter]:
    """Take a speck before nothing but a flag for a star and a blank, one between two numbers for a dash, and put the
    thin stroke back into a unit that has no other meaning without it.
    """
    text = "".join(letter.text for letter in line)
    if text[:1] in _SPECKS and _FLAG.fullmatch(text[1:].strip()):  # the flag has to agree with value and range
        letters = [letter for letter in line[1:] if letter.text != " "]
        return [replace(line[0], text="*"), Letter(" ", (line[0].at + letters[0].at) / 2, 1.0), *letters]
    unit = _UNSLASHED.fullmatch(text)
    if unit:
        at = unit.start(1)
        slash = Letter("/", (line[at - 1].at + line[at].at) / 2, min(letter.score for letter in line))
        return [*line[:at], slash, *line[at:]]
    dash = _DASH.search(text) if _is_figures(line) else None
    return [replace(letter, text="-") if dash and n == dash.start(1) else letter for n, letter in enumerate(line)]


def _without_leaders(line: Line) -> list[Letter]:
    """Cut the dots that lead from a label to its value: two at least, one after a blank, or one not certain."""
    end = len(line)
    if end > 1 and line[-1].text == "." and line[-1].score < _DOT and line[-2].text.isalpha():
        end -= 1
    while end > 1 and line[end - 1].text in _LEADERS and line[end - 2].text in _LEADERS:
        end -= 1
    return [*line[:end]] if end and line[end - 1].text != " " else [*line[: end - 1]]


def _agreed(line: Line, again: Line) -> list[Letter]:
    """Give *line*, each letter as certain as both readings make it, and not at all where they differ."""
    first, second = ([letter for letter in read if letter.text != " "] for read in (line, again))
    scores = dict.fromkeys(map(id, first), 0.0)
    one, other = (["." if letter.text in _MARKS else letter.text for letter in read] for read in (first, second))
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    for a, b, size in matcher.get_matching_blocks():
        for letter, same in zip(first[a : a + size], second[b : b + size], strict=True):
            scores[id(letter)] = min(letter.score, same.score)
    for kind, start, _, _, _ in matcher.get_opcodes():
        if kind == "insert":  # something was left out between these two
            for beside in first[max(start - 1, 0) : start + 1]:
                scores[id(beside)] = 0.0
    return [replace(letter, score=scores.get(id(letter), letter.score)) for letter in line]


def _is_figures(line: Line) -> bool:
    """Say whether *line* is a value, a range or a unit ("mL/min/1,73m²"): a label's numbers are its own."""
    return not any(letter.text.isalpha() for letter in line) or any(letter.text == "/" for letter in line)


def _marks(line: Line) -> list[int]:
    """Give where decimal marks stand that cannot part thousands or the parts of a date."""
    text = "".join(letter.text for letter in line)
    found = []
    for at in range(1, len(text) - 1):
        if text[at] in _MARKS and text[at - 1].isdigit() and text[at + 1].isdigit():
            after = len(text[at + 1 :]) - len(text[at + 1 :].lstrip("0123456789"))
            if after != _THOUSANDS:
                found.append(at)
    return [] if any(text[a + 1 : b].isdigit() for a, b in pairwise(found)) else found


def _marked(line: Line, mark: str) -> list[Letter]:
    at = set(_marks(line))
    return [replace(letter, text=mark) if n in at else letter for n, letter in enumerate(line)]
