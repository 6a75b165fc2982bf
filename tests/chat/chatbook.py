"""A chat as Telegram keeps it, without Telegram: fulfils `Delivery`, and passes the same contract as the real one.

Besides, a world in which a process dies at a chosen step: before or after anything it asks of the chat or the queue.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.chat.model import Effect, Erase, Show
from bot.chat.ports import DeliveryRefusedError, Enter, MessageGoneError
from bot.chat.progress import PLACEHOLDERS
from bot.kernel.errors import BotError
from bot.kernel.sensitive import Sensitive

FITS = 40  # characters in one message of this chat


@dataclass
class ChatBook:
    """Every chat's messages, by id: what persons see now. `calls` are the effects asked for, done or not."""

    messages: dict[tuple[int, int], str] = field(default_factory=dict)
    calls: list[tuple[int, Effect, int | None, bool]] = field(default_factory=list)
    trouble: list[BotError] = field(default_factory=list)
    last_id: int = 100

    def parts(self, effect: Effect) -> Sequence[Effect]:
        if isinstance(effect, Erase) or len(effect.text.reveal()) <= FITS:
            return [effect]
        text = effect.text.reveal()
        texts = [text[at : at + FITS] for at in range(0, len(text), FITS)]
        parts = [Show(text=Sensitive(one), urgent=effect.urgent) for one in texts]
        return [replace(parts[0], edit=effect.edit), *parts[1:-1], replace(parts[-1], buttons=effect.buttons)]

    async def send(
        self, chat: int, effect: Effect, *, into: int | None = None, urgent: bool = False, enter: Enter | None = None
    ) -> int | None:
        self.calls.append((chat, effect, into, urgent))
        if self.trouble:
            raise self.trouble.pop(0)
        if isinstance(effect, Erase):
            self.messages.pop((chat, effect.message_id), None)
            return None
        text = effect.text.reveal()
        if not text.strip():
            raise DeliveryRefusedError("nothing to show")
        message = effect.edit if into is None else into
        if message is None:
            self.last_id += 1
            message = self.last_id
        elif (chat, message) not in self.messages:
            raise MessageGoneError("deleted")
        self.messages[chat, message] = text
        return message

    async def busy(self, chat: int, *, document: bool = False) -> None: ...

    async def draft(self, chat: int, draft_id: int, text: Sensitive[str]) -> None: ...

    def shown(self, chat: int) -> list[str]:
        """What stands in the chat, without what waits to become an answer."""
        return [text for text in self._of(chat) if text not in PLACEHOLDERS]

    def waiting(self, chat: int) -> int:
        """How many messages stand there that say nothing."""
        return sum(text in PLACEHOLDERS for text in self._of(chat))

    def _of(self, chat: int) -> list[str]:
        return [text for (where, _), text in sorted(self.messages.items()) if where == chat]


class Life:
    """One life of a process: it ends at step *ends_at*, and whatever it still tries then fails as it does itself."""

    def __init__(self, ends_at: int | None = None) -> None:
        self.steps = 0
        self.over = asyncio.Event()
        self._ends_at = ends_at

    async def step(self) -> None:
        self.steps += 1
        if self.steps == self._ends_at:
            self.over.set()
        if self.over.is_set():
            raise asyncio.CancelledError

    def mortal(self, real: Any, *methods: str) -> Any:
        """Give *real* with a step before and after each call of *methods*."""
        return _Mortal(real, self, methods)


class _Mortal:
    def __init__(self, real: Any, life: Life, methods: Sequence[str]) -> None:
        self._real = real
        self._life = life
        self._methods = methods

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._real, name)
        return self._stepping(found) if name in self._methods else found

    def _stepping(self, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
        async def stepping(*args: Any, **kwargs: Any) -> Any:
            await self._life.step()
            result = await call(*args, **kwargs)
            await self._life.step()
            return result

        return stepping
