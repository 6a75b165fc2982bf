"""Analytes and health talk in an ordinary sentence. Quiet by design: an everyday word is not a lab result."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from bot.health.knowledge.load import HealthWords, KnowledgeError
from bot.health.knowledge.model import Entry, Wording
from bot.health.knowledge.words import Word, singular, words

T = TypeVar("T")
_LONGEST: Final = 4096  # one Telegram message
_LINKS: Final = frozenset(["dans", "les", "des", "mes", "ses", "de", "in", "the", "my", "his", "her", "of"])


@dataclass(slots=True)
class _Phrases(Generic[T]):
    """Sequences of words; the longest one that begins at a place wins."""

    whole: dict[tuple[str, ...], T] = field(default_factory=dict)
    longest: int = 0

    def add(self, phrase: str, meaning: T) -> None:
        parts = _parts(words(phrase))
        for key in {parts, ("".join(parts),)}:  # "gamma GT" is also typed "gammagt"
            self.whole.setdefault(key, meaning)
        self.longest = max(self.longest, len(parts))

    def at(self, parts: Sequence[str], start: int) -> tuple[int, T] | None:
        for length in range(min(self.longest, len(parts) - start), 0, -1):
            meaning = self.whole.get(tuple(parts[start : start + length]))
            if meaning is not None:
                return length, meaning
        return None


@dataclass(frozen=True, slots=True)
class _Meaning:
    entry: Entry | None  # None: an innocent phrase, skipped whole
    forms: frozenset[str] | None = None  # an ambiguous alias counts only written so


class Listener:
    """Hears analytes and health talk in one language."""

    def __init__(self, entries: Iterable[tuple[Entry, Wording]], heard: HealthWords) -> None:
        self._meanings: _Phrases[_Meaning] = _Phrases()
        self._level: _Phrases[bool] = _Phrases()
        self._talk: _Phrases[bool] = _Phrases()
        self._stems: set[str] = set()
        for phrase in heard.innocent:
            self._meanings.add(phrase, _Meaning(None))
        for entry, wording in entries:
            self._learn(entry, wording)
        for phrase in heard.level:
            self._level.add(phrase, meaning=True)
        for stem in heard.stems:
            if not stem.endswith("*"):
                self._talk.add(stem, meaning=True)
                continue
            said = words(stem)
            if len(said) != 1:  # "hot flash*" would otherwise stand for every "hot"
                raise KnowledgeError(f"health_words.toml: only one word may end with *: {stem!r}")
            self._stems.add(said[0].folded)
        self._stem_lengths = sorted({len(stem) for stem in self._stems})

    def _learn(self, entry: Entry, wording: Wording) -> None:
        hidden = {_parts(words(alias)) for alias in entry.report_only}
        forms: dict[tuple[str, ...], set[str]] = {}
        for alias in entry.capitals:
            said = words(alias)
            forms.setdefault(_parts(said), set()).update({_written(said), _written(said).upper()})
        for phrase in (wording.name, *wording.aliases, *wording.phrases):
            parts = _parts(words(phrase))
            if parts in forms or parts in hidden:
                self._meanings.add(phrase, _Meaning(entry, frozenset(forms.get(parts, ()))))
            else:
                self._meanings.add(phrase, _Meaning(entry))

    def entries(self, text: str) -> tuple[Entry, ...]:
        """Give the analytes *text* names, each once, in order."""
        return tuple(dict.fromkeys(self._found(words(text[:_LONGEST]))))

    def is_about_health(self, text: str) -> bool:
        """Tell whether *text* sounds like a question about one's health."""
        said = words(text[:_LONGEST])
        return next(self._found(said), None) is not None or self._talks(_parts(said), said)

    def _talks(self, parts: Sequence[str], said: Sequence[Word]) -> bool:
        place = 0
        while place < len(parts):
            innocent = self._meanings.at(parts, place)
            talk = self._talk.at(parts, place)
            if innocent and innocent[1].entry is None and (talk is None or talk[0] <= innocent[0]):
                place += innocent[0]
                continue
            if talk or any(said[place].folded[:length] in self._stems for length in self._stem_lengths):
                return True
            place += 1
        return False

    def _found(self, said: Sequence[Word]) -> Iterator[Entry]:
        parts = _parts(said)
        shouted = not any(letter.islower() for word in said for letter in word.written)
        place = 0
        while place < len(parts):
            hit = self._meanings.at(parts, place)
            if hit is None:
                place += 1
                continue
            length, meaning = hit
            if meaning.entry and self._is_meant(meaning, said, parts, place, place + length, shouted=shouted):
                yield meaning.entry
            place += length

    def _is_meant(
        self, meaning: _Meaning, said: Sequence[Word], parts: Sequence[str], start: int, end: int, *, shouted: bool
    ) -> bool:
        if meaning.entry and meaning.entry.specimen == "blood" and _of_urine(parts, start, end):
            return False
        if meaning.forms is None:
            return True
        if not shouted and _written(said[start:end]) in meaning.forms:  # in a text all in capitals they tell nothing
            return True
        return parts[end : end + 1] == ("+",) or self._level_beside(parts, start, end)

    def _level_beside(self, parts: Sequence[str], start: int, end: int) -> bool:
        """Tell whether "taux de", "dosage du", "… level" stands right beside."""
        for length in range(1, self._level.longest + 1):
            before, after = parts[max(0, start - length) : start], parts[end : end + length]
            if tuple(before) in self._level.whole or tuple(after) in self._level.whole:
                return True
        return False


def _of_urine(parts: Sequence[str], start: int, end: int) -> bool:
    if start and parts[start - 1].startswith("urin"):
        return True
    after = next((part for part in parts[end : end + 4] if part not in _LINKS), "")
    return after.startswith("urin")


def _parts(said: Sequence[Word]) -> tuple[str, ...]:
    return tuple(singular(word.folded) for word in said)


def _written(said: Sequence[Word]) -> str:
    return " ".join(word.written for word in said)
