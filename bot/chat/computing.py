"""Works answers out: lets the space answer, within a time, and gives up what a card has made void meanwhile."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.chat.model import HEALTH_MARK, Effect, Show, Space, Turn
from bot.chat.ports import Progress, SpaceHandler
from bot.chat.sent import sent_file
from bot.i18n import say
from bot.kernel.errors import BotError, StoreError
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive

log = get_logger()

LONGEST_TURN: Final = 180.0  # seconds a space may take; without an end, its chat would wait for ever


@dataclass(slots=True)
class _Computing:
    """An answer being worked out, and whether it was given up."""

    work: int
    task: asyncio.Task[Sequence[Effect]]
    given_up: bool = False


class Computing:
    """The answers being worked out in this process, one a lane. *card_out* waits until a chat's card has been sent."""

    def __init__(
        self,
        spaces: Mapping[Space, SpaceHandler],
        *,
        card_out: Callable[[int], Awaitable[None]],
        longest_file: float = LONGEST_TURN,
    ) -> None:
        """Give a file from the upload page *longest_file* seconds."""
        self._spaces = spaces
        self._card_out = card_out
        self._longest_file = longest_file
        self._running: dict[str, _Computing] = {}

    def give_up(self, lane: str, before: int) -> None:
        """Give up the answer being worked out in *lane*, if it is to a message older than row *before*."""
        computing = self._running.get(lane)
        if computing is not None and computing.work < before:
            computing.given_up = True
            computing.task.cancel()

    async def answer(self, lane: str, work: int, turn: Turn, progress: Progress) -> Sequence[Effect]:
        """Let the space answer, unless a card makes that void meanwhile. What changes data is never broken off."""
        question = turn.arrival.kind == "text" or turn.arrival.command == "health"
        if not question or (turn.alarm is not None and turn.alarm.stops):
            return await self._handle(turn, progress)
        computing = _Computing(work, asyncio.create_task(self._handle(turn, progress)))
        self._running[lane] = computing
        try:
            return await computing.task
        except asyncio.CancelledError:
            if not computing.given_up:
                raise  # this process is stopping: the row is claimed again
        finally:
            if self._running.get(lane) is computing:  # a lane lost for a moment may have come back to this very process
                del self._running[lane]
        log.info("turn_given_up", turn=turn.id, space=turn.space)
        await self._card_out(turn.arrival.chat)
        return [_sentence(turn, "cards.interrupted")]

    async def _handle(self, turn: Turn, progress: Progress) -> Sequence[Effect]:
        """Run the space; a refusal it raised becomes the sentence that says what to do."""
        longest = LONGEST_TURN if sent_file(turn.arrival.upload) is None else self._longest_file
        try:
            async with asyncio.timeout(longest):
                return await self._spaces[turn.space].handle(turn, progress)
        except TimeoutError:
            log.error("turn_too_slow", turn=turn.id, space=turn.space)
            return [_sentence(turn, "errors.too_slow")]
        except StoreError:
            raise  # our own database, for a while: the row is tried again, and what was asked is answered
        except BotError as error:
            if error.reply == BotError.reply:
                raise
            log.info("turn_refused", turn=turn.id, space=turn.space, exc_info=error)
            return [_sentence(turn, error.reply)]


def _sentence(turn: Turn, key: str) -> Show:
    mark = f"{HEALTH_MARK} " if turn.space is Space.HEALTH else ""
    return Show(text=Sensitive(mark + say(turn.language, key)))
