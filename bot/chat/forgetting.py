"""What could not be answered is forgotten with the rest, when a person erases a space: it is kept sealed otherwise."""

from collections.abc import Sequence
from typing import Final

from bot.chat.model import Effect, Space, Turn
from bot.chat.ports import Progress, SpaceHandler
from bot.chat.reception import chat_lane, express_lane
from bot.storage.work import DeadLetters

_ERASES: Final = {Space.GENERAL: "g:erase:yes", Space.HEALTH: "h:erase:yes"}


class Forgetting:
    """Fulfils `SpaceHandler` over another one."""

    def __init__(self, space: SpaceHandler, *, dead: DeadLetters) -> None:
        self._space = space
        self._dead = dead

    async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        """Let the space answer; once it has erased what it holds, drop its dead letters of this chat."""
        effects = await self._space.handle(turn, show)
        if turn.arrival.button == _ERASES[turn.space]:
            chat = turn.arrival.chat
            await self._dead.forget([chat_lane(chat), express_lane(chat)], space=turn.space)
        return effects
