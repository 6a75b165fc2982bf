"""What people say, by concept: compiled once, found in a text bottom-up.

A text is read in one pass over its words; a concept is looked at only when the text holds what one of its patterns needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Final

from bot.guardrails.reading.normal import Words
from bot.guardrails.reading.vocabulary import Vocabulary
from bot.guardrails.rules.errors import RulesError
from bot.guardrails.rules.expressions import Comparison
from bot.guardrails.rules.patterns import Found, Match, Requirement, Triggers, counts, references, requirement
from bot.guardrails.rules.tree import Near

_MATCHES: Final = 24  # of one concept in one block: a text that repeats itself says nothing new
_BLOCK: Final = 60  # words


@dataclass(frozen=True, slots=True, kw_only=True)
class Concept:
    """One concept as its file has it."""

    name: str
    patterns: tuple[Near, ...]
    masks: tuple[Near, ...] = ()
    background: bool = False
    measures: tuple[Comparison, ...] = ()
    origin: str = ""  # file and table, for error messages


@dataclass(frozen=True, slots=True)
class _Compiled:
    concept: Concept
    masks: tuple[tuple[Near, Requirement], ...]


class Concepts:
    """All concepts, compiled."""

    def __init__(self, concepts: Iterable[Concept]) -> None:
        mine = {concept.name: concept for concept in concepts}
        order = _bottom_up(mine)
        self._all: list[_Compiled] = []
        self.places: dict[str, int] = {}
        self._patterns: list[tuple[int, Near]] = []  # the concept's place, the pattern
        self._triggers = Triggers()
        needs = {name: [requirement(near) for near in mine[name].patterns] for name in order}
        masks = {name: [requirement(near) for near in mine[name].masks] for name in order}
        often = counts(one for some in needs.values() for one in some)
        for name in order:
            concept = mine[name]
            self.places[name] = len(self._all)
            self._all.append(_Compiled(concept, tuple(zip(concept.masks, masks[name], strict=True))))
            for near, needed in zip(concept.patterns, needs[name], strict=True):
                self._triggers.add(needed, lambda key: often.get(key, 0))
                self._patterns.append((self.places[name], near))
        self._measured = [(self.places[name], mine[name].measures) for name in order if mine[name].measures]
        self.vocabulary = Vocabulary(_keys(concept for concept in mine.values()))

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, name: str) -> Concept:
        return self._all[self.places[name]].concept

    def __contains__(self, name: str) -> bool:
        return name in self.places

    def count(self) -> int:
        """Count the patterns."""
        return len(self._patterns)

    def find(self, text: Words, measured: Mapping[str, Sequence[tuple[float, int]]] | None = None) -> Found:
        """Find every concept in *text*; *measured* holds each measure's values and the words that say them."""
        keys = self.vocabulary.keys(text)
        extra = _measured_spans(self._measured, measured) if measured else []
        blocks = _blocks(text.limits)
        if len(blocks) == 1:
            return self._find(keys, text.limits, dict(extra))
        merged: dict[str, list[Match]] = {}
        for start, end in blocks:
            limits = [limit - start for limit in text.limits[start:end]]
            here = {
                place: [moved for span in spans if (moved := span.moved(-start)).start in range(end - start)]
                for place, spans in extra
            }
            for name, matches in self._find(keys[start:end], limits, here).matches.items():
                merged.setdefault(name, []).extend(match.moved(start) for match in matches)
        found = Found(keys, text.limits)
        found.matches = merged
        return found

    def measured(self, values: Mapping[str, Sequence[tuple[float, int]]]) -> frozenset[str]:
        """Name the concepts that measures alone make true."""
        if not values:
            return frozenset()
        return frozenset(self._all[place].concept.name for place, _ in _measured_spans(self._measured, values))

    def _find(
        self, keys: Sequence[frozenset[str]], limits: Sequence[int], extra: Mapping[int, Sequence[Match]]
    ) -> Found:
        found = Found(keys, limits)
        waiting: dict[int, set[int]] = {}  # the concept's place -> its patterns worth a look
        self._wait(self._triggers.always(), waiting)
        self._wait(self._triggers.raised(found.where), waiting)
        for place, spans in extra.items():
            if spans:
                waiting.setdefault(place, set())
        order = list(waiting)
        heapify(order)
        while order:
            place = heappop(order)
            matches = self._matches(place, waiting.pop(place), found, extra.get(place, ()))
            if matches:
                name = self._all[place].concept.name
                found.put(name, matches)
                for new in self._wait(self._triggers.raised([f"{{{name}}}"]), waiting):
                    heappush(order, new)
        return found

    def _wait(self, numbers: Iterable[int], waiting: dict[int, set[int]]) -> list[int]:
        """Put patterns beside those that wait; give the places that did not wait yet."""
        new: list[int] = []
        for number in numbers:
            place = self._patterns[number][0]
            if place in waiting:
                waiting[place].add(number)
            else:
                waiting[place] = {number}
                new.append(place)
        return new

    def _matches(self, place: int, numbers: Iterable[int], found: Found, spans: Sequence[Match]) -> list[Match]:
        out: dict[tuple[int, int, int], Match] = {}
        for number in numbers:
            if found.has(self._triggers.rest(number)):
                for match in found.find(self._patterns[number][1]):
                    out[match.start, match.end, match.used] = match
        if out:
            out = _unmasked(out, self._all[place].masks, found)
        for match in spans:
            out[match.start, match.end, match.used] = match
        return [out[key] for key in sorted(out)[:_MATCHES]]


