"""One person's private chat: the messages as they stand, and an append-only account of what happened to them."""

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from bot.kernel.clock import Clock
from bot.playground.errors import bad_request
from bot.playground.model import Draft, Event, EventType, Persona, VisibleMessage
from bot.playground.pulse import Pulse

_KEPT_MESSAGES: Final = 2_000
_KEPT_EVENTS: Final = 10_000
_DRAFT_LIFE: Final = timedelta(seconds=30)


class Conversation:
    """Changes go through here, so that none happens without its event."""

    def __init__(self, persona: Persona, *, clock: Clock, ids: Iterator[int]) -> None:
        self.persona = persona
        self.topics: dict[int, str] = {}  # thread id to name
        self.blocked = False
        self.changed = Pulse()
        self._clock = clock
        self._ids = ids
        self._messages: dict[int, VisibleMessage] = {}
        self._events: deque[Event] = deque(maxlen=_KEPT_EVENTS)
        self._draft: Draft | None = None
        self.count = 0  # of events so far

    @property
    def messages(self) -> list[VisibleMessage]:
        """The chat as it stands, oldest first."""
        return list(self._messages.values())

    @property
    def draft(self) -> Draft | None:
        """The streaming preview, while it lasts."""
        return self._draft if self._draft is not None and self._clock() < self._draft.until else None

    def since(self, number: int) -> list[Event]:
        """Give the events after *number*."""
        return [event for event in self._events if event.number > number]

    def next_id(self) -> int:
        """Take the next message id; a topic is named after one too."""
        return next(self._ids)

    def find(self, message_id: int) -> VisibleMessage | None:
        """Give a message that is still there."""
        return self._messages.get(message_id)

    def add(self, **content: Any) -> VisibleMessage:
        """Post a message; a bot's replaces its draft, as in Telegram's apps."""
        message = VisibleMessage(id=self.next_id(), date=self._clock(), **content)
        self._messages[message.id] = message
        if len(self._messages) > _KEPT_MESSAGES:
            del self._messages[next(iter(self._messages))]
        if message.author == "bot":
            self._draft = None
        self.tell("message" if message.file is None else "file", message=message)
        return message

    def edit(self, message: VisibleMessage, **content: Any) -> VisibleMessage:
        """Change a message in place; 400 when nothing would change."""
        changed = replace(message, **content)
        if changed == message:
            raise bad_request(
                "message is not modified: specified new message content and reply markup are exactly the same"
                " as a current content and reply markup of the message"
            )
        if "text" in content:  # new buttons alone do not show as "edited"
            changed = replace(changed, edited=self._clock())
        self._messages[message.id] = changed
        self.tell("edit", message=changed)
        return changed

    def remove(self, message: VisibleMessage) -> None:
        """Delete a message for both sides."""
        del self._messages[message.id]
        self.tell("delete", message=message)

    def preview(self, draft: Draft) -> None:
        """Show or grow a streaming preview."""
        self._draft = replace(draft, until=self._clock() + _DRAFT_LIFE)
        self.tell("draft", text=draft.text, entities=draft.entities)

    def tell(self, kind: EventType, **content: Any) -> None:
        """Write down what happened and wake whoever watches."""
        self.count += 1
        self._events.append(Event(number=self.count, type=kind, **content))
        self.changed.beat()
