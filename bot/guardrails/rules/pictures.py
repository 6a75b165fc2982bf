"""Recognises dangerous pictures in a message: several signs together, none of which need be grave alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.guardrails.model import Hit
from bot.guardrails.reading.context import CUES, Context, Status
from bot.guardrails.reading.measures import Reading, measures
from bot.guardrails.reading.normal import Words, read
from bot.guardrails.rules import load
from bot.guardrails.rules.concepts import Concepts
from bot.guardrails.rules.errors import RulesError
from bot.guardrails.rules.expressions import Expression
from bot.guardrails.rules.load import Picture
from bot.guardrails.rules.patterns import Match


@dataclass(frozen=True, slots=True)
class Understood:
    """What a message says: each concept's matches with their statuses, and its measures."""

    text: Words
    concepts: Mapping[str, Sequence[tuple[Match, Status]]]
    measures: Sequence[tuple[Reading, Status]]


class _Said:
    """An understood message, as expressions ask of it."""

    def __init__(self, understood: Understood, concepts: Concepts) -> None:
        self._live: dict[str, set[int]] = {}  # concept -> sentences in which it is live
        sentences = understood.text.sentences
        for name, matches in understood.concepts.items():
            counted = {Status.LIVE, Status.PAST} if concepts[name].background else {Status.LIVE}
            places = {sentences[match.start] for match, status in matches if status in counted}
            if places:
                self._live[name] = places
        self._values: dict[str, list[float]] = {}
        for reading, status in understood.measures:
            if status is Status.LIVE:
                self._values.setdefault(reading.measure, []).append(reading.value)

    def names(self) -> Iterable[str]:
        """Give every concept and measure that counts."""
        return [*self._live, *self._values]

    def live(self, name: str) -> bool:
        return name in self._live

    def near(self, one: str, other: str) -> bool:
        return bool(self._live.get(one, set()) & self._live.get(other, set()))

    def values(self, measure: str) -> Sequence[float]:
        return self._values.get(measure, ())


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

    def judge(self, message: str) -> Sequence[Hit]:
        """Give a hit for every picture that *message* shows."""
        said = _Said(self.understand(message), self.concepts)
        seen: set[int] = set()
        for ways in [self._always, *(self._waiting.get(name, []) for name in said.names())]:
            seen.update(place for place, when in ways if place not in seen and when.true(said))
        return [
            Hit(level=picture.level, category=picture.category, rule=picture.name, source=picture.source)
            for picture in map(self.pictures.__getitem__, sorted(seen))
        ]

    def understand(self, message: str) -> Understood:
        """Give what *message* says, before any picture is made of it."""
        text = read(message)
        scopes = self._context.read(text)
        readings = (
            [(one, scopes.status(Match(one.place, one.place + 1, 1))) for one in measures(text)] if text.words else []
        )
        measured: dict[str, list[tuple[float, int]]] = {}
        for one, _ in readings:
            measured.setdefault(one.measure, []).append((one.value, one.place))
        found = self.concepts.find(text, measured)
        said = {name: [(match, scopes.status(match)) for match in matches] for name, matches in found.matches.items()}
        return Understood(text, said, readings)
