"""Rates with their uncertainty: each measure counts how often something was so, among how many."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt
from typing import Literal

from bot.i18n import LANGUAGES, Language

Outcome = tuple[str, Language, bool]  # the item, its language, whether it was so
Good = Literal["high", "low", "neither"]  # which way is better; neither is reported, never judged

_Z = 1.959964  # of a two-sided 95 % interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """*hits* of *total*; *target* is what it must reach, or not exceed; *missed* names the items, never their text."""

    name: str
    language: Language
    hits: int
    total: int
    good: Good
    target: float | None = None
    missed: tuple[str, ...] = ()

    @property
    def rate(self) -> float:
        """Give the share, 0 of nothing."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Give Wilson's 95 % interval (Wilson 1927, J Am Stat Assoc 22:209; source: unverified)."""
        if not self.total:
            return 0.0, 1.0
        n, p, z2 = self.total, self.rate, _Z * _Z
        middle, width = p + z2 / (2 * n), _Z * sqrt(p * (1 - p) / n + z2 / (4 * n * n))
        return max(0.0, (middle - width) / (1 + z2 / n)), min(1.0, (middle + width) / (1 + z2 / n))

    @property
    def met(self) -> bool:
        """Say whether the target is met; without one it is."""
        if self.target is None or self.good == "neither":
            return True
        return self.rate >= self.target if self.good == "high" else self.rate <= self.target

    def worse_than(self, earlier: float) -> bool:
        """Say whether this rate is worse than an earlier one."""
        if self.good == "neither":
            return False
        return self.rate < earlier if self.good == "high" else self.rate > earlier


def measure(
    name: str,
    outcomes: Iterable[Outcome],
    *,
    good: Good,
    target: float | None = None,
) -> list[Measure]:
    """Count *outcomes*, each language apart; a language without any has no measure."""
    seen = list(outcomes)
    found = []
    for language in LANGUAGES:
        mine = [(item, so) for item, spoken, so in seen if spoken == language]
        if not mine:
            continue
        wrong = tuple(item for item, so in mine if so is (good == "low"))
        hits = sum(so for _, so in mine)
        found.append(
            Measure(
                name=name,
                language=language,
                hits=hits,
                total=len(mine),
                good=good,
                target=target,
                missed=wrong if good != "neither" else (),
            )
        )
    return found
