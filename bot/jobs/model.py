"""What a job is, and how late it may still be done: a rule as data, read by the clock and by the worker alike."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.chat.model import Space
from bot.jobs.times import Times

_NAME: Final = re.compile(r"[a-z][a-z-]{0,39}")
_ON_TIME: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class CatchUp:
    """How late a slot may be and still be done; None is however late. Only the latest missed slot is made up for."""

    within: timedelta | None

    def allows(self, late: timedelta) -> bool:
        """Say whether a slot that is *late* is still done."""
        return self.within is None or late <= self.within


ALWAYS: Final = CatchUp(None)  # tidying and retention
SKIP: Final = CatchUp(_ON_TIME)  # what was missed is over


def latest_within(late: timedelta) -> CatchUp:
    """Do the latest slot if it is at most *late*: a reminder hours late helps nobody."""
    return CatchUp(late)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One time a job is due. An action that words something can say how late it comes."""

    at: datetime
    late: timedelta


Action = Callable[[Slot], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something due again and again. Its action may run twice for one slot, after a crash: doing so must do no harm."""

    name: str
    space: Space  # whose workers do it
    times: Times
    catch_up: CatchUp
    action: Action

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError("a job's name is small letters and dashes: it is part of a key")
