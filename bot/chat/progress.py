"""What a person sees while Carnet works: a typing indicator, one passing note, a streaming preview."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from bot.chat.model import HEALTH_MARK, Show, Space, Turn
from bot.chat.ports import Delivery
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive

log = get_logger()

PATIENCE = 0.4  # seconds before a typing indicator is worth a request
REPEAT = 4.0  # seconds; Telegram shows an indicator for five


class ShownProgress:
    """Fulfils `Progress` for one turn. Passing by nature: nothing of it is durable."""

    def __init__(self, delivery: Delivery, turn: Turn) -> None:
        self._delivery = delivery
        self._turn = turn
        self.message_id: int | None = None

    async def note(self, text: Sensitive[str]) -> None:
        """Show or update one passing message; a failure costs the note, not the answer."""
        mark = f"{HEALTH_MARK} " if self._turn.space is Space.HEALTH else ""
        effect = Show(text=Sensitive(mark + text.reveal()), edit=self.message_id)
        try:
            self.message_id = await self._delivery.send(self._turn.arrival.chat, effect) or self.message_id
        except BotError as error:
            log.info("note_not_shown", turn=self._turn.id, exc_info=error)

    async def draft(self, text: Sensitive[str]) -> None:
        """Show a streaming preview of the answer."""
        await self._delivery.draft(self._turn.arrival.chat, int(self._turn.id) % 2**31 or 1, text)


@contextlib.asynccontextmanager
async def keep_busy(delivery: Delivery, turn: Turn) -> AsyncIterator[None]:
    """Show that we work, from a short moment in until the answer is ready."""

    async def show() -> None:
        await asyncio.sleep(PATIENCE)
        while True:
            await delivery.busy(turn.arrival.chat, document=turn.arrival.kind == "upload")
            await asyncio.sleep(REPEAT)

    task = asyncio.create_task(show())
    try:
        yield
    finally:
        task.cancel()
