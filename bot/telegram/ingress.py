"""Where every update comes in, polled or posted: committed before it is acknowledged, and a press answered at once.

What cannot be understood is accepted as nothing: coming again, it would fail again and block everyone behind it.
"""

import asyncio
import json
from collections import OrderedDict
from collections.abc import Coroutine
from typing import Any, Final

from telegram import Bot, Update
from telegram.error import TelegramError

from bot.chat.model import Arrival
from bot.chat.ports import NotAcceptedError, Reception
from bot.kernel.clock import Clock
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.telegram.intake import parse

log = get_logger()

TRIES: Final = 5
ALLOWED: Final = (Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY)
_COUNTED: Final = 1000  # failing updates whose tries are counted


class Ingress:
    """Hands every update to `Reception`; nothing ever waits in memory. Fulfils `Inlet`."""

    def __init__(self, bot: Bot, reception: Reception, *, clock: Clock) -> None:
        self._bot = bot
        self._reception = reception
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed: OrderedDict[str, int] = OrderedDict()  # tries, by key

    async def post(self, body: bytes) -> None:
        """Take an update as Telegram posts it."""
        try:
            update = Update.de_json(json.loads(body), self._bot)
        except Exception as error:
            # Whatever it is, it is no update. Its content is nobody's business here.
            log.error("update_unreadable", exc_info=error)
            return
        await self.take(update)

    async def take(self, update: Update) -> None:
        """Commit *update* before returning; `NotAcceptedError` when it must come again."""
        arrival = self._parse(update)
        if arrival is None:
            return
        try:
            # Shielded: whoever brings it may give up, and a commit half done helps nobody. `settle` waits for it.
            await asyncio.shield(self._start(self._reception.receive(arrival)))
        except Exception as error:
            log.error("arrival_not_stored", kind=arrival.kind, exc_info=error)
            if not isinstance(error, BotError) and self._hopeless(arrival.key):
                # A defect of ours that this update meets every time must not keep everyone behind it waiting.
                log.error("arrival_dropped", kind=arrival.kind)
                return
            raise NotAcceptedError("arrival not stored") from None
        self._failed.pop(arrival.key, None)
        if update.callback_query is not None:
            # Here rather than in the lane: Telegram lets a press be answered for about 150 seconds only.
            self._start(self._answer(update.callback_query.id))

    async def settle(self) -> None:
        """Wait for what was begun."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _hopeless(self, key: str) -> bool:
        tries = self._failed[key] = self._failed.pop(key, 0) + 1
        if len(self._failed) > _COUNTED:
            self._failed.popitem(last=False)
        return tries >= TRIES

    def _parse(self, update: Update) -> Arrival | None:
        try:
            return parse(update, bot=self._bot.id, now=self._clock())
        except Exception as error:
            log.error("update_not_understood", exc_info=error)
            return None

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _answer(self, query_id: str) -> None:
        try:
            await self._bot.answer_callback_query(query_id)
        except TelegramError as error:
            log.info("press_not_answered", error=type(error).__name__)
