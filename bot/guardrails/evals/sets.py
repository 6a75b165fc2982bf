"""The sets: messages and answers whose right judgement is known. Readers learn from `train` and `dev`; `test` is sealed."""

import gzip
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, Literal

from bot.i18n import Language, language_of
from bot.kernel.errors import BotError

SUMS: Final = "SHA256SUMS"

Split = Literal["train", "dev", "test"]


class SetError(BotError):
    """A set is missing, garbled, or not the one whose digest was committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a set. *expect* is empty where the set itself says what is right."""

    id: str
    language: Language
    text: str
    expect: str
    line: Mapping[str, Any]


def read_set(folder: Path, split: Split, name: str) -> Sequence[Item]:
    """Give the items of a set, oldest first. A sealed one is opened only if it is what was committed."""
    path = folder / split / (f"{name}.jsonl.gz" if split == "test" else f"{name}.jsonl")
    try:
        data = path.read_bytes()
    except OSError:
        raise SetError(f"{path} cannot be read") from None
    if split == "test":
        if digests(folder).get(path.name) != sha256(data).hexdigest():
            raise SetError(f"{path} is not the one {SUMS} names")
        data = gzip.decompress(data)
    try:
        return [_item(json.loads(line)) for line in data.decode().splitlines() if line.strip()]
    except (ValueError, KeyError, TypeError):
        raise SetError(f"{path} holds a line that is no item") from None


def digests(folder: Path) -> Mapping[str, str]:
    """Give the committed SHA-256 of each sealed file, by name."""
    lines = (folder / "test" / SUMS).read_text(encoding="utf-8").split("\n")
    pairs = [line.split() for line in lines if line.strip()]
    return {name: digest for digest, name in pairs}


def _item(line: Mapping[str, Any]) -> Item:
    return Item(
        id=line["id"],
        language=language_of(line["lang"]),
        text=line.get("text", line.get("question", "")),
        expect=line.get("expect", ""),
        line=line,
    )
