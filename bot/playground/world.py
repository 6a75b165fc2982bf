"""The playground itself: its people, what they do, and the state every Bot API method works on.

Everything is in memory, bounded, and lives on one event loop. Ids start from the wall clock, so that a bot whose
database outlives a playground never meets an update or a message id twice.
"""

import time
from collections.abc import AsyncIterator
from hashlib import sha256
from itertools import count
from typing import Final

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.kernel.clock import Clock, utc_now
from bot.playground import wire
from bot.playground.conversation import Conversation
from bot.playground.errors import PlaygroundError
from bot.playground.faults import Fault, Faults
from bot.playground.model import Event, Persona, VisibleMessage
from bot.playground.profile import BotProfile
from bot.playground.pulse import Pulse
from bot.playground.queries import Queries
from bot.playground.shelf import Shelf, is_picture
from bot.playground.text import CAPTION_LIMIT, TEXT_LIMIT, clean, commands_in, split
from bot.playground.updates import UpdateQueue

_RESIDENTS: Final = (("Camille", "fr"), ("Karim", "fr"), ("Alice", "en"), ("Daniel", "en"))
_PEOPLE: Final = 20_000
_NAME_LIMIT: Final = 64
_IDS_SINCE: Final = 1_767_225_600  # 2026-01-01: eighths of a second since then stay below 2**31 until 2034


