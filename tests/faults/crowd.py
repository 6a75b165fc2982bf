"""Many people who write numbered messages, a few ahead of their answers, and read what each of their chats shows.

Every other message asks the model to say a number back; those between are `/data`, composed at once, whose answer
counts the messages kept so far. So each answer belongs to one message, and a turn remembered twice or not shows too.
"""

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from bot.chat.progress import PLACEHOLDERS
from bot.playground import Event, Persona, Playground
from bot.playground.pulse import Pulse
from tests.faults.echo import question, reply

AHEAD = 3  # messages of one chat that may wait for their answers

_SAID = re.compile(re.escape(reply(0)).replace("0", r"(\d+)"))
_KEPT = re.compile(r"Messages \(yours and mine\): (\d+)")


def token(text: str) -> str:
    """Name the answer that *text* is; what is none of the expected ones names itself."""
    said, kept = _SAID.fullmatch(text), _KEPT.search(text)
    if said is not None:
        return f"said {said[1]}"
    return f"kept {kept[1]}" if kept is not None else f"other: {text[:60]}"


@dataclass(slots=True)
class Chat:
    """One person's messages, and the answers seen so far."""

    persona: Persona
    texts: list[str]
    expected: list[str]
    sent: int = 0
    answered: int = 0
    read: int = 0  # events
    shown: dict[str, set[int]] = field(default_factory=dict)  # answers, in the order they first showed, and where
    placeholders: set[int] = field(default_factory=set)  # messages that began as one

    def look(self, events: Iterable[Event]) -> None:
        """Take in what happened in the chat."""
        for event in events:
            self.read = event.number
            message = event.message
            if event.type not in {"message", "edit"} or message is None or message.author != "bot":
                continue
            if message.text in PLACEHOLDERS:
                self.placeholders.add(message.id)
                continue
            self.shown.setdefault(token(message.text), set()).add(message.id)
        self.answered = sum(answer in self.shown for answer in self.expected)


class Crowd:
    """Everybody who writes in one run."""

    def __init__(self, playground: Playground, *, chats: int, each: int) -> None:
        self._playground = playground
        self._moved = Pulse()
        self.chats = [self._chat(number, each) for number in range(1, chats + 1)]

    def _chat(self, number: int, each: int) -> Chat:
        texts, expected = list[str](), list[str]()
        for place in range(each):
            asked = number * 10_000 + place
            texts.append("/data" if place % 2 else question(asked))
            expected.append(f"kept {place + 1}" if place % 2 else f"said {asked}")
        persona = self._playground.person(f"Person {number}", "en")
        return Chat(persona=persona, texts=texts, expected=expected)

    @property
    def total(self) -> int:
        """How many messages will be sent."""
        return sum(len(chat.texts) for chat in self.chats)

    @property
    def answered(self) -> int:
        """How many were answered so far."""
        return sum(chat.answered for chat in self.chats)

    async def write(self) -> None:
        """Send everything, and stay until everything is answered."""
        async with asyncio.TaskGroup() as group:
            for chat in self.chats:
                group.create_task(self._write(chat))

    async def _write(self, chat: Chat) -> None:
        talk = self._playground.talk(chat.persona.id)
        while True:
            while chat.sent < len(chat.texts) and chat.sent - chat.answered < AHEAD:
                self._playground.say(chat.persona, chat.texts[chat.sent])
                chat.sent += 1
            if chat.answered == len(chat.expected):
                return
            await talk.changed.wait()
            chat.look(talk.since(chat.read))
            self._moved.beat()

    async def until(self, answered: float) -> None:
        """Wait until so many messages are answered."""
        while self.answered < answered:
            await self._moved.wait()

    def look(self) -> None:
        """Take in what happened since the last answer."""
        for chat in self.chats:
            chat.look(self._playground.talk(chat.persona.id).since(chat.read))
