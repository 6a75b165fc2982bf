"""Files that came by the upload page: Health gives the link, opens what came, and ends what is no longer needed.

A small one is then kept as any document is. A large one stays where it is, sealed; its key moves under its person's own,
so that it is forgotten with that key, and the queue's key opens it no more.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from bot.chat.model import Turn
from bot.crypto import FileKey
from bot.health.documents.errors import DocumentError, EncryptedError
from bot.health.facts import Report
from bot.health.importers.extract import Feed
from bot.health.originals import Kept
from bot.health.records import Document, Records
from bot.i18n import say
from bot.kernel.errors import BotError, CryptoError
from bot.kernel.ids import PersonId
from bot.kernel.sensitive import Sensitive
from bot.storage.uploads import FileGoneError, Head, SealedFolder, Tickets, open_head

UNREAD: Final = timedelta(days=30)  # so long may a row that failed too often be put back
_GIGA: Final = 1_000_000_000
_MEGA: Final = 1_000_000

Read = Callable[[bytes | Feed, str], Awaitable[Report]]  # a file and its name


class DamagedError(DocumentError):
    """The sealed file was altered, cut short or mixed up since it came."""

    reply = "uploads.damaged"


class LockedFileError(DocumentError):
    """The file asks for a password, and there is no caption to say it in."""

    reply = "uploads.encrypted"


class TooLargeHereError(DocumentError):
    """The file weighs more than what is taken in by the chat."""

    reply = "uploads.too_large_here"


class ImportsBusyError(BotError):
    """Another large file is being read for so long that this one is tried later."""


class SealedFeed:
    """Fulfils `Feed` with a sealed file: one chunk in memory, and nothing plain anywhere else."""

    def __init__(self, folder: SealedFolder, key: FileKey, size: int) -> None:
        self._folder = folder
        self._key = key
        self._size = size
        self._digest: str | None = None

    @property
    def size(self) -> int:
        return self._size

    async def chunks(self) -> AsyncIterator[bytes]:
        digest = sha256()
        async for chunk in self._folder.chunks(self._key, self._size):
            digest.update(chunk)
            yield chunk
        self._digest = digest.hexdigest()

    async def digest(self) -> str:
        """Give SHA-256 of the whole file, also when its reader had seen enough before the end."""
        if self._digest is None:
            async for _ in self.chunks():
                pass
        return self._digest or ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentFiles:
    """The upload page as Health sees it. *address* is the page's, empty where this service has none."""

    tickets: Tickets
    folder: SealedFolder
    private_key: bytes = field(repr=False)
    address: str
    max_bytes: int

    async def link(self, turn: Turn) -> Sensitive[str]:
        """Give a link for one file; the person's earlier one ends."""
        if not self.address:
            return Sensitive(say(turn.language, "uploads.no_page"))
        token, ended = await self.tickets.issue(turn.person)
        await self._unlink(ended)
        url = f"{self.address}?lang={turn.language}#{token.hex()}"
        minutes = round(self.tickets.life.total_seconds() / 60)
        most = _readable(turn, self.max_bytes)
        return Sensitive(say(turn.language, "uploads.link", url=url, minutes=minutes, most=most))

    async def head(self, person: PersonId, file: UUID) -> Head:
        """Open what belongs to *file*; one of somebody else's is not found."""
        ticket = await self.tickets.get(file)
        if ticket is None or ticket.person != person or ticket.head is None or ticket.state not in {"whole", "handed"}:
            raise FileGoneError("no such file of theirs")
        return open_head(self.private_key, file, ticket.head)

    def feed(self, sealed: Head | Kept) -> SealedFeed:
        """Give a file, to be read as often as needed: one that came, or one that a document kept."""
        return SealedFeed(self.folder, sealed.key, sealed.size)

    async def settle(self, file: UUID, *, kept: bool) -> None:
        """End what is left of its coming; its bytes stay only where a document has *kept* them."""
        if not kept:
            await self._unlink([file])
        await self.tickets.remove([file])

    async def remove(self, files: Collection[UUID]) -> None:
        """Remove the files of documents that are gone."""
        await self._unlink(files)

    async def forget(self, person: PersonId, files: Collection[UUID]) -> None:
        """Remove *files* and whatever else *person* was sending."""
        tickets = await self.tickets.of(person)
        await self._unlink({*files, *tickets})
        await self.tickets.remove(tickets)

    async def tidy(self, named: Callable[[], Awaitable[Collection[UUID]]]) -> int:
        """Remove what had its time, and every file that no ticket and no document names; gives how many files."""
        there = await asyncio.to_thread(self.folder.names)  # first: a file that comes now has its ticket already
        await self.tickets.remove(await self.tickets.over(unread=UNREAD))
        # Tickets before documents: a file passes from the one to the other, and is named by one of them throughout.
        needed = {*await self.tickets.all()} | {*await named()}
        lost = there - needed
        await self._unlink(lost)
        return len(lost)

    async def _unlink(self, files: Collection[UUID]) -> None:
        for file in files:
            await asyncio.to_thread(self.folder.remove, file)


