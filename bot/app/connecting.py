"""Connections to medical records, wired: the page that persons leave by and come back to, and what rings at night."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from typing import Final
from uuid import UUID

from starlette.applications import Starlette

from bot.chat.errands import Errands
from bot.chat.model import Space
from bot.crypto import public_jwk, state_digest
from bot.health.connections.desk import at_night, came_back
from bot.health.connections.signing import packed
from bot.health.opening import Connecting, Health
from bot.jobs import Cron, Job, Slot, latest_within
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId
from bot.kernel.logs import get_logger
from bot.settings import Settings
from bot.storage.engine import Database
from bot.storage.handshakes import Handshakes
from bot.web import Back, connect_app, identity_app

log = get_logger()

AT_NIGHT: Final = Cron(UTC, hour="1-4", minute="*/10")
LATE: Final = timedelta(hours=3)
RESTED: Final = timedelta(hours=20)  # since its last synchronisation
MOST: Final = 200  # connections of one slot: the rest comes with the next


def connecting(settings: Settings, main: Database, clock: Clock) -> Connecting:
    """Give what Health needs to send persons out and to know them again."""
    address = settings.web.public_url.rstrip("/")
    return Connecting(settings=settings.connections, address=address, waiting=Handshakes(main, clock))


def connect_page(settings: Settings, main: Database, clock: Clock, errands: Errands) -> Starlette:
    """Give the page. It holds no key: what it hands over is sealed to Health."""

    async def hand_over(back: Back) -> None:
        text = {"state": back.state, "code": back.code, "error": back.error, "issuer": back.issuer}
        await errands.put(
            PersonId(UUID(back.person)),
            key=f"oauth:{state_digest(back.state).hex()}",
            button=came_back(back.connection),
            text=packed(text),
        )

    page = connect_app(
        Handshakes(main, clock),
        hand_over,
        refusals_per_minute=settings.web.refusals_per_minute,
        default_language=settings.default_language,
    )
    published = settings.connections.bwell.public_key
    if not published:
        return page
    known = identity_app(settings.web.public_url.rstrip("/"), public_jwk(published))
    return Starlette(routes=[*page.routes, *known.routes])


def connection_chores(health: Health, main: Database, errands: Errands, clock: Clock) -> Sequence[Job]:
    """Give what puts the night's synchronisations into their persons' lanes, and forgets who never came back."""
    handshakes = Handshakes(main, clock)

    async def ring(slot: Slot) -> None:
        await handshakes.forget_expired()
        due = await health.connections.due(before=clock() - RESTED, most=MOST)
        for person, connection in due:
            key = f"sync:{connection.hex}:{slot.at:%Y%m%d}"
            await errands.put(person, key=key, button=at_night(connection))
        if due:
            log.info("syncs_put", count=len(due))

    return [Job(name="sync-records", space=Space.HEALTH, times=AT_NIGHT, catch_up=latest_within(LATE), action=ring)]
