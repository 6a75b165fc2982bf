"""What Carnet does by the clock, and by whose hands: Health's chores need Health's keys, so its workers do them."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Protocol

from bot.app.stores import Stores
from bot.chat.model import Space
from bot.health.opening import Health
from bot.jobs import ALWAYS, Every, Job, Slot
from bot.kernel.logs import get_logger

log = get_logger()

OFTEN: Final = Every(timedelta(minutes=10))


class Checkpointed(Protocol):
    """A store whose deleted rows are to be overwritten in its files as well."""

    async def checkpoint(self) -> bool: ...


def general_chores(stores: Stores) -> Sequence[Job]:
    """Give what any worker of the general space may do."""

    async def tidy(_: Slot) -> None:
        await _checkpoint(stores.main, stores.main_keys)

    return [Job(name="tidy-general", space=Space.GENERAL, times=OFTEN, catch_up=ALWAYS, action=tidy)]


def health_chores(stores: Stores, health: Health) -> Sequence[Job]:
    """Give what only a worker of Health may do."""

    async def tidy(_: Slot) -> None:
        forgotten = await health.forget_stale()
        if forgotten:
            log.info("stale_forgotten", count=forgotten)
        await _checkpoint(stores.health, stores.health_keys)

    return [Job(name="tidy-health", space=Space.HEALTH, times=OFTEN, catch_up=ALWAYS, action=tidy)]


async def _checkpoint(*stores: Checkpointed) -> None:
    """Finish erasures that a reader delayed. Once a slot is enough: the log is one file, whoever empties it."""
    for store in stores:
        await store.checkpoint()