class SentReports:
    """Reads what was sent by the page: held like an upload when it is small, streamed when it is not."""

    def __init__(
        self, *, records: Records, sent: SentFiles, readers: asyncio.Semaphore, held: int, wait: float
    ) -> None:
        """*held* is how many bytes are small; a large file waits *wait* seconds at most for the one before it."""
        self._records = records
        self._sent = sent
        self._readers = readers
        self._held = held
        self._wait = wait
        self._alone = asyncio.Semaphore(1)  # a large file takes its reader a quarter of an hour

    async def propose(self, turn: Turn, file: UUID, read: Read) -> Document | None:
        """Propose what *file* says; None when it was confirmed before. A refusal keeps nothing."""
        document = await self._records.of_turn(turn.person, turn.id)
        if document is None:
            try:
                head = await self._sent.head(turn.person, file)
                document = await (self._small if head.size <= self._held else self._large)(turn, head, read)
            except EncryptedError:
                await self.end(turn, file)
                raise LockedFileError("a password is needed") from None
            except (CryptoError, FileGoneError):
                await self.end(turn, file)
                raise DamagedError("the sealed file does not open") from None
            except DocumentError as error:
                if error.reply != BotError.reply:  # a fault of ours is tried again
                    await self.end(turn, file)
                raise
        await self.end(turn, file)
        return document

    async def end(self, turn: Turn, file: UUID) -> None:
        """End the coming of *file*, whatever became of it; what a document keeps stays."""
        ticket = await self._sent.tickets.get(file)
        if ticket is not None and ticket.person == turn.person:
            await self._sent.settle(file, kept=file in await self._records.files(turn.person))

    async def _small(self, turn: Turn, head: Head, read: Read) -> Document | None:
        async with self._readers:
            original = b"".join([chunk async for chunk in self._sent.feed(head).chunks()])
            if await self._records.has(turn.person, original):
                return None
            report = await read(original, head.name.reveal())
        return await self._records.propose(turn.person, turn.id, original, report)

    async def _large(self, turn: Turn, head: Head, read: Read) -> Document | None:
        try:
            async with asyncio.timeout(self._wait):
                await self._alone.acquire()
        except TimeoutError:
            raise ImportsBusyError("another large file is being read") from None
        try:
            feed = self._sent.feed(head)
            report = await read(feed, head.name.reveal())
            digest = await feed.digest()
        finally:
            self._alone.release()
        if await self._records.has_digest(turn.person, digest):
            return None
        kept = Kept(key=head.key, size=head.size, digest=digest)
        return await self._records.propose(turn.person, turn.id, b"", report, kept=kept)


def _readable(turn: Turn, size: int) -> str:
    unit, by = ("uploads.gigabytes", _GIGA) if size >= _GIGA else ("uploads.megabytes", _MEGA)
    number = f"{size / by:.1f}".removesuffix(".0")
    return say(turn.language, unit, number=number.replace(".", ",") if turn.language == "fr" else number)
