"""Pressed buttons waiting for the bot's answer; Telegram forgets them after about 150 seconds."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.kernel.clock import Clock
from bot.playground.conversation import Conversation
from bot.playground.errors import bad_request

_LIFE: Final = timedelta(seconds=150)
_KEPT: Final = 10_000


@dataclass(frozen=True, slots=True)
class Notice:
    """What answerCallbackQuery shows: a passing note, or an alert to dismiss; often nothing."""

    text: str = field(repr=False)
    alert: bool


@dataclass(slots=True)
class _Query:
    talk: Conversation
    at: datetime
    answer: Notice | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)


class Queries:
    """Callback queries by id; each is answered once."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: OrderedDict[str, _Query] = OrderedDict()

    def ask(self, query_id: str, talk: Conversation) -> None:
        """Wait for the bot's answer to a button pressed in *talk*."""
        self._open[query_id] = _Query(talk, self._clock())
        if len(self._open) > _KEPT:
            self._open.popitem(last=False)

    def answer(self, query_id: str, notice: Notice) -> None:
        """Show the bot's answer; 400 when it comes too late or twice."""
        query = self._open.get(query_id)
        if query is None or query.answer is not None or self._clock() - query.at > _LIFE:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        query.answer = notice
        query.answered.set()
        if notice.text:
            query.talk.tell("notice", text=notice.text, alert=notice.alert)

    async def outcome(self, query_id: str, *, within: float) -> Notice | None:
        """Wait for the answer, at most *within* seconds; None when there was none."""
        query = self._open[query_id]
        try:
            async with asyncio.timeout(within):
                await query.answered.wait()
        except TimeoutError:
            return None
        return query.answer
