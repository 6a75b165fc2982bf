"""The queue whose `put` commits: an update is acknowledged to Telegram only once it is stored.

The library confirms a batch when every `put` has returned. An error it does not know would end polling silently, so
all of them leave here as `NetworkError`: the same batch comes again, with the offset unmoved.
"""

import asyncio

from telegram import Update
from telegram.error import NetworkError

from bot.chat.ports import NotAcceptedError
from bot.telegram.ingress import Ingress


class DurableQueue(asyncio.Queue[object]):
    """Hands every polled update to the ingress; nothing ever waits in it."""

    def __init__(self, ingress: Ingress) -> None:
        super().__init__()
        self._ingress = ingress

    async def put(self, item: object) -> None:
        """Commit *item*, an update, before returning."""
        if isinstance(item, Update):
            try:
                await self._ingress.take(item)
            except NotAcceptedError as error:
                raise NetworkError(f"{error}") from None
