"""The tree a pattern becomes, and what is worked out of it once: how it can begin, and what must follow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


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


def option(parts: tuple[Seq, ...], gaps: tuple[int, ...] = ()) -> Near:
    """Make a part of a pattern; what a whole pattern needs besides would be worked out for nothing."""
    return Near(parts, gaps, tuple(map(_first_keys, parts)))


def whole(near: Near) -> Near:
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
