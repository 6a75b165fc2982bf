"""What Carnet does by the clock, and by whose hands: Health's chores need Health's keys, so its workers do them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol

from bot.app.usage import Usage
from bot.chat.model import Space
from bot.health.opening import Health
from bot.jobs import ALWAYS, Action, Every, Job, Slot, Times
from bot.kernel.clock import Clock
from bot.kernel.logs import get_logger
from bot.settings.model import RetentionSettings
from bot.storage.engine import Database
from bot.storage.work import Retention

log = get_logger()

OFTEN: Final = Every(timedelta(minutes=10))
NOW_AND_THEN: Final = Every(timedelta(hours=6))


class Checkpointed(Protocol):
    """A store whose deleted rows are to be overwritten in its files as well."""

    async def checkpoint(self) -> bool: ...


def general_chores(
    main: Database, keys: Checkpointed, usage: Usage, *, kept: RetentionSettings, clock: Clock
) -> Sequence[Job]:
    """Give what any worker of the general space may do."""
    done, dead = timedelta(hours=kept.done_hours), timedelta(days=kept.dead_days)
    retention = Retention(main, clock, done=done, dead=dead)

    async def tidy(_: Slot) -> None:
        await _checkpoint(main, keys)

    async def purge(_: Slot) -> None:
        _say("finished_work_purged", await retention.purge())

    async def sweep(_: Slot) -> None:
        _say("idle_lanes_removed", await retention.remove_idle_lanes())
        _say("usage_forgotten", await usage.forget(older=timedelta(days=kept.usage_days)))

    return [
        _general("purge-work", OFTEN, purge),
        _general("tidy-general", OFTEN, tidy),
        _general("sweep-general", NOW_AND_THEN, sweep),
    ]


def _general(name: str, times: Times, action: Action) -> Job:
    return Job(name=name, space=Space.GENERAL, times=times, catch_up=ALWAYS, action=action)


def health_chores(db: Checkpointed, keys: Checkpointed, health: Health) -> Sequence[Job]:
    """Give what only a worker of Health may do."""

    async def tidy(_: Slot) -> None:
        _say("stale_forgotten", await health.forget_stale())
        await _checkpoint(db, keys)

    return [Job(name="tidy-health", space=Space.HEALTH, times=OFTEN, catch_up=ALWAYS, action=tidy)]


async def _checkpoint(*stores: Checkpointed) -> None:
    """Finish erasures that a reader delayed. Once a slot is enough: the log is one file, whoever empties it."""
    for store in stores:
        await store.checkpoint()


def _say(event: str, count: int) -> None:
    if count:
        log.info(event, count=count)
