"""A document's way: upload → read in another process → proposed → confirmed, corrected or discarded → explained.

Every step is shown before it counts and can be taken back for a day.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import get_args
from uuid import UUID

from bot.chat.model import Button, Effect, Erase, Show, Turn
from bot.chat.ports import FileSource, Progress
from bot.chat.sent import sent_file
from bot.health.answers.answering import Answering
from bot.health.documents.correction import Change, Edit, apply_edit, parse_edit
from bot.health.documents.errors import DocumentError, EncryptedError
from bot.health.documents.naming import same_person
from bot.health.documents.screen import edit_help, one_by_one, proposal
from bot.health.facts import Fact, Report
from bot.health.facts.units import Units
from bot.health.importers.extract import Feed
from bot.health.importers.importer import MassUnit
from bot.health.reading import Reading, ReadReport
from bot.health.records import UNDO, Document, Records
from bot.health.sent import SentReports, TooLargeHereError
from bot.i18n import Language, say
from bot.kernel.sensitive import Sensitive


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pressed:
    """A button of the confirm screen: what, on which document, at which revision, and of which page or line."""

    verb: str
    document: UUID
    revision: int
    part: str


class Reports:
    """Everything a person does with a document in the Health space."""

    def __init__(
        self,
        *,
        records: Records,
        files: FileSource,
        sent: SentReports,
        read: ReadReport,
        answering: Answering,
        units: Units,
        readers: asyncio.Semaphore,
        max_bytes: int,
    ) -> None:
        self._records = records
        self._files = files
        self._sent = sent
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
        file = sent_file(upload)
        if file is not None:
            return await self._receive_sent(turn, file, show)
        if upload.size > self._max_bytes:
            raise TooLargeHereError(f"{turn.id}: upload too large")
        await show.note(Sensitive(say(turn.language, "health.reading")))
        async with self._readers:  # before fetching: what waits here holds a handle, not a file
            original = await self._files.fetch(upload, limit=self._max_bytes)
            if await self._records.has(turn.person, original):
                return [_plain(turn, "health.already_read")]
            read = Reading(self._read, turn, original, upload.name.reveal(), show)
            try:
                report, erase = await read(None), []
            except EncryptedError:
                caption = turn.arrival.text.reveal().strip()
                if not caption:
                    raise
                # The caption may be the password: it must not stay readable in the chat, whatever comes of it.
                erase = [Erase(message_id=turn.arrival.message_id)]
                try:
                    report = await read(Sensitive(caption))
                except DocumentError as error:
                    return [*erase, _plain(turn, error.reply)]
        message = None if erase else turn.arrival.message_id
        document = await self._records.propose(turn.person, turn.id, original, report, message_id=message)
        return [*erase, await self.screen(document, turn)]

    async def facts(self, turn: Turn) -> Sequence[Fact]:
        """Give the facts that count today."""
        return await self._records.facts(turn.person)

    async def proposed_in(self, turn: Turn) -> Sequence[Effect]:
        """Show what *turn* proposed before it was replayed; nothing when it proposed nothing."""
        document = await self._records.of_turn(turn.person, turn.id)
        return [] if document is None else [await self.screen(document, turn)]

    async def _receive_sent(self, turn: Turn, file: UUID, show: Progress) -> Sequence[Effect]:
        """Read what came by the upload page; it is no message of the chat."""

        async def read(original: bytes | Feed, name: str) -> Report:
            return await Reading(self._read, turn, original, name, show)(None)

        await show.note(Sensitive(say(turn.language, "health.reading")))
        document = await self._sent.propose(turn, file, read)
        return [_plain(turn, "health.already_read") if document is None else await self.screen(document, turn)]

    async def turn_away(self, turn: Turn) -> None:
        """Keep nothing of a file that came by the upload page for somebody who is not in."""
        file = sent_file(turn.arrival.upload)
        if file is not None:
            await self._sent.end(turn, file)

    async def enter(self, turn: Turn, report: Report) -> Sequence[Effect]:
        """Propose what was typed in the chat."""
        document = await self._records.propose(turn.person, turn.id, b"", report)
        return [await self.screen(document, turn)]

    async def press(self, turn: Turn) -> Sequence[Effect]:
        """Carry out a button of the confirm screen; one of an older screen shows the current one instead."""
        pressed = _parse(turn.arrival.button)
        document = await self._records.document(turn.person, pressed.document) if pressed else None
        if pressed is None or document is None:
            return [_there(turn, "health.no_longer")]
        done = await self._records.changed_in(turn.person, turn.id)
        if done is not None:  # the turn is replayed
            return await self._after(turn, done, pressed.verb)
        current = document.revision == pressed.revision
        if pressed.verb == "ok" and (document.state == "confirmed" or (document.state == "proposed" and current)):
            return await self._confirm(turn, document)
        if pressed.verb == "undo" and document.state != "proposed":
            return await self._undo(turn, document, current=current)
        if document.state == "confirmed":
            return [_plain(turn, "health.already_confirmed")]
        if document.state == "discarded":
            return [_there(turn, "health.no_longer")]
        if not current:
            return [_plain(turn, "health.older_screen"), await self.screen(document, turn)]
        return await self._look(turn, document, pressed)

    async def correct(self, turn: Turn) -> Sequence[Effect] | None:
        """Apply a typed correction ("4 = 1,12 g/L") to the waiting proposal; None when *turn* is not one."""
        done = await self._records.changed_in(turn.person, turn.id)
        if done is not None:
            return [await self.screen(done, turn)]
        document = await self._records.pending(turn.person)
        if document is None:
            return None
        today = turn.arrival.at.date() + timedelta(days=1)  # it may be tomorrow already where they are
        edit = parse_edit(turn.arrival.text.reveal(), document.report, self._units, today=today)
        if edit is None:
            return None
        return await self._revise(turn, document, edit)

    async def cancel(self, turn: Turn) -> Sequence[Effect]:
        """Discard the proposal under way; a replayed turn discards no second one."""
        done = await self._records.changed_in(turn.person, turn.id)
        if done is not None:
            return await self._after(turn, done, "no")
        pending = await self._records.pending(turn.person)
        if pending is None:
            return [_plain(turn, "health.nothing_to_cancel")]
        if pending.confirmed_at is not None:  # its correction is given up, not what it said
            return [replace(shown, edit=None) for shown in await self._confirm(turn, pending)]
        await self._records.discard(turn.person, turn.id, pending.id)
        return [_discarded(turn, pending)]

    async def reopen(self, turn: Turn, document: Document) -> Sequence[Effect]:
        """Take *document* back to a proposal, to be corrected; what it said no longer counts until it is confirmed."""
        done = await self._records.changed_in(turn.person, turn.id)
        if done is None and document.state != "proposed":
            done = await self._records.reopen(turn.person, turn.id, document)
        return [replace(await self.screen(done or document, turn), edit=turn.arrival.message_id)]

    async def _look(self, turn: Turn, document: Document, pressed: _Pressed) -> Sequence[Effect]:
        """Carry out a button on a proposal as it stands now."""
        here = turn.arrival.message_id
        if pressed.verb == "no":
            await self._records.discard(turn.person, turn.id, document.id)
            return [replace(_discarded(turn, document), edit=here)]
        if pressed.verb == "edit":
            return [Show(text=Sensitive(edit_help(turn.language)))]
        if pressed.verb in {"keep", "drop"}:
            fact = next((fact for fact in document.report.facts if fact.id == pressed.part), None)
            if fact is not None:
                seen = replace(fact, review="confirmed") if pressed.verb == "keep" else None
                await self._revise(turn, document, Edit(changes=(Change(line=fact.id, fact=seen, same_value=True),)))
            changed = await self._records.document(turn.person, document.id)
            return await self._after(turn, changed or document, "look")
        if pressed.verb == "unit":
            return await self._read_again(turn, document, pressed.part)
        if pressed.verb == "look":
            return await self._after(turn, document, "look")
        page = int(pressed.part) if pressed.part.isdecimal() else 0
        return [replace(await self.screen(document, turn, page=page), edit=here)]

    async def _read_again(self, turn: Turn, document: Document, unit: str) -> Sequence[Effect]:
        """Read the file once more, now that its owner said which unit it is in."""
        mass_unit = next((known for known in get_args(MassUnit) if known == unit), None)
        async with self._readers:
            original = await self._records.original(turn.person, document.id)
            if document.report.kind != "myfitnesspal" or original is None:
                return [_plain(turn, "health.no_longer")]
            report = await self._read(original, language=turn.language, mass_unit=mass_unit)
        revised = await self._records.revise(turn.person, turn.id, document, report)
        return await self._after(turn, revised or document, "unit")

    async def _after(self, turn: Turn, document: Document, verb: str) -> Sequence[Effect]:
        """Show where *document* stands once *verb* was carried out on it."""
        here = turn.arrival.message_id if turn.arrival.kind == "button" else None
        if document.state == "discarded":
            return [replace(_discarded(turn, document), edit=here)]
        if verb in {"look", "keep", "drop"}:
            alone = one_by_one(document.report, turn.language, token=_token(document))
            if alone is not None:
                return [replace(alone, edit=here)]
        return [replace(await self.screen(document, turn), edit=here)]

    async def _revise(self, turn: Turn, document: Document, edit: Edit) -> Sequence[Effect]:
        report = apply_edit(document.report, edit)
        revised = await self._records.revise(turn.person, turn.id, document, report)
        if revised is None:
            return [_plain(turn, "health.no_longer")]
        return [await self.screen(revised, turn)]

    async def _confirm(self, turn: Turn, document: Document) -> Sequence[Show]:
        here = turn.arrival.message_id
        if document.state == "proposed" and await self._records.has_twin(turn.person, document.id):
            await self._records.discard(turn.person, turn.id, document.id)
            return [Show(text=Sensitive(say(turn.language, "health.already_read")), edit=here)]
        facts = await self._records.confirm(turn.person, document)
        done = replace(kept(turn.language, document, facts), edit=here)
        results = [fact for fact in facts if fact.category == "laboratory"]
        if not results:
            return [done]
        return [done, await self._answering.explain(turn, results, document.report)]

    async def _undo(self, turn: Turn, document: Document, *, current: bool) -> Sequence[Effect]:
        confirmed = document.confirmed_at if document.state == "confirmed" else None
        if not current or (confirmed is not None and turn.arrival.at - confirmed > UNDO):
            return [_plain(turn, "health.undo_late")]
        return await self.reopen(turn, document)

    async def screen(self, document: Document, turn: Turn, *, page: int = 0) -> Show:
        """Give page *page* of what *document* says, to be confirmed."""
        other, token = await self.other_name(turn, document), _token(document)
        lasting = document.source is not None
        return proposal(document.report, turn.language, token=token, page=page, other=other, lasting=lasting)

    async def other_name(self, turn: Turn, document: Document) -> str | None:
        """Give the name earlier documents bear, when this one bears another one's."""
        name = document.report.person
        if not name:
            return None
        others = [held for held in await self._records.brought(turn.person) if held.id != document.id]
        known = [held.report.person for held in others if held.report.person]
        return None if not known or any(same_person(name, one) for one in known) else known[0]


