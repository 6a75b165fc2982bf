"""The queue whose `put` commits: an update is acknowledged to Telegram only once it is stored.

The library confirms a batch when every `put` has returned. An error it does not know would end polling silently, so
all of them leave here as `NetworkError`: the same batch comes again, with the offset unmoved.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, Final

from telegram import Bot, Update
from telegram.error import NetworkError, TelegramError

from bot.chat.model import Arrival
from bot.chat.ports import Reception
from bot.kernel.clock import Clock
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.telegram.intake import parse

log = get_logger()

TRIES: Final = 5


class DurableQueue(asyncio.Queue[object]):
    """Hands every update to `Reception`; nothing ever waits in memory."""

    def __init__(self, bot: Bot, reception: Reception, *, clock: Clock) -> None:
        super().__init__()
        self._bot = bot
        self._reception = reception
        self._clock = clock
        self._tasks: set[asyncio.Task[None]] = set()
        self._failing: tuple[str, int] = ("", 0)

    async def put(self, item: object) -> None:
        """Commit *item*, an update, before returning."""
        if not isinstance(item, Update):
            return
        arrival = self._parse(item)
        if arrival is None:
            return
        try:
            # Shielded: stopping cancels `put`, and a commit half done helps nobody. `settle` waits for it.
            await asyncio.shield(self._start(self._reception.receive(arrival)))
        except Exception as error:
            log.error("arrival_not_stored", kind=arrival.kind, exc_info=error)
            if not isinstance(error, BotError) and self._hopeless(arrival.key):
                # A defect of ours that this update meets every time must not keep everyone behind it waiting.
                log.error("arrival_dropped", kind=arrival.kind)
                return
            raise NetworkError("arrival not stored") from None
        if item.callback_query is not None:
            # Here rather than in the lane: Telegram lets a press be answered for about 150 seconds only.
            self._start(self._answer(item.callback_query.id))

    def _hopeless(self, key: str) -> bool:
        """Count the tries of the one update that fails now; the batch stops at it, so there is only ever one."""
        self._failing = (key, self._failing[1] + 1 if self._failing[0] == key else 1)
        return self._failing[1] >= TRIES

    async def settle(self) -> None:
        """Wait for what `put` started."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _parse(self, update: Update) -> Arrival | None:
        try:
            return parse(update, bot=self._bot.id, now=self._clock())
        except Exception as error:
            # Accepted as nothing: coming again, it would fail again and block everyone behind it.
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
