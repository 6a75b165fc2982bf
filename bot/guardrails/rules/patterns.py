"""Finds patterns in a text: work is per word of the text, not per pattern.

Every pattern names what must be present for it to match at all; it is looked at only once its rarest requirement is met.
Positions are walked as sets, so that a match costs a bounded window and nothing backtracks.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from bot.guardrails.rules.tree import Begin, Choice, End, Gap, Near, Node, Ref, Seq, Word

_ENDS: Final = 12  # of one start: repeats of the same words further on say nothing new
_FOUND: Final = 24  # matches of one pattern, likewise
_PAIRS: Final = 6  # partners of one match in `A <5> B`, for the same reason


@dataclass(frozen=True, slots=True)
class Match:
    """Words *start* to *end* (exclusive); bit n of *used* says that the pattern itself names the word at start + n."""

    start: int
    end: int
    used: int

    def moved(self, by: int) -> "Match":
        """Give the same match *by* words further on."""
        return Match(self.start + by, self.end + by, self.used)

    def places(self) -> list[int]:
        """Give the words that the pattern itself names."""
        return [self.start + bit for bit in range(self.end - self.start) if self.used >> bit & 1]


Requirement = tuple[frozenset[str], ...]  # each set must share a key with the text; "{name}" is a concept that matched


def requirement(near: Near) -> Requirement:
    """Give what must be present anywhere for *near* to match."""
    needed: list[frozenset[str]] = []
    for part in near.parts:
        for node in part:
            keys = _needed(node)
            if keys and "*" not in keys:
                needed.append(keys)
    return tuple(needed)


def _needed(node: Node) -> frozenset[str] | None:
    if isinstance(node, Word):
        return node.keys
    if isinstance(node, Ref):
        return frozenset({f"{{{node.name}}}"})
    if isinstance(node, Choice) and node.least:
        keys: set[str] = set()
        for option in node.options:
            first = requirement(option)
            if not first:
                return None
            keys |= min(first, key=len)
        return frozenset(keys)
    return None


def references(near: Near) -> Iterable[str]:
    """Name the concepts that *near* is made of."""
    for part in near.parts:
        for node in part:
            if isinstance(node, Ref):
                yield node.name
            elif isinstance(node, Choice):
                for option in node.options:
                    yield from references(option)


class Found:
    """What one text holds: its words by key, and the concepts found so far."""

    def __init__(self, keys: Sequence[frozenset[str]], limits: Sequence[int]) -> None:
        self.keys = keys  # of each word
        self.limits = limits  # where the sentence of each word ends
        self.where: dict[str, list[int]] = {}
        for place, mine in enumerate(keys):
            for key in mine:
                self.where.setdefault(key, []).append(place)
        self.matches: dict[str, list[Match]] = {}
        self._starting: dict[str, dict[int, list[Match]]] = {}
        self._at = list(keys)  # as `keys`, and the concepts that begin there
        self._present = self.where.keys()

    def put(self, name: str, matches: list[Match]) -> None:
        """Remember what the concept *name* matched."""
        self.matches[name] = matches
        starting = self._starting[name] = {}
        for match in matches:
            starting.setdefault(match.start, []).append(match)
        if starting:
            key = f"{{{name}}}"
            for place in starting:
                self._at[place] |= {key}
            self.where[key] = sorted(starting)

    def has(self, needed: Requirement) -> bool:
        """Say whether each of *needed* is present."""
        return not any(map(self._present.isdisjoint, needed))

    def find(self, near: Near) -> list[Match]:
        """Give the matches of *near*, at most a few for each start."""
        found = self._find(near, 0)
        for place, gap in enumerate(near.gaps, 1):
            if not found:
                return []
            found = self._beside(found, self._find(near, place), gap)
        return found

    def _find(self, near: Near, part: int) -> list[Match]:
        out: list[Match] = []
        seq, guard = near.parts[part], near.guards[part]
        at, limits = self._at, self.limits
        for start in self._starts(near.firsts[part]):
            if guard is not None:
                keys, low, high = guard
                for place in range(start + low, min(start + high, limits[start])):
                    if not at[place].isdisjoint(keys):
                        break
                else:
                    continue
            for end, used in self._walk(seq, {start: 0}, start).items():
                if end > start and used:
                    out.append(Match(start, end, used))
            if len(out) >= _FOUND:
                break
        return out

    def _starts(self, firsts: frozenset[str]) -> list[int]:
        if "*" in firsts:
            return list(range(len(self.keys)))
        where = self.where
        present = [key for key in firsts if key in where]
        if len(present) == 1:
            return where[present[0]]
        return sorted({place for key in present for place in where[key]})

    def _walk(self, seq: Seq, states: dict[int, int], start: int) -> dict[int, int]:
        limit = self.limits[start]
        for node in seq:
            if isinstance(node, Word):
                states = self._word(node, states, start, limit)
            elif isinstance(node, Gap):
                states = _gap(node.most, states, limit)
            elif isinstance(node, Ref):
                states = self._ref(node, states, start)
            elif isinstance(node, Choice):
                states = self._choice(node, states, start)
            elif isinstance(node, Begin):
                states = {place: used for place, used in states.items() if self._begins(place)}
            elif isinstance(node, End):
                states = {place: used for place, used in states.items() if place == limit}
            if not states:
                return states
            if len(states) > _ENDS and not isinstance(node, Gap):
                states = dict(sorted(states.items())[:_ENDS])
        return states

    def _begins(self, place: int) -> bool:
        return not place or (place < len(self.limits) and self.limits[place - 1] != self.limits[place])

    def _word(self, node: Word, states: dict[int, int], start: int, limit: int) -> dict[int, int]:
        keys, mine = node.keys, self.keys
        out: dict[int, int] = {}
        for place, used in states.items():
            if place < limit and (not keys.isdisjoint(mine[place]) or "*" in keys):
                out[place + 1] = used | 1 << (place - start)
        return out

    def _ref(self, node: Ref, states: dict[int, int], start: int) -> dict[int, int]:
        starting = self._starting.get(node.name, {})
        out: dict[int, int] = {}
        for place, used in states.items():
            for match in starting.get(place, ()):
                out.setdefault(match.end, used | match.used << (place - start))
        return out

    def _choice(self, node: Choice, states: dict[int, int], start: int) -> dict[int, int]:
        out = {} if node.least else dict(states)
        for _ in range(node.most):
            after: dict[int, int] = {}
            for option in self._options(node, states):
                ends = self._inner(option, states, start) if option.gaps else self._walk(option.parts[0], states, start)
                for place, used in ends.items():
                    after.setdefault(place, used)
            states = {place: used for place, used in after.items() if place not in out}
            for place, used in states.items():
                out[place] = used
            if not states:
                break
        return out

    def _options(self, node: Choice, states: Iterable[int]) -> list[Near]:
        """Give the options that can begin at one of the places in *states*."""
        by_first, here = node.by_first, self._at
        out: list[Near] = list(by_first.get("*", ()))
        for place in states:
            if place < len(here):
                for key in here[place] & by_first.keys():
                    out += by_first[key]
        return out if len(out) <= 1 else list({id(option): option for option in out}.values())

    def _inner(self, near: Near, states: dict[int, int], start: int) -> dict[int, int]:
        out: dict[int, int] = {}
        for match in self.find(near):
            used = states.get(match.start)
            if used is not None:
                out.setdefault(match.end, used | match.used << (match.start - start))
        return out

    def _beside(self, ones: Sequence[Match], others: Sequence[Match], gap: int) -> list[Match]:
        """Pair matches of one sentence with at most *gap* words between, whichever comes first."""
        starts = [other.start for other in others]
        longest = max((other.end - other.start for other in others), default=0)
        out: dict[tuple[int, int], Match] = {}
        for one in ones:
            low = bisect_left(starts, one.start - gap - longest)
            pairs = 0
            for other in islice(others, low, None):
                if other.start > one.end + gap or pairs >= _PAIRS:
                    break
                if other.end + gap < one.start or self.limits[other.start] != self.limits[one.start]:
                    continue
                start, end = min(one.start, other.start), max(one.end, other.end)
                mine, its = one.used << (one.start - start), other.used << (other.start - start)
                if mine & its:
                    continue
                pairs += 1
                out.setdefault((start, end), Match(start, end, mine | its))
        return sorted(out.values(), key=lambda match: (match.start, match.end))


def _gap(most: int, states: dict[int, int], limit: int) -> dict[int, int]:
    out: dict[int, int] = {}
    for place, used in sorted(states.items()):
        for end in range(place, min(place + most, limit) + 1):
            out.setdefault(end, used)
    return out


class Triggers:
    """Which patterns are worth a look, by the key that brings them up."""

    def __init__(self) -> None:
        self._by_key: dict[str, list[int]] = {}
        self._needs: list[Requirement] = []
        self._always: list[int] = []

    def add(self, needed: Requirement, rarity: Callable[[str], float]) -> int:
        """Take a pattern's requirement; give its number. The rarest set brings it up, the rest are checked."""
        number = len(self._needs)
        if not needed:
            self._always.append(number)
            self._needs.append(())
            return number
        ordered = sorted(needed, key=lambda keys: sum(map(rarity, keys)))
        self._needs.append(tuple(ordered[1:]))
        for key in ordered[0]:
            self._by_key.setdefault(key, []).append(number)
        return number

    def raised(self, keys: Iterable[str]) -> set[int]:
        """Give the patterns that *keys* bring up."""
        out: set[int] = set()
        for key in keys:
            out.update(self._by_key.get(key, ()))
        return out

    def always(self) -> Sequence[int]:
        """Give the patterns that need nothing in particular."""
        return self._always

    def rest(self, number: int) -> Requirement:
        """Give what pattern *number* needs beside the key that brought it up."""
        return self._needs[number]


def counts(requirements: Iterable[Requirement]) -> Mapping[str, int]:
    """Count in how many patterns each key is needed: a stand-in for how often people write it."""
    out: dict[str, int] = {}
    for needed in requirements:
        for keys in needed:
            for key in keys:
                out[key] = out.get(key, 0) + 1
    return out
