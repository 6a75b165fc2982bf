"""A process that starts and brings a database to its newest schema, as any number of them may at once."""

import asyncio
import sys
from pathlib import Path

from bot.storage.engine import Database
from bot.storage.migrate import upgrade


async def main(url: str, scripts: str) -> None:
    db = Database(url)
    await upgrade(db, Path(scripts), version_table="other_version")
    await db.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
