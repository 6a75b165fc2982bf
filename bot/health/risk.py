"""What Health remembers of a crisis for three days, sealed: that it showed, when, how grave, by which rule; no words.

So that a crisis told over several messages, or come back to the next day, is not met as if it were new. It goes with
the person's other data when they erase it, and by itself after its time.
"""

from datetime import timedelta
from typing import Final, Protocol
from uuid import uuid5

from sqlalchemy import delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.chat.memory import Memory, Said
from bot.chat.model import Alarm, Turn
from bot.chat.ports import Lately
from bot.chat.recent import MOST, WINDOW
from bot.health.store import schema
from bot.health.vault import Vault
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId
from bot.kernel.sensitive import Sensitive
from bot.storage.engine import Database

LIFE: Final = timedelta(hours=72)


class Door(Protocol):
    """Says whether someone is in the Health space."""

    async def inside(self, person: PersonId) -> bool: ...


class RiskState:
    """The crises a person showed lately."""

    def __init__(self, db: Database, vault: Vault, clock: Clock) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock

    async def note(self, turn: Turn, alarm: Alarm) -> None:
        """Keep that *turn* raised *alarm*; the same turn replayed is kept once."""
        row = uuid5(turn.person, turn.id)
        signal = {
            "at": turn.arrival.at.isoformat(),
            "level": alarm.level,
            "category": alarm.category,
            "rule": alarm.rule,
        }
        body = await self._vault.seal_json(turn.person, schema.risk_state, row, signal)
        dialect = sqlite if self._db.dialect == "sqlite" else postgresql
        kept = dialect.insert(schema.risk_state).values(
            id=row, person_id=turn.person, body=body, expires_at=turn.arrival.at + LIFE
        )
        async with self._db.write() as connection:
            await connection.execute(kept.on_conflict_do_nothing())

    async def at_risk(self, person: PersonId) -> bool:
        """Say whether a crisis showed within the last three days."""
        mine = (schema.risk_state.c.person_id == person, schema.risk_state.c.expires_at > self._clock())
        async with self._db.read() as connection:
            count = select(func.count()).select_from(schema.risk_state).where(*mine)
            return bool((await connection.execute(count)).scalar_one())

    async def forget_expired(self) -> int:
        """Delete what has had its time; gives how many."""
        async with self._db.write() as connection:
            old = delete(schema.risk_state).where(schema.risk_state.c.expires_at <= self._clock())
            return (await connection.execute(old)).rowcount


class HealthWatch:
    """Fulfils `Watch` for the Health space. Someone who is not in leaves no trace here, whatever they wrote."""

    def __init__(self, *, door: Door, memory: Memory, risk: RiskState) -> None:
        self._door = door
        self._memory = memory
        self._risk = risk

    async def lately(self, turn: Turn) -> Lately:
        """Give the last minutes of the conversation here, and whether a crisis showed in the last days."""
        if not await self._door.inside(turn.person):
            return Lately()
        said = await self._memory.said_since(turn.person, turn.arrival.at - WINDOW, but=turn.id, most=MOST)
        return Lately(said=said, risk=await self._risk.at_risk(turn.person))

    async def remember(self, turn: Turn, alarm: Alarm, answer: Sensitive[str]) -> None:
        """Keep what was said, the card, and a crisis as a signal."""
        if not await self._door.inside(turn.person):
            return
        if alarm.crisis:
            await self._risk.note(turn, alarm)
        said = [Said(role="assistant", text=answer)]
        if turn.arrival.kind != "button":
            said.insert(0, Said(role="user", text=turn.arrival.text))
        await self._memory.remember(turn.person, turn.id, said)
