"""Readers that learned what a faulty sentence sounds like, whichever words it uses; they stand beside the rules of wording.

They add a violation no rule foresaw, and doubt a rule that allows it where a sentence sounds clean. Numbers, ranges, addresses
and what contradicts an emergency are never theirs to doubt.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.guardrails.after.model import Violation
from bot.guardrails.learned.features import NARROW, see
from bot.guardrails.learned.reader import Reader, load
from bot.kernel.errors import SettingsError

Fault = Literal[
    "diagnosis",
    "medicine",
    "mixing",
    "alarm",
    "certainty",
    "impersonation",
    "image",
    "despair",
    "scolding",
    "eating",
    "delay",  # of help, which is a fault only when the question is urgent
]
FAULTS: Final[tuple[Fault, ...]] = get_args(Fault)
ANY: Final = "any"  # of them but the last
READERS: Final = (ANY, *FAULTS)
LIMITS: Final = "limits.toml"

_VIOLATIONS: Final[Mapping[Fault, Violation]] = {
    "diagnosis": Violation(rule="O3", code="sounds_like_diagnosis", block=False),
    "medicine": Violation(rule="O4", code="sounds_like_instruction", block=False),
    "mixing": Violation(rule="O4", code="sounds_like_interaction_verdict", block=False),
    "alarm": Violation(rule="O9", code="sounds_alarming", block=False),
    "certainty": Violation(rule="O2", code="sounds_too_certain", block=False),
    "impersonation": Violation(rule="O3", code="sounds_like_impersonation", block=False),
    "image": Violation(rule="O3", code="sounds_like_image_read", block=False),
    "despair": Violation(rule="O10", code="sounds_unsafe_in_despair", block=True),
    "scolding": Violation(rule="O10", code="sounds_like_blame", block=False),
    "eating": Violation(rule="O10", code="sounds_like_starving", block=False),
    "delay": Violation(rule="O2", code="sounds_like_delay", block=True),
}


class Limits(BaseModel):
    """Scores: from *look* on a sentence is worth the closer look, from *said* on it is faulty; below *doubt* it sounds clean."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True, frozen=True)
    look: float
    said: float
    doubt: float
    words: int  # a sentence of fewer tells too little


@dataclass(frozen=True, slots=True)
class Heard:
    """What one sentence sounds like: how faulty, and of which fault if it is faulty enough."""

    score: float
    fault: Fault | None = None


_SILENT: Final = Heard(0.0)


class Sounding:
    """All readers, and the scores that matter."""

    def __init__(self, readers: Mapping[str, Reader], limits: Limits) -> None:
        self._any = readers[ANY]
        self._each = {fault: readers[fault] for fault in FAULTS}
        self._limits = limits

    @classmethod
    def load(cls, folder: Path) -> "Sounding":
        """Read what was learned from *folder*. Raises `SettingsError`."""
        try:
            limits = Limits.model_validate(tomllib.loads((folder / LIMITS).read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, ValidationError):
            raise SettingsError(f"{folder / LIMITS} cannot be used") from None
        return cls({name: load(path_of(folder, name)) for name in READERS}, limits)

    def with_readers(self, readers: Mapping[str, Reader]) -> "Sounding":
        """Give the same limits with other readers."""
        return Sounding(readers, self._limits)

    def hear(self, words: Sequence[str], *, urgent: bool) -> Heard:
        """Judge one sentence, given in its shape; *urgent* says whether to delay help is a fault."""
        if len(words) < self._limits.words:
            return _SILENT
        seen = see(words, NARROW)
        score = self._any.score(self._any.sums(seen))
        if score < self._limits.look and not urgent:
            return Heard(score)
        each = {
            fault: reader.score(reader.sums(seen)) for fault, reader in self._each.items() if urgent or fault != "delay"
        }
        delay = each.pop("delay", score)
        loudest = max(each, key=lambda fault: each[fault])
        if score + each[loudest] >= self._limits.said:
            return Heard(score, loudest)
        return Heard(max(score, delay), "delay" if urgent and delay >= self._limits.said else None)

    def is_clean(self, heard: Heard) -> bool:
        """Say whether a sentence sounds so clean that a tempered rule is not believed."""
        return heard.score < self._limits.doubt


def violation_of(fault: Fault) -> Violation:
    """Give the rule that a fault breaks."""
    return _VIOLATIONS[fault]


def path_of(folder: Path, name: str) -> Path:
    """Give the file in which a reader is kept."""
    return folder / f"{name}.bin"
