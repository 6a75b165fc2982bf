"""What a person sees while Carnet works: a message that waits to become the answer, notes in it, a typing indicator.

The waiting message's id is committed as soon as there is one, so that a crash goes on with it instead of leaving it.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Final, Protocol

from bot.chat.model import HEALTH_MARK, Show, Space, Turn
from bot.chat.ports import Delivery, Enter, MessageGoneError
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive

log = get_logger()

PATIENCE = 0.4  # seconds before a waiting message and a typing indicator are worth a request
REPEAT = 4.0  # seconds; Telegram shows an indicator for five

_WAITING: Final = "…"


def placeholder(space: Space) -> str:
    """Give what a message says that waits to become an answer."""
    return f"{HEALTH_MARK} {_WAITING}" if space is Space.HEALTH else _WAITING


PLACEHOLDERS: Final = frozenset(placeholder(space) for space in Space)


class SendShow(Protocol):
    """Sends one message; *into* is the message it goes into, if there is one already."""

    async def __call__(self, effect: Show, /, *, into: int | None = None, enter: Enter | None = None) -> int | None: ...


Keep = Callable[[int], Awaitable[None]]
Visit = Callable[[], contextlib.AbstractAsyncContextManager[Enter]]  # of the door


class ShownProgress:
    """Fulfils `Progress` for one turn, over one message: a failure costs what is passing, never the answer."""

    def __init__(
        self, delivery: Delivery, turn: Turn, *, send: SendShow, keep: Keep, visit: Visit, message_id: int | None
    ) -> None:
        self.message_id = message_id
        self._delivery = delivery
        self._turn = turn
        self._send = send
        self._keep = keep
        self._visit = visit
        self._one = asyncio.Lock()  # a note while the waiting message is on its way goes into it, not beside it
        self._over = asyncio.Event()
        self._showing: asyncio.Task[None] | None = None

    async def note(self, text: Sensitive[str]) -> None:
        """Show or update one passing message."""
        mark = f"{HEALTH_MARK} " if self._turn.space is Space.HEALTH else ""
        await self._put(Show(text=Sensitive(mark + text.reveal())))

    async def draft(self, text: Sensitive[str]) -> None:
        """Show a streaming preview of the answer."""
        await self._delivery.draft(self._turn.arrival.chat, int(self._turn.id) % 2**31 or 1, text)

    @contextlib.asynccontextmanager
    async def shown(self, *, waiting: bool) -> AsyncIterator[None]:
        """Show that we work, from a short moment in until the block ends; with a *waiting* message or without."""

        def begin() -> None:
            self._showing = asyncio.create_task(self._show(waiting=waiting))

        soon = asyncio.get_running_loop().call_later(PATIENCE, begin)
        try:
            yield
        except asyncio.CancelledError:
            if self._showing is not None:
                self._showing.cancel()  # this process stops: nothing is waited for
            raise
        finally:
            soon.cancel()
            self._over.set()
            if self._showing is not None:
                # Not cancelled: a message on its way would be left behind, unknown to us.
                await asyncio.gather(self._showing, return_exceptions=True)

    async def _show(self, *, waiting: bool) -> None:
        if waiting:
            await self._put(None)
        while not self._over.is_set():
            await self._delivery.busy(self._turn.arrival.chat, document=self._turn.arrival.kind == "upload")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(REPEAT):
                    await self._over.wait()

    async def _put(self, note: Show | None) -> None:
        """Have a message that waits, and *note* in it."""
        async with self._one:
            try:
                if self.message_id is None:
                    await self._wait_in_chat()
                if note is not None:
                    await self._write(note)
            except BotError as error:
                log.info("progress_not_shown", turn=self._turn.id, exc_info=error)

    async def _write(self, note: Show) -> None:
        try:
            await self._send(note, into=self.message_id)
        except MessageGoneError:
            await self._wait_in_chat()
            await self._send(note, into=self.message_id)

    async def _wait_in_chat(self) -> None:
        # Even for a note: should we end before its id is committed, what is left in the chat says nothing.
        async with self._visit() as enter:
            waiting = Show(text=Sensitive(placeholder(self._turn.space)))
            self.message_id = await self._send(waiting, enter=enter)
            if self.message_id is not None:
                await self._keep(self.message_id)
