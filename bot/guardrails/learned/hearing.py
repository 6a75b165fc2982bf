"""Weighs what the rules found against what the learned readers hear: they may add a card, and doubt the rules that allow it.

A rule that allows no doubt stands whatever is heard. What fails here changes nothing the rules said.
"""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import add
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.guardrails.learned.features import neighbours, see, sentences, together
from bot.guardrails.learned.reader import Reader, Sums, load
from bot.guardrails.model import CHECK_IN, Hit, Level
from bot.kernel.errors import SettingsError

LIMITS: Final = "limits.toml"
Kind = Literal["crisis", "emergency"]
KINDS: Final[tuple[Kind, ...]] = ("crisis", "emergency")
_ALONE: Final = 0.2  # what a sentence by itself must score more: torn from the next, many a harmless one sounds grave
_ADDS: Final = 0.1  # a message that completes what was sent before raises the score of the whole by more
_LONG: Final = 100  # words: what is longer is only read a sentence or two at a time
_SOURCE: Final = "learned from written examples"
_CRISIS: Final = Hit(level=Level.URGENT, category="self_harm", rule="sounds_like_crisis", source=_SOURCE)
_ASK: Final = Hit(level=Level.INFO, category="none", rule=CHECK_IN, source=_SOURCE)
_EMERGENCY: Final = Hit(
    level=Level.EMERGENCY, category="medical_emergency", rule="sounds_like_emergency", source=_SOURCE
)
_URGENT: Final = Hit(level=Level.URGENT, category="medical_emergency", rule="sounds_urgent", source=_SOURCE)


class Limits(BaseModel):
    """Scores of one reader: from *card* and *ask* on it speaks, from *part* on a part does; below *doubt* it doubts."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True, frozen=True)
    card: float
    part: float
    ask: float
    doubt: float


class _File(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)
    crisis: Limits
    emergency: Limits


@dataclass(frozen=True, slots=True)
class _Score:
    """What one reader makes of a text: of all of it, and of the one or two sentences that sound most like it."""

    whole: float
    part: float

    def or_louder(self, other: "_Score") -> "_Score":
        return _Score(max(self.whole, other.whole), max(self.part, other.part))


class Hearing:
    """Both readers, and the scores that matter."""

    def __init__(self, readers: Mapping[Kind, Reader], limits: Mapping[Kind, Limits]) -> None:
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

    def with_readers(self, readers: Mapping[Kind, Reader]) -> "Hearing":
        """Give the same limits with other readers."""
        return Hearing(readers, self._limits)

    def weigh(self, text: str, hits: Sequence[Hit], recent: Sequence[str] = (), *, risk: bool = False) -> list[Hit]:
        """Give the hits that stand, and those that the readers add; *recent* are the messages sent just before.

        At *risk*, after a crisis of the last days, no rule of a crisis is doubted.
        """
        alone = self._scores(text)
        heard, new = alone, alone
        if recent:
            joined = self._scores(" ".join([*recent, text]))
            heard = new = {kind: alone[kind].or_louder(joined[kind]) for kind in KINDS}
            if any(self._speaks(kind, joined[kind]) for kind in KINDS):  # otherwise what was heard before is no matter
                earlier = self._scores(" ".join(recent))
                # What was heard before has had its card, and what this message adds nothing to is not new.
                known = {
                    kind for kind in KINDS if self._speaks(kind, earlier[kind]) or _adds_little(joined, earlier, kind)
                }
                new = {kind: alone[kind] if kind in known else heard[kind] for kind in KINDS}
        # Beside a crisis no emergency is doubted: what somebody did to themselves is told in words of its own.
        sure = ({"crisis"} if risk else set()) | ({"emergency"} if self._speaks("crisis", heard["crisis"]) else set())
        stand = [hit for hit in hits if _kind(hit) in sure or not self._doubted(hit, heard)]
        return stand + self._added(new, alone, stand)

    def explain(self, text: str, most: int = 6) -> dict[Kind, tuple[float, list[tuple[str, float]]]]:
        """Give each reader's score of all of *text*, and the words and runs of words that weigh most for or against."""
        read = sentences(text)
        whole = together([see(words) for words in read])
        runs = dict.fromkeys(run for words in read for run in neighbours(words))
        out: dict[Kind, tuple[float, list[tuple[str, float]]]] = {}
        for kind, reader in self._readers.items():
            sums = reader.sums(whole)
            weighed = sorted(((run, reader.weight(run, sums)) for run in runs), key=lambda one: -abs(one[1]))
            out[kind] = reader.score(sums), weighed[:most]
        return out

    def _scores(self, text: str) -> dict[Kind, _Score]:
        """Score *text*, and each sentence of it, alone and with the next: none must drown among the others."""
        read = sentences(text) or [[]]
        seen = [see(words) for words in read]
        whole = together(seen) if sum(map(len, read)) <= _LONG else None
        scores: dict[Kind, _Score] = {}
        for kind, reader in self._readers.items():
            sums = [reader.sums(one) for one in seen]
            pairs = [reader.score(_added_up(*pair)) for pair in pairwise(sums)]
            part = max([*pairs, *(reader.score(one) - _ALONE for one in sums)])
            scores[kind] = _Score(reader.score(reader.sums(whole)) if whole else part, part)
        return scores

    def _speaks(self, kind: Kind, score: _Score) -> bool:
        return score.whole >= self._limits[kind].card or score.part >= self._limits[kind].part

    def _doubted(self, hit: Hit, heard: dict[Kind, _Score]) -> bool:
        score = heard[_kind(hit)]
        return hit.tempered and max(score.whole, score.part) < self._limits[_kind(hit)].doubt

    def _added(self, heard: dict[Kind, _Score], alone: dict[Kind, _Score], stand: Sequence[Hit]) -> list[Hit]:
        if self._speaks("crisis", heard["crisis"]):
            return [_CRISIS]
        if any(hit.category == "self_harm" for hit in stand):
            return []  # what a crisis sounds like was not among the other reader's examples: it stays out of it
        asks = alone["crisis"].whole >= self._limits["crisis"].ask and all(hit.rule != CHECK_IN for hit in stand)
        added = [_ASK] if asks else []
        if self._speaks("emergency", heard["emergency"]):
            return [*added, _EMERGENCY]
        return [*added, _URGENT] if alone["emergency"].whole >= self._limits["emergency"].ask else added


def path_of(folder: Path, kind: Kind) -> Path:
    """Give the file in which what *kind* sounds like is kept."""
    return folder / f"{kind}.bin"


def _added_up(one: Sums, other: Sums) -> Sums:
    words, length, parts, parts_length = map(add, one, other)
    return words, length, parts, parts_length


def _adds_little(joined: dict[Kind, _Score], earlier: dict[Kind, _Score], kind: Kind) -> bool:
    return joined[kind].whole - earlier[kind].whole < _ADDS


def _kind(hit: Hit) -> Kind:
    return "crisis" if hit.category == "self_harm" else "emergency"
