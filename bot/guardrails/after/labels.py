"""Which test a word names: « hémoglobine » and "Hemoglobin" are one, whatever language the record was printed in."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.guardrails.after.text import words as spelled_words
from bot.kernel.errors import SettingsError

_WORD: Final = re.compile(r"[a-z0-9]+")
_Index = dict[str, dict[tuple[str, ...], str]]
Names = Mapping[str, Mapping[tuple[str, ...], str]]  # by first word: the words of each name, and its test
_NOTHING: Final[Names] = {}
_ASIDE: Final = re.compile(r"\(.*?\)|,.*$")
_BRACKETED: Final = re.compile(r"\(([^()]+)\)")
_NOUNS: Final = frozenset({"ratio", "rapport", "score", "index", "indice", "clearance", "clairance"})
_MOST_WORDS: Final = 12  # of a name
_LONG: Final = 5  # letters of a word that may stand for the whole name
_SHORTEST: Final = 3  # letters of a name that may be met in any sentence
_GRAMMAR: Final = frozenset({"pas", "est", "as"})  # « PAS », « EST »: in any sentence, so only a record's own count
# Names of tests that are everyday words too.
_EVERYDAY: Final = frozenset(
    {"weight", "poids", "height", "taille", "iron", "fer", "sugar", "sucre", "pulse", "pouls", "temperature", "tension", "sodium",
     "potassium", "calcium", "magnesium", "zinc", "blood pressure", "tension arterielle", "pain", "sleep", "sommeil", "platelets",
     "protein", "proteins", "proteine", "proteines", "salt", "sel", "fat", "est", "age", "pas", "steps", "bmi", "imc"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """A test named at a place of a text."""

    start: int
    end: int
    key: str


class Labels:
    """The names of tests Carnet knows, beside those the record prints."""

    def __init__(self, keys: Mapping[str, str]) -> None:
        self._keys = dict(keys)
        self._known: _Index = {}
        for name, key in keys.items():
            if len(name) >= _SHORTEST and name not in _GRAMMAR:
                _put(self._known, name, key)

    @classmethod
    def load(cls, folder: Path) -> "Labels":
        """Read the names of `config/knowledge`. Raises `SettingsError` when a file cannot be read."""
        keys: dict[str, str] = {}
        for path in sorted((folder / "knowledge").glob("*.toml")):
            try:
                document = tomllib.loads(path.read_text(encoding="utf-8"))
            except (OSError, tomllib.TOMLDecodeError):
                raise SettingsError(f"cannot read {path}") from None
            for key, entry in document.items():
                if "specimen" in entry:
                    for name in _names(entry):
                        keys.setdefault(_spelled(name), key)
        keys.pop("", None)
        return cls(keys)

    def key(self, label: str) -> str:
        """Give one word for the test that *label* names."""
        whole = _spelled(label)
        known = self._keys.get(whole)
        if known is not None or not _ASIDE.search(label):
            return known or whole
        short = _spelled(_ASIDE.sub(" ", label))
        return self._keys.get(short) or short or whole

    def of_record(self, labels: Iterable[str]) -> Names:
        """Make the record's own names findable."""
        found: _Index = {}
        for label in set(labels):
            key = self.key(label)
            names = {_spelled(label)}
            if _ASIDE.search(label):
                names |= {_spelled(_ASIDE.sub(" ", label)), *map(_spelled, _BRACKETED.findall(label))}
            for name in names:
                if name and not name.isdigit():
                    _put(found, name, key)
                    _put(found, _other_number(name), key)
        self._put_parts(found)
        return found

    def _put_parts(self, found: _Index) -> None:
        """Let one word of a longer name stand for it where no other name of the record holds it: "troponin", "ramipril"."""
        whole = {(name, key) for entries in found.values() for name, key in entries.items() if len(name) > 1}
        keys_of: dict[str, set[str]] = {}
        for name, key in whole:
            for word in name:
                keys_of.setdefault(word, set()).add(key)
        own = {key for entries in found.values() for key in entries.values()}
        for name, key in whole:
            dosed = any(word.isdigit() for word in name)
            for place, word in enumerate(name):
                alone = len(keys_of[word]) == 1 and len(word) >= _LONG and word not in _EVERYDAY
                test = self._keys.get(word)
                if len(keys_of[word]) == 1 and word in _NOUNS:
                    _put(found, word, key)
                if alone and ((dosed and place == 0) or (test is not None and test not in own)):
                    _put(found, word, key)

    def find(self, text: str, record: Names = _NOTHING) -> list[Named]:
        """List the tests that *text*, without capitals and accents, names; the longest name at each place."""
        words = _WORD.findall(text)
        if self._known.keys().isdisjoint(words) and record.keys().isdisjoint(words):
            return []  # as most sentences: no name begins here
        tokens = list(_WORD.finditer(text))
        found: list[Named] = []
        index = 0
        while index < len(words):
            if words[index] not in self._known and words[index] not in record:
                index += 1
                continue
            known, best = _longest(words, index, self._known), _longest(words, index, record)
            if known is not None and (best is None or len(known[0]) > len(best[0])):
                best = known
            if best is None:
                index += 1
                continue
            last = index + len(best[0]) - 1
            found.append(Named(tokens[index].start(), tokens[last].end(), best[1]))
            index = last + 1
        return found


def everyday(name: str) -> bool:
    """Say whether *name* is also a word of everyday life, which alone names no result."""
    return name in _EVERYDAY


def _names(entry: Mapping[str, Mapping[str, object]]) -> Iterable[str]:
    for language in ("fr", "en"):
        words = entry.get(language, {})
        yield str(words.get("name", ""))
        for kind in ("aliases", "phrases"):
            listed = words.get(kind, ())
            if isinstance(listed, list):
                yield from map(str, listed)


def _other_number(name: str) -> str:
    """Give *name* in the singular if it is in the plural, and the other way round: "platelet" of "platelets"."""
    return name[:-1] if name.endswith("s") and not name.endswith("ss") else f"{name}s"


def _spelled(name: str) -> str:
    return " ".join(spelled_words(name))


def _longest(words: list[str], index: int, names: Names) -> tuple[tuple[str, ...], str] | None:
    """Give the longest of *names* that stands at *index*."""
    starting = names.get(words[index])
    for size in range(min(_MOST_WORDS, len(words) - index), 0, -1) if starting else ():
        name = tuple(words[index : index + size])
        if starting and name in starting:
            return name, starting[name]
    return None


def _put(index: _Index, name: str, key: str) -> None:
    words = tuple(name.split())
    index.setdefault(words[0], {}).setdefault(words, key)
