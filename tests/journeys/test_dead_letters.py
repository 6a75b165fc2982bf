"""A message that could not be answered is kept, sealed; erasing a space erases it too."""

from sqlalchemy import insert

from bot.kernel.clock import utc_now
from bot.settings import Settings
from bot.storage.engine import Database, store_url
from bot.storage.schema import work
from bot.storage.work import DeadLetters
from tests.journeys.conftest import House


async def _died(db: Database, key: str, lane: str, space: str) -> None:
    """Leave a dead row, as a turn that failed too often does."""
    row = {"dedupe_key": key, "lane": lane, "space": space, "state": "dead", "payload": b"sealed", "attempts": 5}
    async with db.write() as connection:
        await connection.execute(insert(work).values(row | {"received_at": utc_now(), "done_at": utc_now()}))


async def test_given_dead_letters_when_a_space_is_erased_then_those_of_that_person_and_space_are_gone(
    carnet: House, settings: Settings
) -> None:
    ann, bob = carnet.meet("Ann", "en"), carnet.meet("Bob", "en")
    await ann.say("hello")
    db = Database(store_url(settings, "main"))
    chat, other = ann.persona.id, bob.persona.id
    await _died(db, "a", f"chat:{chat}", "general")
    await _died(db, "b", f"express:{chat}", "general")
    await _died(db, "c", f"chat:{chat}", "health")
    await _died(db, "d", f"chat:{other}", "general")
    dead = DeadLetters(db, utc_now)

    await ann.say("/data")
    await ann.press("Erase")
    assert len(await dead.rows()) == 4
    await ann.press("Yes, erase")
    left = [(row.lane, row.space) for row in await dead.rows()]
    await db.close()

    assert left == [(f"chat:{chat}", "health"), (f"chat:{other}", "general")]
