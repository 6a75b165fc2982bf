"""After an erasure and the rebuilding of the file, no byte of it names the member."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from rollout import Rollout, upgrade
from rollout.__main__ import engine_at


def bytes_on_disk(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


async def test_given_members_among_many_when_erased_then_no_byte_of_the_files_names_them(tmp_path: Path) -> None:
    file = tmp_path / "rollout.db"
    async with engine_at(f"sqlite+aiosqlite:///{file}") as engine:
        rollout = Rollout(begin=engine.begin, read=engine.begin, clock=lambda: datetime.now(UTC))
        async with engine.begin() as connection:
            await connection.run_sync(upgrade)
        await rollout.open_waitlist(capacity=100)
        for number in range(200):  # enough for pages to split
            member = f"canary-{number:04d}"
            await rollout.join(member, strata={"lang": "fr"}, notify=False)
            if number % 2:
                await rollout.admit(member, by="alice", reason=f"asked by {member}")
                await rollout.accept(member, "v1")
            if number % 6 == 3:
                await rollout.revoke(member, by="alice", reason=f"left, {member}")
        gone = [f"canary-{number:04d}" for number in range(0, 200, 3)]

        for member in gone:
            await rollout.erase(member)
    with closing(sqlite3.connect(file)) as host:
        host.execute("VACUUM")

    raw = bytes_on_disk(tmp_path)
    assert b"canary-0005" in raw
    assert [member for member in gone if member.encode() in raw] == []
