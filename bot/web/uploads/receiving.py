"""Takes a file in, chunk by chunk: each is sealed in memory and committed before it is acknowledged.

At most one chunk of a file is held at a time. A token opens nothing but the right to add to its own file: it lends the
file's key for the length of a request, and the last byte ends that. From then on only Health's workers can open it.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from bot.crypto import borrow, lend, new_file_key
from bot.crypto.binding import bind
from bot.kernel.ids import PersonId
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.storage.uploads import CHUNK, FolderFullError, Head, LockedError, SealedFolder, Ticket, Tickets, seal_head
from bot.web.uploads.errors import (
    BusyError,
    EmptyError,
    FullError,
    LengthError,
    OffsetError,
    OtherFileError,
    OverError,
    SlowError,
    StrangerError,
    TooLargeError,
)

log = get_logger()

CHUNK_SECONDS: Final = 120.0  # for one chunk: 9 kB a second, as a phone in a train may have
PARALLEL: Final = 16  # chunks held at a time, of all files together
SPARE: Final = 64_000_000  # bytes of the disk that uploads leave alone

HandOver = Callable[[Ticket], Awaitable[None]]  # tells the queue that a file is whole; once, however often it is called
IsUser = Callable[[PersonId, int], Awaitable[bool]]  # whether a person has this Telegram id


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What the page says of the file it wants to send."""

    client: str  # made by the page: another tab with another file is another one
    name: Sensitive[str]
    size: int
    user: int | None = None  # whom Telegram vouches for, when the page was opened inside it


class Receiver:
    """Receives the files of one process; any number of processes may share the folder and the tickets."""

    def __init__(
        self,
        *,
        tickets: Tickets,
        folder: SealedFolder,
        public_key: bytes,
        hand_over: HandOver,
        is_user: IsUser,
        max_bytes: int,
    ) -> None:
        self._tickets = tickets
        self._folder = folder
        self._public_key = public_key
        self._hand_over = hand_over
        self._is_user = is_user
        self._max_bytes = max_bytes
        self._busy: set[UUID] = set()

    async def ticket(self, token: bytes) -> Ticket:
        """Give the ticket of *token*, or say that its link is over."""
        ticket = await self._tickets.find(token)
        if ticket is None or self._tickets.is_over(ticket):
            raise OverError("no such link, or over")
        return ticket

    async def standing(self, token: bytes) -> dict[str, Any]:
        """Say how far the file of *token* has come; one that is whole is handed over again, should that have failed."""
        ticket = await self.ticket(token)
        if ticket.state == "whole":
            await self._hand_over(ticket)
        return self._told(ticket, ticket.received, done=ticket.state in {"whole", "handed"})

    async def begin(self, token: bytes, file: Beginning) -> dict[str, Any]:
        """Bind the link to *file*, or recognise that it is bound to it already."""
        ticket = await self.ticket(token)
        if file.user is not None and not await self._is_user(ticket.person, file.user):
            raise StrangerError("somebody else's link")
        if file.size <= 0:
            raise EmptyError("no byte")
        if file.size > self._max_bytes:
            raise TooLargeError(f"{file.size} bytes")
        binding = _mac(token, b"client", file.client) + _mac(token, b"file", f"{file.size}:{file.name.reveal()}")
        if ticket.state == "open":
            if file.size + SPARE > await asyncio.to_thread(self._folder.room):
                raise FullError("no room for the whole of it")
            await self._bind(ticket, token, binding, file)
            ticket = await self.ticket(token)
        if ticket.binding is None or not hmac.compare_digest(ticket.binding, binding):
            raise OtherFileError("bound to another file")
        return self._told(ticket, ticket.received, done=ticket.state == "handed")

    async def chunk(
        self, token: bytes, client: str, offset: int, length: int, body: AsyncIterator[bytes]
    ) -> dict[str, Any]:
        """Take the *length* bytes that follow *offset*; only where the file stands, and only one whole chunk."""
        ticket = await self.ticket(token)
        if ticket.binding is None or not hmac.compare_digest(ticket.binding[:32], _mac(token, b"client", client)):
            raise OtherFileError("not who began")
        if ticket.state != "begun" or offset != ticket.received:
            raise OffsetError(ticket.received)
        if length > CHUNK:
            raise TooLargeError(f"a chunk of {length} bytes")
        if length != min(CHUNK, ticket.size - offset):
            raise LengthError(f"a chunk of {length} bytes")
        if ticket.id in self._busy or len(self._busy) >= PARALLEL:
            raise BusyError("one at a time")
        self._busy.add(ticket.id)
        try:
            received = await self._keep(ticket, token, await _read(body, length))
        finally:
            self._busy.discard(ticket.id)
        if received == ticket.size:
            log.info("upload_whole", bytes=ticket.size)
            await self._hand_over(ticket)
        return self._told(ticket, received, done=received == ticket.size)

    async def _bind(self, ticket: Ticket, token: bytes, binding: bytes, file: Beginning) -> None:
        key = new_file_key(ticket.id)
        head = seal_head(self._public_key, Head(key=key, name=file.name, size=file.size))
        # Should another page be quicker, the ticket is bound to its file, and the comparison that follows tells.
        if await self._tickets.begin(ticket, binding=binding, size=file.size, head=head, lent=lend(key, token)):
            log.info("upload_begun", bytes=file.size)

    async def _keep(self, ticket: Ticket, token: bytes, chunk: bytes) -> int:
        """Seal and commit one chunk, file first: a crash in between leaves a row that asks for it again."""
        number, offset = ticket.received // CHUNK, ticket.received
        to = offset + len(chunk)
        try:
            with self._folder.writing(ticket.id) as file:
                # Held now: whoever wrote meanwhile has moved the ticket on.
                now = await self._tickets.get(ticket.id)
                if now is None or now.state != "begun" or now.received != offset or now.lent is None:
                    raise OffsetError(now.received) if now is not None else OverError("ended meanwhile")
                key = borrow(ticket.id, now.lent, token)
                await file.put(number, key.seal(number, chunk, last=to == ticket.size))
                if not await self._tickets.advance(ticket, offset=offset, to=to):
                    raise OverError("ended meanwhile")
        except LockedError:
            raise BusyError("another writer") from None
        except FolderFullError:
            log.error("uploads_full")
            raise FullError("no room") from None
        return to

    def _told(self, ticket: Ticket, received: int, *, done: bool) -> dict[str, Any]:
        return {
            "begun": ticket.state != "open",
            "done": done,
            "received": received,
            "size": ticket.size,
            "chunk": CHUNK,
            "most": self._max_bytes,
            "ends": int(ticket.expires_at.timestamp() * 1000),
        }


async def _read(body: AsyncIterator[bytes], length: int) -> bytes:
    """Give exactly *length* bytes, whatever was announced."""
    data = bytearray()
    try:
        async with asyncio.timeout(CHUNK_SECONDS):
            async for part in body:
                data += part
                if len(data) > length:
                    raise LengthError("more than announced")
    except TimeoutError:
        raise SlowError("too slow") from None
    if len(data) != length:
        raise LengthError("less than announced")
    return bytes(data)


def _mac(token: bytes, what: bytes, value: str) -> bytes:
    """Keep what must be the same again, and not what it was: a name is health text, and short."""
    return hmac.digest(token, bind(b"hb1/binding", what) + value.encode("utf-8", "replace"), sha256)
