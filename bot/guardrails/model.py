"""What a guard-rail says of a message: how urgent, of which kind, and which rule said so."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal, get_args

Category = Literal[
    "none",
    "medical_emergency",
    "self_harm",
    "poisoning",
    "violence",
    "newborn",
    "pregnancy",
    "medication",
    "eating_disorder",
    "out_of_scope",
]

CHECK_IN: Final = "check_in"  # the rule that asks one caring question
_TIES: Final = {category: place for place, category in enumerate(get_args(Category))}


class Level(IntEnum):
    """How urgent: `info` needs words of caution, `soon` a doctor in days, `urgent` today, `emergency` a call now."""

    NONE = 0
    INFO = 1
    SOON = 2
    URGENT = 3
    EMERGENCY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One rule that fired. *source* is what the rule rests on, or "unverified"; a *tempered* one may be doubted."""

    level: Level
    category: Category
    rule: str
    source: str = "unverified"
    tempered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The most urgent hit; the categories of the others are in *also*."""

    level: Level = Level.NONE
    category: Category = "none"
    rule: str = ""
    source: str = ""
    also: tuple[Category, ...] = ()
    hits: tuple[Hit, ...] = ()

    @property
    def crisis(self) -> bool:
        """Say whether someone may be about to harm themselves."""
        return self.category == "self_harm" or "self_harm" in self.also

    @property
    def stops(self) -> bool:
        """Say whether a card answers instead of anything else."""
        return self.level >= Level.URGENT


CALM: Final = Verdict()


def verdict(hits: Iterable[Hit]) -> Verdict:
    """Judge by the most urgent hit; ties by the closed order of categories."""
    ranked = sorted(hits, key=lambda hit: (-hit.level, _TIES[hit.category]))
    if not ranked:
        return CALM
    first = ranked[0]
    others = dict.fromkeys(hit.category for hit in ranked if hit.category not in {first.category, "none"})
    return Verdict(
        level=first.level,
        category=first.category,
        rule=first.rule,
        source=first.source,
        also=tuple(others),
        hits=tuple(ranked),
    )
