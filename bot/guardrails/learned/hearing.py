"""Weighs what the rules found against what the learned readers hear: they may add a card, and doubt the rules that allow it.

A rule that allows no doubt stands whatever is heard. What fails here changes nothing the rules said.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.guardrails.learned.features import blocks, see
from bot.guardrails.learned.reader import Reader, load
from bot.guardrails.model import CHECK_IN, Hit, Level
from bot.kernel.errors import SettingsError

LIMITS: Final = "limits.toml"
Kind = Literal["crisis", "emergency"]
KINDS: Final[tuple[Kind, ...]] = ("crisis", "emergency")
_SOURCE: Final = "learned from written examples"
_CRISIS: Final = Hit(level=Level.URGENT, category="self_harm", rule="sounds_like_crisis", source=_SOURCE)
_ASK: Final = Hit(level=Level.INFO, category="none", rule=CHECK_IN, source=_SOURCE)
_EMERGENCY: Final = Hit(
    level=Level.EMERGENCY, category="medical_emergency", rule="sounds_like_emergency", source=_SOURCE
)
_URGENT: Final = Hit(level=Level.URGENT, category="medical_emergency", rule="sounds_urgent", source=_SOURCE)


class Limits(BaseModel):
    """Scores of one reader: from *card* and from *ask* on it speaks, below *doubt* it doubts."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True, frozen=True)
    card: float
    ask: float
    doubt: float


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)
    crisis: Limits
    emergency: Limits


class Hearing:
    """Both readers, and the scores that matter."""

    def __init__(self, readers: dict[Kind, Reader], limits: dict[Kind, Limits]) -> None:
        self._readers = readers
        self._limits = limits

    @classmethod
    def load(cls, folder: Path) -> "Hearing":
        """Read what was learned from *folder*. Raises `SettingsError`."""
        try:
            file = _File.model_validate(tomllib.loads((folder / LIMITS).read_text(encoding="utf-8")))
        except (OSError, tomllib.TOMLDecodeError, ValidationError):
            raise SettingsError(f"{folder / LIMITS} cannot be used") from None
        readers = {kind: load(path_of(folder, kind)) for kind in KINDS}
        return cls(readers, {"crisis": file.crisis, "emergency": file.emergency})

    def weigh(self, text: str, hits: Sequence[Hit], recent: Sequence[str] = ()) -> list[Hit]:
        """Give the hits that stand, and those that the readers add; *recent* are the messages sent just before."""
        alone = self._scores(text)
        heard, new = alone, alone
        if recent:
            together, earlier = self._scores(" ".join([*recent, text])), self._scores(" ".join(recent))
            heard = {kind: max(alone[kind], together[kind]) for kind in KINDS}
            # What was heard before has had its card: only what this message completes is new.
            new = {kind: alone[kind] if earlier[kind] >= self._limits[kind].card else heard[kind] for kind in KINDS}
        stand = [hit for hit in hits if not self._doubted(hit, heard)]
        return stand + self._added(new, stand)

    def _scores(self, text: str) -> dict[Kind, float]:
        seen = [see(words) for words in blocks(text)]
        return {kind: self._readers[kind].score(seen) for kind in KINDS}

    def _doubted(self, hit: Hit, heard: dict[Kind, float]) -> bool:
        kind: Kind = "crisis" if hit.category == "self_harm" else "emergency"
        return hit.tempered and heard[kind] < self._limits[kind].doubt

    def _added(self, heard: dict[Kind, float], stand: Sequence[Hit]) -> list[Hit]:
        crisis, emergency = self._limits["crisis"], self._limits["emergency"]
        if heard["crisis"] >= crisis.card or any(hit.category == "self_harm" for hit in stand):
            # What a crisis sounds like was not among the examples of the other reader: it stays out of it.
            return [_CRISIS] if heard["crisis"] >= crisis.card else []
        added = [_ASK] if heard["crisis"] >= crisis.ask and all(hit.rule != CHECK_IN for hit in stand) else []
        if heard["emergency"] >= emergency.card:
            return [*added, _EMERGENCY]
        return [*added, _URGENT] if heard["emergency"] >= emergency.ask else added


def path_of(folder: Path, kind: Kind) -> Path:
    """Give the file in which what *kind* sounds like is kept."""
    return folder / f"{kind}.bin"
