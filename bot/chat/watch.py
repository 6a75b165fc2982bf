"""The general space's memory as the guard-rail uses it: the last minutes, and nothing kept of any risk."""

from bot.chat.memory import Memory, Said
from bot.chat.model import Alarm, Turn
from bot.chat.ports import Lately
from bot.chat.recent import MOST, WINDOW
from bot.kernel.sensitive import Sensitive


class MemoryWatch:
    """Fulfils `Watch` by the conversation alone."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    async def lately(self, turn: Turn) -> Lately:
        """Give what the person said in the last minutes."""
        said = await self._memory.said_since(turn.person, turn.arrival.at - WINDOW, but=turn.id, most=MOST)
        return Lately(said=said)

    async def remember(self, turn: Turn, alarm: Alarm, answer: Sensitive[str]) -> None:  # noqa: ARG002  (a risk is not kept here)
        """Keep what was said and the card."""
        said = [Said(role="assistant", text=answer)]
        if turn.arrival.kind != "button":
            said.insert(0, Said(role="user", text=turn.arrival.text))
        await self._memory.remember(turn.person, turn.id, said)
