"""When a job is due: moments in UTC that every process computes alike, whenever it was started.

Not APScheduler's own triggers: its interval counts from the start of the process, and its cron, on the days clocks
change, gives 02:30 twice in autumn and gives a process started inside the missing hour another answer than its elder.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final, Protocol

from apscheduler.triggers.cron import CronTrigger

REACH: Final = timedelta(hours=26)  # how far back a missed slot is looked for: a day, and the longest of days
_SHIFT: Final = timedelta(hours=2)  # no clock is put forward or back by more
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LOOK_BACK: Final = (timedelta(hours=1), REACH)
_LOOK_AHEAD: Final = (timedelta(hours=1), timedelta(days=1), timedelta(days=32), timedelta(days=400))


class Times(Protocol):
    """The slots of a job."""

    def latest(self, now: datetime) -> datetime | None:
        """Give the last slot that is not after *now*, if one lies within `REACH`."""
        ...

    def following(self, now: datetime) -> datetime | None:
        """Give the first slot after *now*."""
        ...


@dataclass(frozen=True, slots=True)
class Every:
    """Slots at whole multiples of *period*, counted from 1970: the same grid in every process."""

    period: timedelta

    def __post_init__(self) -> None:
        if self.period <= timedelta(0):
            raise ValueError("a period is longer than nothing")

    def latest(self, now: datetime) -> datetime | None:
        """Give the last slot that is not after *now*."""
        slot = _EPOCH + (now - _EPOCH) // self.period * self.period
        return slot if now - slot <= REACH else None

    def following(self, now: datetime) -> datetime | None:
        """Give the first slot after *now*."""
        return _EPOCH + ((now - _EPOCH) // self.period + 1) * self.period


class Cron:
    """Slots where a wall clock in *zone* shows what *fields* say (APScheduler's: `hour=3`, `day_of_week="mon"`).

    Each time the clock shows is one slot: of an hour shown twice the first counts, and a time that is skipped comes
    as much later as the clock was put forward. For what must come every few minutes without a gap, use `Every`.
    """

    def __init__(self, zone: tzinfo, **fields: int | str) -> None:
        self._zone = zone
        # In UTC, where no hour is special: it only matches numbers here, the zone is ours to mind.
        self._matches = CronTrigger(timezone=UTC, **fields)

    def latest(self, now: datetime) -> datetime | None:
        """Give the last slot that is not after *now*, if one lies within `REACH`."""
        for reach in _LOOK_BACK:
            slots = self._between(now - reach, now)
            if slots:
                return slots[-1]
        return None

    def following(self, now: datetime) -> datetime | None:
        """Give the first slot after *now*; None when there is none within a year, as for a 30th of February."""
        for reach in _LOOK_AHEAD:
            slots = self._between(now + timedelta.resolution, now + reach)
            if slots:
                return slots[0]
        return None

    def _between(self, first: datetime, last: datetime) -> Sequence[datetime]:
        """Give the slots from *first* to *last*. Two times of a skipped hour may be one moment: it is one slot."""
        shown, until = self._shown(first) - _SHIFT, self._shown(last) + _SHIFT
        slots: set[datetime] = set()
        while True:
            match: datetime | None = self._matches.get_next_fire_time(None, shown)
            if match is None or match > until:
                return sorted(slots)
            slot = match.replace(tzinfo=self._zone, fold=0).astimezone(UTC)
            if first <= slot <= last:
                slots.add(slot)
            shown = match + timedelta.resolution

    def _shown(self, moment: datetime) -> datetime:
        """Give what the wall clock shows at *moment*, as if it were UTC."""
        return moment.astimezone(self._zone).replace(tzinfo=UTC, fold=0)
