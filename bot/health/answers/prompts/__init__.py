"""What a model is told and what its text may not say: versioned files, one per language, French and English alike.

A rule reads text in which a private character stands for each slot and each test's name, so that neither a name such
as "vitamin B12" nor what surrounds a slot can be mistaken for words of the model's own.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, Final

from bot.i18n import Language

VERSION: Final = "v1"
FOLDER: Final = Path(__file__).parent

FIRST_SLOT: Final = 0xE000  # the n-th slot is written chr(FIRST_SLOT + n)
FIRST_NAME: Final = 0xE100  # so is the name of its test
SLOT_MARK: Final = "[\ue000-\ue0ff]"
NAME_MARK: Final = "[\ue100-\ue1ff]"


@dataclass(frozen=True, slots=True)
class Rules:
    """One language's patterns and words."""

    words: Mapping[str, str]
    banned: Mapping[str, re.Pattern[str]]
    directions: Mapping[str, re.Pattern[str]]
    claim: re.Pattern[str]  # any word of direction; the group that matched says which
    disease: re.Pattern[str]
    own: re.Pattern[str]  # the language's commonest words


@dataclass(frozen=True, slots=True)
class Prompt:
    """One language's words to the model."""

    system: str
    question: Template
    again: Template


@cache
def prompt(language: Language) -> Prompt:
    """Read the explanation prompt in *language*."""
    text = (FOLDER / f"explain.{VERSION}.{language}.md").read_text(encoding="utf-8")
    system, question, again = (part.strip() for part in text.split("\n---\n"))
    return Prompt(system=system, question=Template(question), again=Template(again))


@cache
def rules(language: Language) -> Rules:
    """Read the rules of *language*."""
    data: dict[str, Any] = tomllib.loads((FOLDER / f"rules.{VERSION}.{language}.toml").read_text(encoding="utf-8"))
    lists = {key: "|".join(parts) for key, parts in data["lists"].items()} | {"slot": SLOT_MARK, "name": NAME_MARK}

    def any_of(parts: Iterable[str]) -> str:
        return re.sub(r"<(\w+)>", lambda match: f"(?:{lists[match[1]]})", "|".join(parts))

    def whole_words(parts: Iterable[str]) -> re.Pattern[str]:
        return re.compile(rf"(?<!\w)(?:{any_of(parts)})(?!\w)")

    said = data["directions"]
    kinds = [f"(?P<{kind}>{any_of(said[kind])})" for kind in ("trend", "high", "low", "inside", "outside")]
    return Rules(
        words=data["words"],
        banned={key: whole_words(parts) for key, parts in data["banned"].items()},
        directions={key: whole_words(parts) for key, parts in said.items()},
        claim=re.compile(rf"(?<!\w)(?:{'|'.join(kinds)})(?!\w)"),
        disease=whole_words(data["lists"]["disease"]),
        own=whole_words(data["lists"]["own"]),
    )
