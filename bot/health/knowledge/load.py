"""The knowledge files, checked: closed shape, both languages whole, or nothing loads. A wrong file never half-works."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from bot.health.knowledge.model import Dimension, Entry, Part, Specimen, Wording
from bot.kernel.errors import BotError

_NOT_ENTRIES: Final = frozenset({"labels.toml", "health_words.toml"})
_Text = Annotated[str, Field(min_length=1)]
_Texts = Annotated[list[_Text], Field(min_length=1)]


class KnowledgeError(BotError):
    """The knowledge files cannot be used; the message names the file and the keys."""


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class _Wording(_Shape):
    name: _Text
    name_with_article: _Text
    number: Literal["singular", "plural"]
    gender: Literal["feminine", "masculine"] | None = None
    what: _Text
    moves_up: _Text
    moves_down: _Text
    ask: _Texts
    aliases: _Texts
    phrases: list[_Text] = []


class _Sources(_Shape):
    source: _Text
    read: date | None = None
    backs: list[Part] = []


class _Entry(_Shape):
    specimen: Specimen
    codes: dict[Dimension, Annotated[str, Field(pattern=r"^\d{1,7}-\d$")]]
    capitals: list[_Text] = []
    report_only: list[_Text] = []
    qualifiers: list[_Text] = []
    sources: _Sources
    reviewed: bool
    fr: _Wording
    en: _Wording


class HealthWords(_Shape):
    """What a message about one's health sounds like, and what only looks like it."""

    stems: _Texts  # "douleur*" stands for every word that begins so
    innocent: list[_Text]  # phrases that mean something else: "chemin de fer"
    level: list[_Text]  # phrases that make an ambiguous alias clear: "taux de"


class _Sections(_Shape):
    urine: _Texts
    other: _Texts


class _Labels(_Shape):
    qualifiers: dict[str, _Texts]
    sections: _Sections


class _HealthWords(_Shape):
    fr: HealthWords
    en: HealthWords


@dataclass(frozen=True, slots=True)
class Library:
    """All files of the folder, checked."""

    entries: Mapping[str, Entry]
    qualifiers: Mapping[str, list[str]]
    urine_sections: list[str]
    other_sections: list[str]
    health_words: Mapping[str, HealthWords]


_ENTRIES: Final = TypeAdapter(dict[str, _Entry])
_LABELS: Final = TypeAdapter(_Labels)
_WORDS: Final = TypeAdapter(_HealthWords)


def read_folder(folder: Path) -> Library:
    """Read and check every file. Raises `KnowledgeError`."""
    entries: dict[str, Entry] = {}
    for path in sorted(folder.glob("*.toml")):
        if path.name in _NOT_ENTRIES:
            continue
        for key, shape in _checked(path, _ENTRIES).items():
            if key in entries:
                raise KnowledgeError(f"{path.name}: {key} is already in {entries[key].theme}.toml")
            entries[key] = _entry(key, path.stem, shape)
    if not entries:
        raise KnowledgeError(f"no knowledge in {folder}: set CARNET_CONFIG to Carnet's config folder")
    labels: _Labels = _checked(folder / "labels.toml", _LABELS)
    for entry in entries.values():
        if unknown := entry.qualifiers - labels.qualifiers.keys():
            raise KnowledgeError(f"{entry.key}: no such qualifiers in labels.toml: {', '.join(sorted(unknown))}")
    heard: _HealthWords = _checked(folder / "health_words.toml", _WORDS)
    return Library(
        entries=entries,
        qualifiers=labels.qualifiers,
        urine_sections=labels.sections.urine,
        other_sections=labels.sections.other,
        health_words={"fr": heard.fr, "en": heard.en},
    )


def _checked(path: Path, adapter: TypeAdapter[Any]) -> Any:
    try:
        return adapter.validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError):
        raise KnowledgeError(f"{path.name}: cannot be read") from None
    except tomllib.TOMLDecodeError as error:
        raise KnowledgeError(f"{path.name}: {error}") from None
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors(include_input=False))
        raise KnowledgeError(f"{path.name}: {wrong}") from None


def _entry(key: str, theme: str, shape: _Entry) -> Entry:
    known = shape.sources.source != "unverified"
    return Entry(
        key=key,
        theme=theme,
        specimen=shape.specimen,
        codes=shape.codes,
        en=_wording(shape.en),
        fr=_wording(shape.fr),
        capitals=tuple(shape.capitals),
        report_only=tuple(shape.report_only),
        qualifiers=frozenset(shape.qualifiers),
        sources=tuple(shape.sources.source.split("; ")) if known else (),
        read=shape.sources.read,
        backs=frozenset(shape.sources.backs),
        reviewed=shape.reviewed,
    )


def _wording(shape: _Wording) -> Wording:
    return Wording(
        name=shape.name,
        name_with_article=shape.name_with_article,
        plural=shape.number == "plural",
        feminine=shape.gender == "feminine",
        what=shape.what,
        moves_up=shape.moves_up,
        moves_down=shape.moves_down,
        ask=tuple(shape.ask),
        aliases=tuple(shape.aliases),
        phrases=tuple(shape.phrases),
    )
