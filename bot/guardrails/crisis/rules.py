"""The crisis rules as read from their files: concepts in words, and what they mean together."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, get_args

from bot.guardrails.crisis.disguise import Disguises
from bot.guardrails.crisis.phrases import Compiler, CrisisRulesError, Index, Phrase
from bot.guardrails.model import Category, Hit, Level

_SPELLING: Final = "spelling.toml"
_RULES: Final = "rules.toml"
_WORD: Final = re.compile(r"[a-z0-9]+\*?")  # with its star where any ending will do
_LETTERS: Final = 2  # shorter ones, such as the c of « c'est », are words of their own
FICTION: Final = "fiction"
TOPIC: Final = "topic"
CONTEXTS: Final = frozenset({FICTION, TOPIC})  # concepts the judge asks for by name


@dataclass(frozen=True, slots=True)
class Term:
    """One condition of a rule: a concept that must be there, or must not."""

    concept: str
    wanted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What some concepts mean together."""

    hit: Hit
    ways: tuple[tuple[Term, ...], ...]
    only_at_risk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruleset:
    """Everything the judge reads; *owner* gives the concept of each phrase."""

    disguises: Disguises
    phrases: tuple[Phrase, ...]
    owner: tuple[str, ...]
    masks: frozenset[str]
    topical: frozenset[str]  # quiet in fiction and learning, unless somebody present says it of themselves
    unmasked: frozenset[str]  # read before the masks take their words away
    index: Index
    rules: tuple[Rule, ...]


def load(folder: Path) -> Ruleset:
    """Read every rule file of *folder*; a mistake in one refuses them all."""
    concepts: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name not in {_SPELLING, _RULES}:
            for name, concept in _read(path).items():
                if concepts.setdefault(name, concept) is not concept:
                    raise CrisisRulesError(f"{path.name}: concept {name} is written twice")
    spelling = _read(folder / _SPELLING)
    written = {
        name: [*concept.get("any", []), *concept.get("fr", []), *concept.get("en", [])]
        for name, concept in concepts.items()
    }
    rules = tuple(_rule(name, table, written) for name, table in _read(folder / _RULES).items())
    masks = _flagged(concepts, "mask")
    needed = masks | CONTEXTS | {term.concept for rule in rules for way in rule.ways for term in way}
    compiler = Compiler(written, spelling.pop("common"))
    phrases, owner = [], []
    for name in sorted(needed):
        for text in written[name]:
            try:
                phrases.append(compiler.phrase(text))
            except CrisisRulesError as error:
                raise CrisisRulesError(f"{name}: {error}") from None
            owner.append(name)
    slang = {word for word in spelling["spelled"] if len(word) > _LETTERS}  # read as meant, though a phrase may hold it
    spelling["real"] = [*spelling["real"], *_vocabulary(written.values()) - slang]
    return Ruleset(
        disguises=Disguises(**spelling),
        phrases=tuple(phrases),
        owner=tuple(owner),
        masks=masks,
        topical=_flagged(concepts, "topical"),
        unmasked=_flagged(concepts, "unmasked"),
        index=Index(phrases),
        rules=rules,
    )


def _flagged(concepts: Mapping[str, Mapping[str, Any]], flag: str) -> frozenset[str]:
    return frozenset(name for name, concept in concepts.items() if concept.get(flag))


def _vocabulary(written: Iterable[Iterable[str]]) -> set[str]:
    """Give the words the phrases already hold: none of them is a slip for another."""
    return {word for texts in written for text in texts for word in _WORD.findall(text)}


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise CrisisRulesError(f"{path.name}: {error}") from None


def _rule(name: str, table: Mapping[str, Any], written: Mapping[str, object]) -> Rule:
    ways = []
    for way in table["when"]:
        terms = tuple(Term(word.removeprefix("not "), not word.startswith("not ")) for word in way.split(" and "))
        if unknown := [term.concept for term in terms if term.concept not in written]:
            raise CrisisRulesError(f"rule {name} names unknown concepts: {', '.join(unknown)}")
        ways.append(terms)
    category: Category = table["category"]
    if category not in get_args(Category):
        raise CrisisRulesError(f"rule {name} has no known category")
    hit = Hit(
        level=Level[table["level"].upper()],
        category=category,
        rule=name,
        source=table.get("source", "unverified"),
        tempered=table.get("tempered", False),
    )
    return Rule(hit=hit, ways=tuple(ways), only_at_risk=table.get("only_at_risk", False))
