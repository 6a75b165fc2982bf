"""What Carnet does not do: medicines to decide on, images to read, papers to sign, contracts, law, drugs, fraud.

Recognised by rules alone, so that no model can be talked into it; each refusal has a sentence that says what Carnet can
do instead. The rules are data in `config/guardrails/scope.toml`, in the language of the README beside it.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.guardrails.model import Hit, Level
from bot.guardrails.reading.normal import Words, read
from bot.guardrails.rules.concepts import Concept, Concepts
from bot.guardrails.rules.expressions import Expression, ExpressionError
from bot.guardrails.rules.expressions import parse as parse_expression
from bot.guardrails.rules.parse import Near, PatternError
from bot.guardrails.rules.parse import parse as parse_pattern
from bot.guardrails.rules.patterns import Found
from bot.i18n import LANGUAGES, Language, say
from bot.kernel.errors import SettingsError

FILE: Final = "scope.toml"
PREFIX: Final = "scope."  # of a rule's name, which is also its sentence's key
_LONGEST: Final = 4096


class _Section(BaseModel):
    model_config = ConfigDict(
        strict=True, extra="forbid", hide_input_in_errors=True, frozen=True, populate_by_name=True
    )


class _Concept(_Section):
    any: list[str] = []
    fr: list[str] = []
    en: list[str] = []
    masks: list[str] = Field(default=[], alias="not")


class _Refusal(_Section):
    category: Literal["medication", "eating_disorder", "out_of_scope"]
    when: list[str] = Field(min_length=1)


class _File(_Section):
    concepts: dict[str, _Concept]
    refusals: dict[str, _Refusal]


@dataclass(frozen=True, slots=True)
class _Rule:
    """A refusal, compiled."""

    hit: Hit
    ways: tuple[Expression, ...]


class _Said:
    """What one message says, as expressions ask."""

    def __init__(self, words: Words, found: Found) -> None:
        self._sentences = words.sentences
        self._found = found

    def live(self, name: str) -> bool:
        return bool(self._found.matches.get(name))

    def near(self, one: str, other: str) -> bool:
        return not self._in(one).isdisjoint(self._in(other))

    def values(self, measure: str) -> Sequence[float]:
        raise AssertionError(measure)  # refused when the rules were loaded

    def _in(self, name: str) -> set[int]:
        return {self._sentences[match.start] for match in self._found.matches.get(name, ())}


class Scope:
    """Judges a message; every refusal that holds, the one to say first."""

    def __init__(self, concepts: Concepts, rules: Sequence[_Rule]) -> None:
        self._concepts = concepts
        self._rules = tuple(rules)

    @classmethod
    def load(cls, folder: Path) -> "Scope":
        """Read the rules of *folder*; a mistake refuses them all."""
        try:
            file = _File.model_validate(tomllib.loads((folder / FILE).read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError):
            raise SettingsError(f"cannot read {folder / FILE}") from None
        except ValidationError as error:
            wrong = "; ".join(".".join(map(str, one["loc"])) for one in error.errors(include_input=False))
            raise SettingsError(f"{FILE}: {wrong}") from None
        concepts = Concepts([_concept(name, table) for name, table in file.concepts.items()])
        return cls(concepts, [_rule(name, table, concepts) for name, table in file.refusals.items()])

    def judge(
        self,
        text: str,
        *,
        recent: Sequence[str] = (),  # noqa: ARG002  (of the other checks)
        risk: bool = False,  # noqa: ARG002  (of the other checks)
        words: Words | None = None,
    ) -> Sequence[Hit]:
        """Give the refusals that *text* asks for, the one to say first; *words* are its words, if already read."""
        if words is None or len(text) > _LONGEST:
            words = read(text[:_LONGEST])
        said = _Said(words, self._concepts.find(words))
        return [rule.hit for rule in self._rules if any(way.true(said) for way in rule.ways)]


def _concept(name: str, table: _Concept) -> Concept:
    origin = f"{FILE} [concepts.{name}]"
    patterns = tuple(_pattern(pattern, origin) for pattern in (*table.any, *table.fr, *table.en))
    masks = tuple(_pattern(pattern, origin) for pattern in table.masks)
    return Concept(name=name, patterns=patterns, masks=masks, origin=origin)


def _pattern(pattern: str, origin: str) -> Near:
    try:
        return parse_pattern(pattern)
    except PatternError as error:
        raise SettingsError(f"{origin}: {error}") from None


def _rule(name: str, table: _Refusal, concepts: Concepts) -> _Rule:
    ways = []
    for written in table.when:
        try:
            way = parse_expression(written)
        except ExpressionError as error:
            raise SettingsError(f"{FILE} [refusals.{name}]: {error}") from None
        unknown = [one for one in way.names() if one not in concepts]
        if unknown:
            raise SettingsError(f"{FILE} [refusals.{name}]: no concept {', '.join(unknown)}")
        ways.append(way)
    for language in LANGUAGES:
        if not _is_said(language, PREFIX + name):
            raise SettingsError(f"{FILE} [refusals.{name}]: no sentence {PREFIX}{name} in {language}")
    return _Rule(Hit(level=Level.INFO, category=table.category, rule=PREFIX + name), tuple(ways))


def _is_said(language: Language, key: str) -> bool:
    try:
        return bool(say(language, key))
    except KeyError:
        return False
