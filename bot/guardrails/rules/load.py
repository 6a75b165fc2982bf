"""Reads rules from TOML, checks them as a whole, and names the file and the table of whatever is wrong."""

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final, get_args

from bot.guardrails.model import Category, Level
from bot.guardrails.rules.concepts import Concept, Concepts
from bot.guardrails.rules.errors import RulesError
from bot.guardrails.rules.expressions import Expression, ExpressionError, comparison
from bot.guardrails.rules.expressions import parse as parse_expression
from bot.guardrails.rules.parse import Near, PatternError
from bot.guardrails.rules.parse import parse as parse_pattern

_CONCEPT: Final = frozenset({"fr", "en", "any", "not", "background", "measures"})
_PICTURE: Final = frozenset({"level", "category", "when", "source", "url", "read", "reviewed"})
_LEVELS: Final = {level.name.lower(): level for level in Level if level}
_CATEGORIES: Final = frozenset(get_args(Category)) - {"none"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One dangerous picture. *source* is "unverified" unless its page was really read."""

    name: str
    level: Level
    category: Category
    when: tuple[Expression, ...]
    source: str
    reviewed: bool


def concepts(*files: Path) -> Concepts:
    """Read the concepts of *files*, as one set."""
    found: dict[str, Concept] = {}
    for file in files:
        for name, table in _tables(file).items():
            origin = f"{file.parent.name}/{file.name} [{name}]"
            if name in found:
                raise RulesError(f"{origin}: also in {found[name].origin}")
            found[name] = _concept(name, table, origin)
    return Concepts(found.values())


def pictures(files: Iterable[Path], known: Concepts) -> tuple[Picture, ...]:
    """Read the pictures of *files*, which may use the concepts *known*."""
    found: dict[str, Picture] = {}
    for file in files:
        for name, table in _tables(file).items():
            origin = f"{file.parent.name}/{file.name} [{name}]"
            if name in found:
                raise RulesError(f"{origin}: that name is taken")
            found[name] = _picture(name, table, origin, known)
    return tuple(found.values())


def _tables(file: Path) -> Mapping[str, Mapping[str, Any]]:
    place = f"{file.parent.name}/{file.name}"
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError:
        raise RulesError(f"{place}: cannot be read") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RulesError(f"{place}: {error}") from None
    for name, table in tables.items():
        if not isinstance(table, dict):
            raise RulesError(f"{place}: {name} stands outside a table")
    return tables


def _concept(name: str, table: Mapping[str, Any], origin: str) -> Concept:
    _closed(table, _CONCEPT, origin)
    written = [text for key in ("any", "fr", "en") for text in _texts(table, key, origin)]
    measured = _texts(table, "measures", origin)
    if not written and not measured:
        raise RulesError(f"{origin}: has no pattern and no measure")
    background = table.get("background", False)
    if not isinstance(background, bool):
        raise RulesError(f"{origin}: background is true or false")
    try:
        wanted = tuple(comparison(text) for text in measured)
    except ExpressionError as error:
        raise RulesError(f"{origin}: measures: {error}") from None
    return Concept(
        name=name,
        patterns=_patterns(written, origin),
        masks=_patterns(_texts(table, "not", origin), origin),
        background=background,
        measures=wanted,
        origin=origin,
    )


def _patterns(written: Iterable[str], origin: str) -> tuple[Near, ...]:
    out = []
    for text in written:
        try:
            out.append(parse_pattern(text))
        except PatternError as error:
            raise RulesError(f"{origin}: '{text}': {error}") from None
    return tuple(out)


def _picture(name: str, table: Mapping[str, Any], origin: str, known: Concepts) -> Picture:
    _closed(table, _PICTURE, origin)
    level: Any = table.get("level")
    category: Any = table.get("category")
    if level not in _LEVELS:
        raise RulesError(f"{origin}: level is one of {', '.join(_LEVELS)}")
    if category not in _CATEGORIES:
        raise RulesError(f"{origin}: category is one of {', '.join(sorted(_CATEGORIES))}")
    when = [_expression(text, origin, known) for text in _texts(table, "when", origin)]
    if not when:
        raise RulesError(f"{origin}: when is empty")
    source = table.get("source", "")
    read = table.get("read")
    if not isinstance(source, str) or (read is not None and not isinstance(read, date)):
        raise RulesError(f"{origin}: source is a text and read a date")
    return Picture(
        name=name,
        level=_LEVELS[level],
        category=category,
        when=tuple(when),
        source=source if source and read is not None else "unverified",
        reviewed=table.get("reviewed") is True,
    )


def _expression(text: str, origin: str, known: Concepts) -> Expression:
    try:
        tree = parse_expression(text)
    except ExpressionError as error:
        raise RulesError(f"{origin}: '{text}': {error}") from None
    for name in tree.names():
        if name not in known:
            raise RulesError(f"{origin}: {name} is no concept and no measure")
    return tree


def _closed(table: Mapping[str, Any], known: frozenset[str], origin: str) -> None:
    wrong = sorted(table.keys() - known)
    if wrong:
        raise RulesError(f"{origin}: {wrong[0]} is not known here")


def _texts(table: Mapping[str, Any], key: str, origin: str) -> Sequence[str]:
    found = table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise RulesError(f"{origin}: {key} is a list of texts")
    return found
