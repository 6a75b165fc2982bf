"""A printed label to its analyte: the same words or none. Never a near miss, because a wrong analyte is worse than none.

A label may add words that do not change what was measured ("calculé", "sérique", a method); an entry says which
families of such words it accepts, so that "glucose urinaire" is never glucose and "bilirubine directe" never total.
The heading above the line matters as well: "Glucose" under "Urines" is not blood.
"""

from collections.abc import Iterable
from typing import Final, TypeAlias

from bot.health.knowledge.load import KnowledgeError, Library
from bot.health.knowledge.model import Entry
from bot.health.knowledge.words import fold, words

_LONGEST: Final = 120  # characters; longer is a sentence, not a label
_Cut: TypeAlias = tuple[int, tuple[set[str], ...]]  # where, and the families of each qualifier dropped


class Labels:
    """Every alias of every entry, both languages, and the words a label may add."""

    def __init__(self, library: Library) -> None:
        self._entries: dict[str, Entry] = {}
        for entry in library.entries.values():
            for alias in (*entry.fr.aliases, *entry.en.aliases):
                self._add(alias, entry)
        self._families: dict[str, set[str]] = {}
        self._longest_qualifier = 0
        for family, phrases in library.qualifiers.items():
            for phrase in phrases:
                parts = _folded(phrase)
                self._families.setdefault(" ".join(parts), set()).add(family)
                self._longest_qualifier = max(self._longest_qualifier, len(parts))
        self._urine = _Heading(library.urine_sections)
        self._elsewhere = _Heading(library.other_sections)

    def _add(self, alias: str, entry: Entry) -> None:
        owner = self._entries.setdefault(" ".join(_folded(alias)), entry)
        if owner is not entry:
            raise KnowledgeError(f"alias of both {owner.key} and {entry.key}: {alias!r}")

    def find(self, label: str, section: str) -> Entry | None:
        """Give the entry *label* names under the heading *section*, or None."""
        if len(label) > _LONGEST or self._elsewhere.heads(section):
            return None
        if not self._urine.heads(section):
            return self._named(label)
        entry = self._named(f"{label} urine") or self._named(label)
        return entry if entry and entry.specimen == "urine" else None

    def _named(self, label: str) -> Entry | None:
        return self._plain(_folded(label)) or self._twice_named(label)

    def _plain(self, parts: list[str]) -> Entry | None:
        """Match *parts*, dropping accepted qualifiers from either end, the fewest first."""
        for start, families_before in self._openings(parts):
            for end, families_after in self._closings(parts, start):
                entry = self._entries.get(" ".join(parts[start:end]))
                if entry and all(families & entry.qualifiers for families in (*families_before, *families_after)):
                    return entry
        return None

    def _twice_named(self, label: str) -> Entry | None:
        """Match "Globules rouges (hématies)": both names, one analyte."""
        outside, bracket, inside = label.rstrip(") ]").replace("[", "(").partition("(")
        if not bracket or "(" in inside or ")" in inside:
            return None
        first, second = self._plain(_folded(outside)), self._plain(_folded(inside))
        return first if first is second else None

    def _closings(self, parts: list[str], start: int) -> Iterable[_Cut]:
        end = len(parts)
        dropped: tuple[set[str], ...] = ()
        yield end, dropped
        while step := self._qualifier(parts, start, end, at_end=True):
            length, families = step
            end, dropped = end - length, (*dropped, families)
            yield end, dropped

    def _openings(self, parts: list[str]) -> Iterable[_Cut]:
        start = 0
        dropped: tuple[set[str], ...] = ()
        yield start, dropped
        while step := self._qualifier(parts, start, len(parts), at_end=False):
            length, families = step
            start, dropped = start + length, (*dropped, families)
            yield start, dropped

    def _qualifier(self, parts: list[str], start: int, end: int, *, at_end: bool) -> tuple[int, set[str]] | None:
        for length in range(min(self._longest_qualifier, end - start - 1), 0, -1):
            piece = parts[end - length : end] if at_end else parts[start : start + length]
            if families := self._families.get(" ".join(piece)):
                return length, families
        return None


class _Heading:
    """Recognises headings by their words; "urin*" stands for every word that begins so."""

    def __init__(self, listed: Iterable[str]) -> None:
        folded = [(word.endswith("*"), fold(word.rstrip("*"))) for word in listed]
        self._whole = frozenset(word for begins, word in folded if not begins)
        self._beginnings = tuple(word for begins, word in folded if begins)

    def heads(self, section: str) -> bool:
        return any(
            word.folded in self._whole or word.folded.startswith(self._beginnings) for word in words(section[:_LONGEST])
        )


def _folded(label: str) -> list[str]:
    """Give the words of *label*, "V G M" spelled out being one; other spaces count: "Protein S" is not "proteins"."""
    parts: list[str] = []
    spelling = False
    for word in words(label):
        if word.written == "+":
            continue
        letter = len(word.folded) == 1 and word.folded.isalpha()
        if letter and spelling:
            parts[-1] += word.folded
        else:
            parts.append(word.folded)
        spelling = letter
    return parts
