"""How many model tokens each pseudonym used today: counts only, not linked to a person's row."""

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.kernel.clock import Clock
from bot.settings import LlmSettings
from bot.storage.engine import Database
from bot.storage.schema import model_usage as table


class Usage:
    """Fulfils the model client's `UsageMeter`."""

    def __init__(self, db: Database, clock: Clock, llm: LlmSettings) -> None:
        self._db = db
        self._clock = clock
        self._allowance = llm.daily_tokens

    async def allowed(self, person: str) -> bool:
        """Say whether *person* (a pseudonym) has tokens left today; 0 in the settings means no limit."""
        if not self._allowance:
            return True
        used = select(table.c.tokens_in + table.c.tokens_out).where(
            table.c.pseudonym == person, table.c.day == self._clock().date()
        )
        async with self._db.read() as connection:
            return ((await connection.execute(used)).scalar_one_or_none() or 0) < self._allowance

    async def add(self, person: str, tokens_in: int, tokens_out: int) -> None:
        """Add to today's count."""
        dialect = sqlite if self._db.dialect == "sqlite" else postgresql
        row = dialect.insert(table).values(
            pseudonym=person, day=self._clock().date(), tokens_in=tokens_in, tokens_out=tokens_out
        )
        adding = row.on_conflict_do_update(
            index_elements=["pseudonym", "day"],
            set_={
                "tokens_in": table.c.tokens_in + row.excluded.tokens_in,
                "tokens_out": table.c.tokens_out + row.excluded.tokens_out,
            },
        )
        async with self._db.write() as connection:
            await connection.execute(adding)

    async def forget(self, *, older: timedelta) -> int:
        """Forget the counts of days gone by for that long; gives how many."""
        day = (self._clock() - older).date()
        async with self._db.write() as connection:
            return (await connection.execute(delete(table).where(table.c.day < day))).rowcount
