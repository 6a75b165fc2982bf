"""What a pattern cannot match without: four letters in a row, so that most patterns need not be tried on most texts.

Reads as much of the notation as the rules use; where it is unsure it asks for nothing, and the pattern is tried.
"""

from collections.abc import Iterator
from typing import Final

LENGTH: Final = 4
_MOST: Final = 600  # pieces of one pattern; more cost more than they spare
_COMMON: Final = " etaionsrlucdm"  # letters, the most common first
# In more than every eighth answer of the development sets; a blank is written "_".
_EVERYWHERE: Final = frozenset(
    piece.replace("_", " ")
    for piece in (
        "_an _et _so _if _le _si _202 _999 _abo _and _app _are _au_ _ave _cal _can _ce_ _com _con _dan _de_ _des _du_ _en_ "
        "_est _et_ _fai _for _hav _if_ _il_ _imp _in_ _int _is_ _it_ _la_ _le_ _les _med _ne_ _not _of_ _on_ _or_ _par _pas "
        "_peu _pha _pla _pou _pre _pri _pro _que _qui _rep _res _si_ _so_ _som _son _sou _sur _tel _tha _the _to_ _tou _un_ "
        "_une _vot _vou _whe _wit _you all_ alle and_ ange ans_ ant_ appe are_ ave_ avec call can_ comp dans de_l des_ e_de "
        "e_la e_le e_re e_se e_th e_vo elez ell_ elle emen ent_ ents ere_ es_a es_d es_l est_ ez_l for_ hat_ have her_ hing "
        "ight ine_ ing_ inte ion_ ire_ ith_ jour la_p le_a le_p les_ lle_ ment n_th nge_ not_ ns_l nter one_ ont_ otre ou_s "
        "our_ ous_ out_ pas_ pele pour ppel pres prim prin que_ qui_ r_le res_ s_an s_de s_le some sult t_de t_le ted_ tell "
        "ter_ tes_ tez_ that the_ ther thin tion tre_ une_ us_a vec_ vez_ votr vous with you_ your"
    ).split()
)
_COSTS: Final = 40  # what a piece that stands everywhere counts among pieces that seldom do
_SPECIAL: Final = frozenset("\\[](){}|*+?.^$<>")

Pieces = frozenset[str]
_Needed = Pieces | None  # one of these stands in every match; None: nothing is known


def pieces_in(text: str) -> Pieces:
    """Give every piece of *text*."""
    return frozenset(map("".join, zip(*(text[start:] for start in range(LENGTH)), strict=False)))


def needed(pattern: str) -> Pieces:
    """Give pieces of which every match of *pattern* holds at least one; none if nothing can be told."""
    found = _Parser(pattern).choice()
    return found if found is not None and len(found) <= _MOST else frozenset()


class _Parser:
    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def choice(self) -> _Needed:
        """Read up to the closing bracket: each alternative must need something."""
        out: set[str] = set()
        unknown = False
        while True:
            found = self._sequence()
            unknown = unknown or found is None
            out |= found or frozenset()
            if self._peek() != "|":
                return None if unknown else frozenset(out)
            self._at += 1

    def _sequence(self) -> _Needed:
        """Read one alternative, and give the best of what its parts need."""
        best: _Needed = None
        run = ""
        while (letter := self._peek()) not in {"", "|", ")"}:
            literal, found = self._atom(letter)
            often = self._repeats()
            if literal and often == "once":
                run += literal
                continue
            if literal and often == "more":  # « o+ »: one at least, and nothing after it is next to what came before
                run += literal
            best, run = _better(best, _of_run(run)), ""
            if found is not None and often != "maybe":
                best = _better(best, found)
        return _better(best, _of_run(run))

    def _atom(self, letter: str) -> tuple[str, _Needed]:
        """Read one thing: a letter, or something of which only the need is known."""
        self._at += 1
        if letter == "(":
            return "", self._group()
        if letter == "[":
            self._skip_class()
            return "", None
        if letter == "\\":
            self._at += 1
            escaped = self._pattern[self._at - 1]
            return ("", None) if escaped.isalnum() else (escaped, None)
        return ("", None) if letter in _SPECIAL else (letter, None)

    def _skip_class(self) -> None:
        self._at += self._peek() == "^"
        self._at += self._peek() == "]"  # first, it is a letter
        while self._peek() != "]":
            self._at += 2 if self._peek() == "\\" else 1
        self._at += 1

    def _group(self) -> _Needed:
        looks = self._pattern.startswith(("?=", "?!", "?<"), self._at)
        if self._peek() == "?":
            self._at = self._at + 2 if self._pattern[self._at + 1] in ":=!" else self._at + 3
        found = self.choice()
        self._at += 1  # the closing bracket
        return None if looks else found

    def _repeats(self) -> str:
        """Read what follows a thing: whether it stands once, perhaps, or more than once."""
        letter = self._peek()
        if letter not in {"?", "*", "+", "{"} or letter == "":
            return "once"
        if letter == "{":
            end = self._pattern.index("}", self._at)
            often = "maybe" if self._pattern[self._at + 1] in "0," else "more"
            self._at = end + 1
        else:
            self._at += 1
            often = "more" if letter == "+" else "maybe"
        if self._peek() == "?":  # as few as will do
            self._at += 1
        return often

    def _peek(self) -> str:
        return self._pattern[self._at : self._at + 1]


def _of_run(run: str) -> _Needed:
    """Give the rarest piece of letters in a row."""
    return frozenset([min(_parts(run), key=_cost)]) if len(run) >= LENGTH else None


def _parts(run: str) -> Iterator[str]:
    return (run[at : at + LENGTH] for at in range(len(run) - LENGTH + 1))


def _cost(piece: str) -> tuple[int, int, str]:
    rarity = sum(_COMMON.find(letter) if letter in _COMMON else len(_COMMON) for letter in piece)
    return _COSTS if piece in _EVERYWHERE else 1, -rarity, piece


def _better(one: _Needed, other: _Needed) -> _Needed:
    """Give what spares more: fewer pieces, and rarer ones."""
    if one is None or other is None:
        return other if one is None else one
    return min(one, other, key=lambda some: (sum(_cost(piece)[0] for piece in some), sorted(some)))
