"""A lab report's way: upload → read in another process → proposed → confirmed, corrected or discarded → explained."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from bot.chat.model import Effect, Erase, Show, Turn
from bot.chat.ports import FileSource, Progress
from bot.health.answers.answering import Answering
from bot.health.documents.correction import apply_edit, parse_edit
from bot.health.documents.errors import DocumentError, EncryptedError, TooLargeError
from bot.health.documents.screen import edit_help, proposal
from bot.health.facts import Report
from bot.health.facts.units import Units
from bot.health.records import Document, Records
from bot.i18n import say
from bot.kernel.sensitive import Sensitive

ReadReport = Callable[[bytes, Sensitive[str] | None], Awaitable[Report]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pressed:
    """A button of the confirm screen: what, on which document, at which revision."""

    verb: str
    document: UUID
    revision: int


class Reports:
    """Everything a person does with a document in the Health space."""

    def __init__(
        self,
        *,
        records: Records,
        files: FileSource,
        read: ReadReport,
        answering: Answering,
        units: Units,
        readers: asyncio.Semaphore,
        max_bytes: int,
    ) -> None:
        self._records = records
        self._files = files
        self._read = read
        self._answering = answering
        self._units = units
        self._readers = readers
        self._max_bytes = max_bytes

    async def receive(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        """Read an upload and propose what it says. A refusal keeps nothing."""
        upload = turn.arrival.upload
        if upload is None:
            return []
        if upload.size > self._max_bytes:
            raise TooLargeError(f"{turn.id}: upload too large")
        await show.note(Sensitive(say(turn.language, "health.reading")))
        caption = turn.arrival.text.reveal().strip()
        async with self._readers:  # before fetching: what waits here holds a handle, not a file
            original = await self._files.fetch(upload, limit=self._max_bytes)
            if await self._records.has(turn.person, original):
                return [_plain(turn, "health.already_read")]
            try:
                report, erase = await self._read(original, None), []
            except EncryptedError:
                if not caption:
                    raise
                # The caption may be the password: it must not stay readable in the chat, whatever comes of it.
                erase = [Erase(message_id=turn.arrival.message_id)]
                try:
                    report = await self._read(original, Sensitive(caption))
                except DocumentError as error:
                    return [*erase, _plain(turn, error.reply)]
        document = await self._records.propose(turn.person, turn.id, original, report)
        return [*erase, self._screen(document, turn)]

    async def press(self, turn: Turn) -> Sequence[Effect]:
        """Carry out a button of the confirm screen; one of an older screen shows the current one instead."""
        pressed = _parse(turn.arrival.button)
        document = await self._records.document(turn.person, pressed.document) if pressed else None
        if await self._records.discarded_in(turn.person, turn.id):
            return [Show(text=Sensitive(say(turn.language, "health.discarded")), edit=turn.arrival.message_id)]
        if pressed is None or document is None:
            return [Show(text=Sensitive(say(turn.language, "health.no_longer")), edit=turn.arrival.message_id)]
        if pressed.verb == "ok" and (document.state == "confirmed" or document.revision == pressed.revision):
            return await self._confirm(turn, document)
        if document.state == "confirmed":
            return [_plain(turn, "health.already_confirmed")]
        if document.revision != pressed.revision:
            return [_plain(turn, "health.older_screen"), self._screen(document, turn)]
        if pressed.verb == "no":
            await self._records.discard(turn.person, turn.id, document.id)
            return [Show(text=Sensitive(say(turn.language, "health.discarded")), edit=turn.arrival.message_id)]
        return [Show(text=Sensitive(edit_help(turn.language)))]

    async def correct(self, turn: Turn) -> Sequence[Effect] | None:
        """Apply a typed correction ("4 = 1,12 g/L") to the waiting proposal; None when *turn* is not one."""
        done = await self._records.changed_in(turn.person, turn.id)
        if done is not None:
            return [self._screen(done, turn)]
        document = await self._records.pending(turn.person)
        if document is None:
            return None
        edit = parse_edit(turn.arrival.text.reveal(), document.report, self._units)
        if edit is None:
            return None
        revised = await self._records.revise(turn.person, turn.id, document, apply_edit(document.report, edit))
        if revised is None:
            return [_plain(turn, "health.no_longer")]
        return [self._screen(revised, turn)]

    async def cancel(self, turn: Turn) -> Sequence[Effect]:
        """Discard the proposal under way; a replayed turn discards no second one."""
        if not await self._records.discarded_in(turn.person, turn.id):
            pending = await self._records.pending(turn.person)
            if pending is None:
                return [_plain(turn, "health.nothing_to_cancel")]
            await self._records.discard(turn.person, turn.id, pending.id)
        return [_plain(turn, "health.discarded")]

    async def _confirm(self, turn: Turn, document: Document) -> Sequence[Effect]:
        if document.state == "proposed" and await self._records.has_twin(turn.person, document.id):
            await self._records.discard(turn.person, turn.id, document.id)
            return [Show(text=Sensitive(say(turn.language, "health.already_read")), edit=turn.arrival.message_id)]
        facts = await self._records.confirm(turn.person, document)
        done = say(turn.language, "health.confirmed", count=len([f for f in facts if f.form_of is None]))
        explained = await self._answering.explain(turn, facts, document.report)
        return [Show(text=Sensitive(done), edit=turn.arrival.message_id), explained]

    def _screen(self, document: Document, turn: Turn) -> Show:
        return proposal(document.report, turn.language, token=f"{document.id.hex}:{document.revision}")


def _parse(button: str) -> _Pressed | None:
    """Read `doc:<verb>:<document>:<revision>`; anything else, forged or old, is None."""
    parts = button.split(":")
    if len(parts) != 4 or parts[1] not in {"ok", "edit", "no"} or not parts[3].isdecimal():  # noqa: PLR2004  (the format above)
        return None
    try:
        return _Pressed(verb=parts[1], document=UUID(hex=parts[2]), revision=int(parts[3]))
    except ValueError:
        return None


def _plain(turn: Turn, key: str) -> Show:
    return Show(text=Sensitive(say(turn.language, key)))
