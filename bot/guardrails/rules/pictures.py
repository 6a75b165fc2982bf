"""Recognises dangerous pictures in a message: several signs together, none of which need be grave alone."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.guardrails.model import Hit
from bot.guardrails.reading.context import CUES, Context
from bot.guardrails.reading.measures import Reading, measures
from bot.guardrails.reading.normal import Words, read
from bot.guardrails.reading.status import Scopes, Status
from bot.guardrails.rules import load
from bot.guardrails.rules.concepts import Concepts
from bot.guardrails.rules.errors import RulesError
from bot.guardrails.rules.expressions import Expression
from bot.guardrails.rules.load import Picture
from bot.guardrails.rules.patterns import Found, Match
from bot.guardrails.rules.signs import Signs

_LIVE: Final = frozenset({Status.LIVE})
_LASTING: Final = frozenset({Status.LIVE, Status.PAST})


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message says: each concept's matches with their statuses, and its measures."""

    text: Words
    concepts: Mapping[str, Sequence[tuple[Match, Status]]]
    measures: Sequence[tuple[Reading, Status]]


class _Said:
    """A message, as expressions ask of it; statuses are worked out only for what is asked."""

    def __init__(
        self, text: Words, found: Found, scopes: Scopes, concepts: Concepts, values: Mapping[str, list[float]]
    ) -> None:
        self._text, self._found, self._scopes, self._concepts = text, found, scopes, concepts
        self._values = values
        self._where: dict[str, frozenset[int]] = {}  # concept -> sentences in which it counts

    def live(self, name: str) -> bool:
        return bool(self._sentences(name))

    def near(self, one: str, other: str) -> bool:
        return bool(self._sentences(one) & self._sentences(other))

    def values(self, measure: str) -> Sequence[float]:
        return self._values.get(measure, ())

    def _sentences(self, name: str) -> frozenset[int]:
        known = self._where.get(name)
        if known is None:
            counted = _LASTING if self._concepts[name].background else _LIVE
            matches = self._found.matches.get(name, ())
            known = frozenset(
                self._text.sentences[match.start] for match in matches if self._scopes.status(match) in counted
            )
            self._where[name] = known
        return known


class Pictures:
    """The emergency pictures of a folder."""

    def __init__(self, concepts: Concepts, context: Context, pictures: Sequence[Picture]) -> None:
        self.concepts = concepts
        self.pictures = pictures
        self._always: list[tuple[int, Expression]] = []  # the picture's place, and one of its ways to be seen
        self._waiting: dict[str, list[tuple[int, Expression]]] = {}
        for place, picture in enumerate(pictures):
            for when in picture.when:
                names = when.waits_for()
                for ways in [self._always] if names is None else [self._waiting.setdefault(name, []) for name in names]:
                    ways.append((place, when))
        self._context = context
        self._signs = Signs()

    @classmethod
    def load(cls, folder: Path) -> "Pictures":
        """Read `context.toml`, `concepts/` and `pictures/` of *folder*; raises `RulesError`."""
        cues = load.concepts(folder / "context.toml")
        missing = sorted(CUES - cues.places.keys())
        if missing:
            raise RulesError(f"context.toml: [{missing[0]}] is missing")
        concepts = load.concepts(*sorted((folder / "concepts").glob("*.toml")))
        files = sorted((folder / "pictures").glob("*.toml"))
        return cls(concepts, Context(cues), load.pictures(files, concepts))

    def judge(self, message: str, words: Words | None = None) -> Sequence[Hit]:
        """Give a hit for every picture that *message* shows; *words* are its words, if somebody read them already."""
        text = words or read(message)
        measured = measures(text)
        found = self._find(text, measured)
        self._signs.put(message, {*found.matches} | self._signs_of(measured))
        due = self._due({*found.matches, *(one.measure for one in measured)})
        if not due:
            return []  # what is past, denied or told need not be known
        scopes = self._context.read(text)
        values: dict[str, list[float]] = {}
        for reading, status in _statuses(measured, scopes):
            if status is Status.LIVE:
                values.setdefault(reading.measure, []).append(reading.value)
        said = _Said(text, found, scopes, self.concepts, values)
        seen: set[int] = set()
        for place, when in due:
            if place not in seen and when.true(said):
                seen.add(place)
        return [
            Hit(
                level=picture.level,
                category=picture.category,
                rule=picture.name,
                source=picture.source,
                tempered=True,
            )
            for picture in map(self.pictures.__getitem__, sorted(seen))
        ]

    def may_show(self, messages: Sequence[str]) -> bool:
        """Say whether *messages*, one a line, may show a picture; True as well when one was not judged lately.

        No concept reaches from one sentence into the next, so that what they name together each names alone. Measures may
        reach, and are read anew.
        """
        signs: set[str] = set()
        for message in messages:
            known = self._signs.get(message)
            if known is None:
                return True
            signs |= known
        measured = measures(read("\n".join(messages)))
        if not signs.issuperset(self._signs_of(measured)):
            return True
        return bool(self._due(signs.union(one.measure for one in measured)))

    def _signs_of(self, measured: Sequence[Reading]) -> set[str]:
        return {f"{one.measure} {one.value}" for one in measured} | self.concepts.measured(_by_measure(measured))

    def _due(self, names: Set[str]) -> list[tuple[int, Expression]]:
        """Give the ways of pictures that can be seen where *names* are said."""
        ways = [self._always, *(self._waiting[name] for name in names if name in self._waiting)]
        return [(place, when) for some in ways for place, when in some if when.may(names)]

    def understand(self, message: str) -> Understood:
        """Give what *message* says, before any picture is made of it."""
        text = read(message)
        measured = measures(text)
        scopes, found = self._context.read(text), self._find(text, measured)
        said = {name: [(match, scopes.status(match)) for match in matches] for name, matches in found.matches.items()}
        return Understood(text, said, _statuses(measured, scopes))

    def _find(self, text: Words, measured: Sequence[Reading]) -> Found:
        return self.concepts.find(text, _by_measure(measured))


def _by_measure(measured: Sequence[Reading]) -> dict[str, list[tuple[float, int]]]:
    values: dict[str, list[tuple[float, int]]] = {}
    for one in measured:
        values.setdefault(one.measure, []).append((one.value, one.place))
    return values


def _statuses(measured: Sequence[Reading], scopes: Scopes) -> list[tuple[Reading, Status]]:
    return [(one, scopes.status(Match(one.place, one.place + 1, 1))) for one in measured]
