"""The port that recognises a worry coming back, and what it is told: a person's own words with their times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.kernel.sensitive import Sensitive

Pattern = Literal["loop", "night"]  # the same worry again and again; many worries in a short time, late


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person said, and when."""

    text: Sensitive[str]
    at: datetime


class Worries(Protocol):
    """Judges a message by those before it; words and times only."""

    @property
    def window(self) -> timedelta:
        """Say how far back a worry counts."""
        ...

    def judge(
        self, now: Asked, earlier: Sequence[Asked], *, news_at: datetime | None, country: str | None
    ) -> Pattern | None:
        """Say which pattern *now* completes; what was asked before the newest fact came in, at *news_at*, counts no more."""
        ...

    def repeated(self, asked: Sequence[Asked]) -> Sequence[Asked]:
        """Give the worry asked last, with every time it was asked before, oldest first; empty when none is there."""
        ...
