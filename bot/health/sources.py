"""`/sources`: everything a person brought, newest first; each may be looked at, corrected or deleted with what it said."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from bot.chat.model import Button, Effect, Erase, Show, Turn
from bot.health.documents.screen import described
from bot.health.records import Document, Records
from bot.health.reports import Reports
from bot.i18n import say
from bot.i18n.dates import spelled
from bot.kernel.sensitive import Sensitive

_ON_A_PAGE: Final = 8
_CHAT_DELETES: Final = timedelta(hours=48)  # Telegram lets a bot delete a message of a private chat for so long


class Sources:
    """Fulfils the `/sources` command and its buttons, `src:…`."""

    def __init__(self, *, records: Records, reports: Reports) -> None:
        self._records = records
        self._reports = reports

    async def show(self, turn: Turn, *, page: int = 0) -> Show:
        """List what is kept, a page of it."""
        documents = await self._records.brought(turn.person)
        if not documents:
            return Show(text=Sensitive(say(turn.language, "sources.none")))
        first = page * _ON_A_PAGE if page * _ON_A_PAGE < len(documents) else 0
        shown = list(enumerate(documents, start=1))[first : first + _ON_A_PAGE]
        lines = [f"{n}. {_line(document, turn)}" for n, document in shown]
        opening = [Button(label=str(n), data=f"src:open:{document.id.hex}") for n, document in shown]
        rows = [tuple(opening[start : start + 4]) for start in range(0, len(opening), 4)]
        if len(documents) > _ON_A_PAGE:
            after = page + 1 if first + _ON_A_PAGE < len(documents) else 0
            rows.append((Button(label=say(turn.language, "sources.more"), data=f"src:list:{after}"),))
        text = "\n".join([f"**{say(turn.language, 'sources.title', count=len(documents))}**", *lines])
        return Show(text=Sensitive(f"{text}\n\n{say(turn.language, 'sources.open')}"), buttons=tuple(rows))

    async def press(self, turn: Turn) -> Sequence[Effect]:
        """Carry out a button of the list; each step says what it did, also when it is repeated."""
        here = turn.arrival.message_id
        _, verb, what, *_ = [*turn.arrival.button.split(":"), "", ""]
        if verb == "list":
            listed = await self.show(turn, page=int(what) if what.isdecimal() else 0)
            return [Show(text=listed.text, buttons=listed.buttons, edit=here)]
        if verb == "msg" and what.isdecimal():
            return [Erase(message_id=int(what)), self._said(turn, "sources.message_gone")]
        document = await self._records.document(turn.person, _id(what))
        if document is None:
            return [self._said(turn, "sources.gone")]
        if verb == "fix" or (verb == "open" and document.state == "proposed"):
            return await self._reports.reopen(turn, document)
        if document.state == "discarded":
            return [self._said(turn, "health.no_longer")]
        if verb == "ask":
            return [self._ask(turn, document)]
        if verb == "drop":
            return await self._delete(turn, document)
        return [self._card(turn, document)]

    def _card(self, turn: Turn, document: Document) -> Show:
        kept = say(turn.language, "sources.kept_since", date=spelled(document.created_at.date(), turn.language))
        rows = (
            (Button(label=say(turn.language, "sources.fix"), data=f"src:fix:{document.id.hex}"),),
            (Button(label=say(turn.language, "sources.delete"), data=f"src:ask:{document.id.hex}"),),
            (Button(label=say(turn.language, "screen.back"), data="src:list:0"),),
        )
        text = f"**{described(document.report, turn.language)}**\n{kept}"
        return Show(text=Sensitive(text), buttons=rows, edit=turn.arrival.message_id)

    def _ask(self, turn: Turn, document: Document) -> Show:
        facts = sum(fact.form_of is None for fact in document.report.facts)
        days = sum(span.days for span in document.report.spans)
        yes = Button(label=say(turn.language, "sources.delete_yes"), data=f"src:drop:{document.id.hex}")
        no = Button(label=say(turn.language, "sources.delete_no"), data=f"src:open:{document.id.hex}")
        text = say(
            turn.language, "sources.delete_sure", what=described(document.report, turn.language), facts=facts, days=days
        )
        return Show(text=Sensitive(text), buttons=((no,), (yes,)), edit=turn.arrival.message_id)

    async def _delete(self, turn: Turn, document: Document) -> Sequence[Effect]:
        await self._records.delete(turn.person, document.id)
        deletable = document.message_id is not None and turn.arrival.at - document.created_at < _CHAT_DELETES
        if not deletable:
            return [self._said(turn, "sources.deleted")]
        also = Button(label=say(turn.language, "sources.message_too"), data=f"src:msg:{document.message_id}")
        text = Sensitive(say(turn.language, "sources.deleted_chat"))
        return [Show(text=text, buttons=((also,),), edit=turn.arrival.message_id)]

    @staticmethod
    def _said(turn: Turn, key: str) -> Show:
        return Show(text=Sensitive(say(turn.language, key)), edit=turn.arrival.message_id)


def _line(document: Document, turn: Turn) -> str:
    waits = f" · {say(turn.language, 'sources.waits')}" if document.state == "proposed" else ""
    return described(document.report, turn.language) + waits


def _id(text: str) -> UUID:
    """Read a document's id; a forged one is nobody's."""
    try:
        return UUID(hex=text)
    except ValueError:
        return UUID(int=0)
