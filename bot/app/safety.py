"""A safety reviewer's desk: the register, and the one exchange a person shared with it, every reading written down."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

from bot.app.stores import Stores, open_stores
from bot.chat.memory import Memory, Said
from bot.chat.model import Space
from bot.guardrails.register import Register, ReportError
from bot.health.opening import conversation
from bot.kernel.clock import Clock
from bot.kernel.errors import BotError
from bot.settings import Settings
from bot.storage.schema import general_memory, general_turn
from bot.storage.sealing import Sealer


class ReviewerError(BotError):
    """Whoever asks does not hold the role of safety reviewer."""


class SafetyDesk:
    """What one reviewer may do."""

    def __init__(self, stores: Stores, clock: Clock, *, reviewer: str) -> None:
        self._stores = stores
        self._clock = clock
        self._reviewer = reviewer
        self.register = Register(stores.main, clock)

    async def read(self, report: UUID) -> Sequence[Said]:
        """Give the shared exchange; a `ReportError` when it was not shared, or is gone."""
        entry = await self.register.get(report)
        if not entry.shared or entry.person is None or entry.turn is None:
            raise ReportError("the person did not share that exchange")
        await self.register.opened(report, by=self._reviewer)  # before it is read: no reading goes unwritten
        said = await self._memory(Space(entry.space)).exchange(entry.person, entry.turn)
        if not said:
            raise ReportError("the person has erased that exchange")
        return said

    def _memory(self, space: Space) -> Memory:
        if space is Space.HEALTH:
            return conversation(self._stores.health, self._stores.health_keys, self._clock)
        sealer = Sealer(self._stores.main_keys)
        return Memory(self._stores.main, sealer, self._clock, turns=general_turn, notes=general_memory)


@asynccontextmanager
async def safety_desk(settings: Settings, clock: Clock, *, reviewer: str) -> AsyncIterator[SafetyDesk]:
    """Open the desk for *reviewer*, who must be named in the settings."""
    if reviewer not in settings.safety.named:
        raise ReviewerError("not a safety reviewer: an operator names them in CARNET_SAFETY__REVIEWERS")
    async with open_stores(settings, clock) as stores:
        yield SafetyDesk(stores, clock, reviewer=reviewer)


async def file_missed(settings: Settings, clock: Clock, items: Sequence[str]) -> int:
    """Put what an evaluation saw misjudged into the register; give how many were not there yet."""
    async with open_stores(settings, clock) as stores:
        return await Register(stores.main, clock).missed(items)