def _parse(button: str) -> _Pressed | None:
    """Read `doc:<verb>:<document>:<revision>[:<page or line>]`; anything else, forged or old, is None."""
    _, verb, document, revision, part, *more = [*button.split(":"), "", "", ""][:6]
    verbs = {"ok", "edit", "no", "page", "look", "keep", "drop", "undo", "unit"}
    if verb not in verbs or not revision.isdecimal() or any(more):
        return None
    try:
        return _Pressed(verb=verb, document=UUID(hex=document), revision=int(revision), part=part)
    except ValueError:
        return None


def kept(language: Language, document: Document, facts: Sequence[Fact]) -> Show:
    """Say what was kept of *document*, and how to take that back."""
    count = sum(fact.form_of is None for fact in facts)
    days = sum(span.days for span in document.report.spans)
    key = "health.confirmed" if count or not days else "health.confirmed_days"
    undo = Button(label=say(language, "screen.undo"), data=f"doc:undo:{_token(document)}")
    return Show(text=Sensitive(say(language, key, count=count or days)), buttons=((undo,),))


def _token(document: Document) -> str:
    return f"{document.id.hex}:{document.revision}"


def _discarded(turn: Turn, document: Document) -> Show:
    undo = Button(label=say(turn.language, "screen.undo"), data=f"doc:undo:{_token(document)}")
    return Show(text=Sensitive(say(turn.language, "health.discarded")), buttons=((undo,),))


def _plain(turn: Turn, key: str) -> Show:
    return Show(text=Sensitive(say(turn.language, key)))


def _there(turn: Turn, key: str) -> Show:
    return replace(_plain(turn, key), edit=turn.arrival.message_id)
