"""Everything Carnet knows of analytes, loaded once: from a printed label, a code, a key, or a question."""

from collections.abc import Iterator
from pathlib import Path

from bot.health.knowledge.labels import Labels
from bot.health.knowledge.load import Library, read_folder
from bot.health.knowledge.mentions import Listener
from bot.health.knowledge.model import Entry
from bot.i18n import LANGUAGES, Language


class Knowledge:
    """The knowledge base. Immutable; the caller keeps it."""

    def __init__(self, library: Library) -> None:
        self._entries = library.entries
        self._labels = Labels(library)
        self._coded = {code: entry for entry in library.entries.values() for code in entry.codes.values()}
        self._listeners = {
            language: Listener(
                ((entry, entry.wording(language)) for entry in library.entries.values()),
                library.health_words[language],
            )
            for language in LANGUAGES
        }

    @classmethod
    def load(cls, folder: Path) -> "Knowledge":
        """Read `config/knowledge`. Raises `KnowledgeError` if any file is wrong or two entries share a label."""
        return cls(read_folder(folder))

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def entry(self, key: str) -> Entry | None:
        """Give the entry a fact refers to; None when this release no longer knows it."""
        return self._entries.get(key)

    def recognise(self, label: str, *, section: str = "") -> Entry | None:
        """Give the analyte a printed label names; an unknown or doubtful label gives None.

        *section* is the heading printed above it ("URINES", "Biochimie sanguine"): many labels need it.
        """
        return self._labels.find(label, section)

    def coded(self, code: str) -> Entry | None:
        """Give the analyte a LOINC code stands for; a code no entry holds gives None."""
        return self._coded.get(code)

    def mentioned(self, text: str, language: Language) -> tuple[Entry, ...]:
        """Give the analytes a free question names, each once, in order."""
        return self._listeners[language].entries(text)

    def health_words(self, text: str, language: Language) -> bool:
        """Tell whether an ordinary message sounds like a question about one's health."""
        return self._listeners[language].is_about_health(text)
