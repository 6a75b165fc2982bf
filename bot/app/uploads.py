"""The upload page, wired: what serves it, what Health reads of it, and what tells the queue that a file is whole."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from starlette.applications import Starlette

from bot.chat.model import Space
from bot.chat.people import People
from bot.chat.ports import Reception
from bot.chat.sent import sent
from bot.health.opening import Health
from bot.health.sent import SentFiles
from bot.jobs import ALWAYS, Every, Job, Slot
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId
from bot.kernel.logs import get_logger
from bot.settings import Settings
from bot.storage.engine import Database
from bot.storage.uploads import SealedFolder, Ticket, Tickets
from bot.web import UPLOAD_PATH, Receiver, UploadLimits, upload_app

log = get_logger()

OFTEN: Final = Every(timedelta(minutes=10))


class HandOver:
    """Puts a file that is whole into its person's chat, once, however often it is told."""

    def __init__(self, tickets: Tickets, people: People, reception: Reception, clock: Clock) -> None:
        self._tickets = tickets
        self._people = people
        self._reception = reception
        self._clock = clock

    async def __call__(self, ticket: Ticket) -> None:
        """Accept it as a message first, and only then remember that this was done: a crash in between repeats it."""
        person = await self._people.get(ticket.person)
        if person is not None:
            await self._reception.receive(sent(ticket.id, chat=person.chat, size=ticket.size, at=self._clock()))
        await self._tickets.handed(ticket.id)

    async def stranded(self) -> None:
        """Hand over what whoever took the last byte did not come to."""
        for ticket in await self._tickets.stranded():
            await self(ticket)


def tickets(settings: Settings, main: Database, clock: Clock) -> Tickets:
    """Give the tickets of *main*."""
    return Tickets(main, clock, life=timedelta(minutes=settings.uploads.minutes))


def health_side(settings: Settings, main: Database, clock: Clock, *, private_key: bytes) -> SentFiles:
    """Give what Health needs of the page."""
    public = settings.web.public_url.rstrip("/")
    return SentFiles(
        tickets=tickets(settings, main, clock),
        folder=SealedFolder(settings.uploads_folder),
        private_key=private_key,
        address=f"{public}{UPLOAD_PATH}" if public else "",
        max_bytes=settings.uploads.max_bytes,
    )


def upload_page(
    settings: Settings, main: Database, clock: Clock, *, people: People, public_key: bytes, hand_over: HandOver
) -> Starlette:
    """Give the page. It seals to Health's public key, and needs no other."""

    async def is_user(person: PersonId, user: int) -> bool:
        known = await people.get(person)
        return known is not None and known.chat == user

    token = settings.telegram.token
    receiver = Receiver(
        tickets=tickets(settings, main, clock),
        folder=SealedFolder(settings.uploads_folder),
        public_key=public_key,
        hand_over=hand_over,
        is_user=is_user,
        max_bytes=settings.uploads.max_bytes,
    )
    return upload_app(
        receiver,
        bot_token=token.get_secret_value() if token is not None else "",
        limits=UploadLimits(refusals_per_minute=settings.web.refusals_per_minute),
        clock=clock,
        default_language=settings.default_language,
    )


def upload_chores(health: Health, hand_over: HandOver) -> Sequence[Job]:
    """Give what keeps the folder tidy: Health's workers know which files are still needed."""

    async def tidy(_: Slot) -> None:
        await hand_over.stranded()
        removed = await health.tidy_files()
        if removed:
            log.info("sealed_files_removed", count=removed)

    return [Job(name="tidy-uploads", space=Space.HEALTH, times=OFTEN, catch_up=ALWAYS, action=tidy)]