def _blocks(limits: Sequence[int]) -> list[tuple[int, int]]:
    """Cut a text into runs of whole sentences: nothing matches across sentences, and what a pattern needs is then near."""
    out: list[tuple[int, int]] = []
    start = end = 0
    while end < len(limits):
        end = limits[end]
        if end - start >= _BLOCK:
            out.append((start, end))
            start = end
    if start < end or not out:
        out.append((start, end))
    return out


def _unmasked(
    matches: dict[tuple[int, int, int], Match], masks: Sequence[tuple[Near, Requirement]], found: Found
) -> dict[tuple[int, int, int], Match]:
    covered: set[int] = set()
    for near, needed in masks:
        if found.has(needed):
            for mask in found.find(near):
                covered.update(range(mask.start, mask.end))
    if not covered:
        return matches
    return {key: match for key, match in matches.items() if covered.isdisjoint(match.places())}


def _measured_spans(
    concepts: Sequence[tuple[int, tuple[Comparison, ...]]], measured: Mapping[str, Sequence[tuple[float, int]]]
) -> list[tuple[int, list[Match]]]:
    return [(place, spans) for place, wanted in concepts if (spans := _spans(wanted, measured))]


def _spans(wanted: Sequence[Comparison], measured: Mapping[str, Sequence[tuple[float, int]]]) -> list[Match]:
    """Give where measures that meet all of *wanted* stand."""
    out: list[Match] = []
    for one in wanted:
        places = [place for value, place in measured.get(one.measure, ()) if one.holds(value)]
        if not places:
            return []
        out = out or [Match(place, place + 1, 1) for place in places[:_MATCHES]]
    return out


def _keys(concepts: Iterable[Concept]) -> Iterable[str]:
    for concept in concepts:
        for near in (*concept.patterns, *concept.masks):
            yield from _words(near)


def _words(near: Near) -> Iterable[str]:
    for part in near.parts:
        for node in part:
            keys = getattr(node, "keys", None)
            if keys is not None:
                yield from keys
            for option in getattr(node, "options", ()):
                yield from _words(option)


def _bottom_up(concepts: Mapping[str, Concept]) -> list[str]:
    """Order concepts so that each follows those it is made of; refuse unknown ones and circles."""
    order: dict[str, None] = {}

    def visit(name: str, path: tuple[str, ...]) -> None:
        if name in order:
            return
        concept = concepts[name]
        if name in path:
            raise RulesError(f"{concept.origin}: is made of itself, through {' > '.join((*path, name))}")
        for part in sorted({ref for near in (*concept.patterns, *concept.masks) for ref in references(near)}):
            if part not in concepts:
                raise RulesError(f"{concept.origin}: {{{part}}} is not a concept")
            visit(part, (*path, name))
        order[name] = None

    for name in concepts:
        visit(name, ())
    return list(order)
