"""What a pattern cannot match without: four letters in a row, so that most patterns need not be tried on most texts.

Reads as much of the notation as the rules use; where it is unsure it asks for nothing, and the pattern is tried.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

LENGTH: Final = 4
_MOST: Final = 2000  # pieces of one pattern; more cost more than they spare
_MANY: Final = 64  # things that a part may say, to be told one by one
_COMMON: Final = " etaionsrlucdm"  # letters, the most common first
# In more than every eighth answer of the development sets; a blank is written "_".
_EVERYWHERE: Final = frozenset(
    re.findall(
        r"\S+",
        """
    _an _et _so _if _le _si _202 _999 _abo _and _app _are _au_ _ave _cal _can _ce_ _com _con _dan _de_ _des _du_
    _en_ _est _et_ _fai _for _hav _if_ _il_ _imp _in_ _int _is_ _it_ _la_ _le_ _les _med _ne_ _not _of_ _on_
    _or_ _par _pas _peu _pha _pla _pou _pre _pri _pro _que _qui _rep _res _si_ _so_ _som _son _sou _sur _tel
    _tha _the _to_ _tou _un_ _une _vot _vou _whe _wit _you all_ alle and_ ange ans_ ant_ appe are_ ave_ avec
    call can_ comp dans de_l des_ e_de e_la e_le e_re e_se e_th e_vo elez ell_ elle emen ent_ ents ere_ es_a
    es_d es_l est_ ez_l for_ hat_ have her_ hing ight ine_ ing_ inte ion_ ire_ ith_ jour la_p le_a le_p les_
    lle_ ment n_th nge_ not_ ns_l nter one_ ont_ otre ou_s our_ ous_ out_ pas_ pele pour ppel pres prim prin
    que_ qui_ r_le res_ s_an s_de s_le some sult t_de t_le ted_ tell ter_ tes_ tez_ that the_ ther thin tion
    tre_ une_ us_a vec_ vez_ votr vous with you_ your
    """,
    )
)
_COSTS: Final = 40  # what a piece that stands everywhere counts among pieces that seldom do
_SPECIAL: Final = frozenset("\\[](){}|*+?.^$<>")

Pieces = frozenset[str]
_Part = tuple[Pieces | None, list[Pieces]]  # all a part may say, None if that is much, and what it needs


def pieces_in(text: str) -> Pieces:
    """Give every piece of *text*."""
    return frozenset(map("".join, zip(*(text[start:] for start in range(LENGTH)), strict=False)))


@dataclass(frozen=True, slots=True)
class Needs:
    """What a pattern cannot match without; nothing of it is known if *ways* is empty."""

    any: Pieces = frozenset()  # one of these, at least
    ways: tuple[tuple[Pieces, ...], ...] = ()  # one alternative, and of each of its sets one

    def met(self, pieces: Pieces) -> bool:
        """Say whether a text with these *pieces* may hold a match."""
        if not self.ways:
            return True
        if self.any.isdisjoint(pieces):
            return False
        for way in self.ways:  # loops, for this is asked some thousand times of an answer
            for some in way:
                if some.isdisjoint(pieces):
                    break
            else:
                return True
        return False


@cache
def needed(pattern: str) -> Needs:
    """Give what *pattern* cannot match without."""
    ways = _Parser(pattern).ways()
    if not all(ways) or sum(len(some) for way in ways for some in way) > _MOST:
        return Needs()
    return Needs(frozenset().union(*(way[0] for way in ways)), tuple(ways))


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def ways(self) -> list[tuple[Pieces, ...]]:
        """Read up to the closing bracket: of each alternative, the sets it needs one piece of, the best first."""
        return [tuple(sorted(needs, key=_cost_of)) for _, needs in self._alternatives()]

    def _alternatives(self) -> list[_Part]:
        found = [self._sequence()]
        while self._peek() == "|":
            self._at += 1
            found.append(self._sequence())
        return found

    def _sequence(self) -> _Part:
        """Read one alternative: all it may say, if that is little, and what its parts need."""
        needs: list[Pieces] = []
        runs: frozenset[str] | None = frozenset([""])  # what the letters just read may be
        whole = True  # whether they are all there is
        while (letter := self._peek()) not in {"", "|", ")"}:
            said, needing = self._atom(letter)
            often = self._repeats()
            if often == "maybe":
                said, needing = (said | {""} if said else None), []
            elif often == "never":
                said, needing = None, []
            needs += needing
            joined = _joined(runs, said) if often != "more" else None
            if joined is None:
                needs += _of_runs(runs if often != "more" or not said else _joined(runs, said) or runs)
                whole, joined = False, said if often == "once" and said else frozenset([""])
            runs = joined
        return (runs if whole else None), [*needs, *_of_runs(runs)]

    def _atom(self, letter: str) -> _Part:
        """Read one thing: what it may be, if that is little, and what it needs otherwise."""
        self._at += 1
        if letter == "(":
            return self._group()
        if letter == "[":
            self._skip_class()
            return None, []
        if letter == "\\":
            self._at += 1
            escaped = self._pattern[self._at - 1]
            return (None if escaped.isalnum() else frozenset([escaped])), []
        return (None if letter in _SPECIAL else frozenset([letter])), []

    def _skip_class(self) -> None:
        self._at += self._peek() == "^"
        self._at += self._peek() == "]"  # first, it is a letter
        while self._peek() != "]":
            self._at += 2 if self._peek() == "\\" else 1
        self._at += 1

    def _group(self) -> _Part:
        looks = self._pattern.startswith(("?=", "?!", "?<"), self._at)
        if self._peek() == "?":
            self._at = self._at + 2 if self._pattern[self._at + 1] in ":=!" else self._at + 3
        parts = self._alternatives()
        self._at += 1  # the closing bracket
        if looks:
            return None, []
        said = [some for some, _ in parts if some is not None]
        if len(said) == len(parts) and sum(map(len, said)) <= _MANY:
            return frozenset().union(*said), []
        best = [min(needs, key=_cost_of, default=None) for _, needs in parts]
        known = [some for some in best if some is not None]
        return None, [frozenset().union(*known)] if len(known) == len(best) else []

    def _repeats(self) -> str:
        """Read what follows a thing: whether it stands once, perhaps once, once or more, or perhaps never and perhaps often."""
        letter = self._peek()
        if letter not in {"?", "*", "+", "{"} or not letter:
            return "once"
        if letter == "{":
            end = self._pattern.index("}", self._at)
            often = "never" if self._pattern[self._at + 1] in "0," else "more"
            self._at = end + 1
        else:
            self._at += 1
            often = {"+": "more", "?": "maybe", "*": "never"}[letter]
        if self._peek() == "?":  # as few as will do
            self._at += 1
        return often

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]


def _joined(runs: frozenset[str] | None, said: frozenset[str] | None) -> frozenset[str] | None:
    if not runs or not said or len(runs) * len(said) > _MANY:
        return None
    return frozenset(run + one for run in runs for one in said)


def _of_runs(runs: frozenset[str] | None) -> list[Pieces]:
    """Give the rarest piece of each of some runs of letters, if each has one."""
    if not runs or min(map(len, runs)) < LENGTH:
        return []
    return [frozenset(min(_parts(run), key=_cost) for run in runs)]


def _parts(run: str) -> Iterator[str]:
    return (run[at : at + LENGTH] for at in range(len(run) - LENGTH + 1))


@cache
def _cost(piece: str) -> tuple[int, int, str]:
    rarity = sum(_COMMON.find(letter) if letter in _COMMON else len(_COMMON) for letter in piece)
    return _COSTS if piece.replace(" ", "_") in _EVERYWHERE else 1, -rarity, piece


def _cost_of(some: Pieces) -> tuple[int, list[str]]:
    """Say how little a set spares: many pieces, or common ones."""
    return sum(_cost(piece)[0] for piece in some), sorted(some)