class Playground:
    """A local Telegram with one bot. `serving` puts it on a port; the methods here are the people's side."""

    def __init__(self, *, clock: Clock = utc_now, topics: bool = False) -> None:
        self.clock = clock
        self.topics = topics  # BotFather's "Threaded Mode"
        self.updates = UpdateQueue(first_id=time.time_ns() // 1000)
        self.shelf = Shelf()
        self.profile = BotProfile()
        self.faults = Faults()
        self.queries = Queries(clock)
        self._ids = count(max(1, int((time.time() - _IDS_SINCE) * 8)))
        self._query_ids = count(time.time_ns())
        self._talks: dict[int, Conversation] = {}
        self._stopping = Pulse()
        self._page: ASGIApp = Starlette()
        for name, language_code in _RESIDENTS:
            self.person(name, language_code)

    def mount(self, page: ASGIApp) -> None:
        """Take in a page of the bot's own: a link to it then leads here, to where everything else is."""
        self._page = page

    async def page(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer for the bot's own page; before there is one, nothing is found."""
        await self._page(scope, receive, send)

    @property
    def personas(self) -> tuple[Persona, ...]:
        """Everybody here."""
        return tuple(talk.persona for talk in self._talks.values())

    def person(self, name: str, language_code: str) -> Persona:
        """Meet someone: the same name and language are the same person, with the same id, in every playground."""
        shown = name.strip()
        if not 1 <= len(shown) <= _NAME_LIMIT:
            raise PlaygroundError(f"a name has 1 to {_NAME_LIMIT} characters")
        digest = sha256(f"{language_code}:{shown}".encode()).digest()
        persona_id = 10_000_000_000 + int.from_bytes(digest[:5])
        if persona_id not in self._talks:
            if len(self._talks) >= _PEOPLE:
                raise PlaygroundError(f"{_PEOPLE} people are here already")
            persona = Persona(id=persona_id, first_name=shown, language_code=language_code)
            self._talks[persona_id] = Conversation(persona, clock=self.clock, ids=self._ids)
        return self._talks[persona_id].persona

    def talk(self, persona_id: int) -> Conversation:
        """Give the chat with a person."""
        try:
            return self._talks[persona_id]
        except KeyError:
            raise PlaygroundError(f"nobody here has the id {persona_id}") from None

    def say(self, person: Persona, text: str, *, thread: int | None = None, reply_to: int | None = None) -> int:
        """Send what *person* typed, in several messages if it is long; give the last one's id."""
        talk = self._present(person)
        if not text.strip():
            raise PlaygroundError("an empty message cannot be sent")
        sent = 0
        for part in split(text):
            words, marks = clean(part, commands_in(part), limit=TEXT_LIMIT, too_long="message is too long")
            sent = self._arrive(talk, text=words, entities=marks, thread=thread, reply_to=reply_to)
        return sent

    def upload(
        self,
        person: Persona,
        name: str,
        data: bytes,
        media_type: str,
        caption: str | None = None,
        *,
        photo: bool = False,
        thread: int | None = None,
    ) -> int:
        """Send a file, as a document or as a photo; give the message's id."""
        talk = self._present(person)
        if not data:
            raise PlaygroundError("an empty file cannot be sent")
        words, marks = clean(
            caption or "", commands_in(caption or ""), limit=CAPTION_LIMIT, too_long="message caption is too long"
        )
        file = self.shelf.add(name=name, data=data, media_type=media_type, photo=photo and is_picture(data))
        return self._arrive(talk, text=words, entities=marks, file=file, thread=thread)

    def press(self, person: Persona, message_id: int, data: str) -> str:
        """Press the button of a message that carries *data*; give the callback query's id."""
        talk = self._present(person)
        shown = talk.find(message_id)
        labels = {button.data for row in shown.buttons for button in row} if shown is not None else set()
        if shown is None or data not in labels:
            raise PlaygroundError(f"message {message_id} has no such button")
        query_id = str(next(self._query_ids))
        self.queries.ask(query_id, talk)
        query = {
            "id": query_id,
            "from": wire.user(person),
            "message": self.message_json(shown, talk),
            "chat_instance": str(-person.id),
            "data": data,
        }
        self.updates.put(person.id, "callback_query", query)
        return query_id

    def messages(self, person: Persona) -> list[VisibleMessage]:
        """Give what the chat shows now, oldest first."""
        return self.talk(person.id).messages

    def file(self, handle: str) -> bytes:
        """Give the bytes of a file in a chat."""
        return self.shelf.data(handle)

    def pending(self, person: Persona) -> int:
        """Count this person's updates that no getUpdates offset has confirmed yet."""
        return self.updates.pending(person.id)

    def events(self, person: Persona, *, after: int = 0) -> list[Event]:
        """Give what happened in the chat since event number *after*."""
        return self.talk(person.id).since(after)

    def subscribe(self, person: Persona, *, after: int | None = None) -> AsyncIterator[Event]:
        """Follow the chat from now, or from event number *after*, until the server stops."""
        talk = self.talk(person.id)
        return self._follow(talk, talk.count if after is None else after)

    async def _follow(self, talk: Conversation, seen: int) -> AsyncIterator[Event]:
        while True:
            for event in talk.since(seen):
                seen = event.number
                yield event
            if self.updates.closed:
                return
            if talk.count == seen:
                await talk.changed.wait()

    def block(self, person: Persona, *, blocked: bool = True) -> None:
        """Let *person* block the bot, or unblock it; the bot is told, as on Telegram."""
        talk = self.talk(person.id)
        if talk.blocked != blocked:
            talk.blocked = blocked
            change = wire.blocking(person, blocked=blocked, at=self.clock(), bot=self.bot_json())
            self.updates.put(person.id, "my_chat_member", change)

    def misbehave(
        self,
        method: str,
        *,
        status: int = 429,
        retry_after: int = 3,
        times: int = 1,
        hang: bool = False,
        done: bool = False,
    ) -> None:
        """Make the next *times* calls of *method* fail with *status*, or never be answered (*hang*).

        With *done*, each call is carried out first: what the bot sees when an answer gets lost.
        """
        fault = Fault(status=status, retry_after=retry_after, hang=hang, done=done)
        self.faults.plan(method, fault, times)

    def bot_json(self) -> wire.Json:
        """Give the bot as a User."""
        return wire.bot_user(self.profile.described("name", ""))

    def message_json(self, shown: VisibleMessage, talk: Conversation) -> wire.Json:
        """Give a message in Telegram's shape."""
        return wire.message(shown, talk, bot=self.bot_json())

    def open(self) -> None:
        """Be served (again)."""
        self.updates.open()

    def close(self) -> None:
        """Let go of everyone who waits, so that the server can stop."""
        self.updates.close()
        self._stopping.beat()
        for talk in self._talks.values():
            talk.changed.beat()

    async def closed(self) -> None:
        """Wait until the server stops."""
        while not self.updates.closed:
            await self._stopping.wait()

    def _present(self, person: Persona) -> Conversation:
        talk = self.talk(person.id)
        if talk.blocked:
            raise PlaygroundError(f"person {person.id} has blocked the bot")
        return talk

    def _arrive(self, talk: Conversation, *, thread: int | None, **content: object) -> int:
        if thread is not None and thread not in talk.topics:
            raise PlaygroundError(f"there is no topic {thread} in this chat")
        shown = talk.add(author="person", thread=thread, **content)
        self.updates.put(talk.persona.id, "message", self.message_json(shown, talk))
        return shown.id
