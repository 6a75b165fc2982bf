"""Where a general sentence comes from, as one line of text that can be kept with an answer and read back by /why."""

from dataclasses import dataclass
from typing import Final

from bot.health.knowledge import Entry
from bot.i18n import Language

_SEPARATOR: Final = " | "
_REVIEWED: Final = "reviewed"
_NOT_REVIEWED: Final = "not reviewed"
_WHOLE: Final = "all"
_PART: Final = "what"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One origin of what was said about one test."""

    about: str  # "ferritine"
    reviewed: bool  # by a clinician
    whole: bool  # backs every sentence, not only what the test looks at
    reference: str  # "" when no source was checked


def cite(entry: Entry, language: Language) -> tuple[str, ...]:
    """Name the sources of *entry*; one line without a reference when none was checked."""
    about = entry.wording(language).name
    state = _REVIEWED if entry.reviewed else _NOT_REVIEWED
    backs = _WHOLE if entry.backs >= {"what", "moves_up", "moves_down"} else _PART
    return tuple(_SEPARATOR.join((about, state, backs, reference)) for reference in entry.sources or ("",))


def read(line: str) -> Source:
    """Read a line that `cite` wrote."""
    about, state, backs, reference = line.split(_SEPARATOR, 3)
    return Source(about=about, reviewed=state == _REVIEWED, whole=backs == _WHOLE, reference=reference)
