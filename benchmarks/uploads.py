"""A large file through the upload page, and back out as Health's worker reads it: how quick, and in how much memory.

`python -m benchmarks.uploads --gigabytes 2`. Each side is a process of its own, and tells its own peak.
"""

import argparse
import asyncio
import hashlib
import json
import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from bot.crypto import new_pair
from bot.kernel import logs
from bot.kernel.clock import utc_now
from bot.kernel.ids import PersonId, new_id
from bot.storage.engine import Database
from bot.storage.schema import person
from bot.storage.uploads import CHUNK, SealedFolder, Ticket, Tickets, open_head
from bot.web import Receiver, UploadLimits, serving, upload_app

_CLIENT = "the-page-of-this-benchmark"
_MOST = 10_000_000_000


def _peak() -> float:
    """Megabytes this process ever held at once; not `getrusage`, which counts those of whoever started it."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) * 1024 / 1e6


async def _made(folder: Path) -> None:
    from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade  # noqa: PLC0415  (here only: it weighs)

    db = Database(f"sqlite+aiosqlite:///{folder / 'main.db'}")
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    await db.close()


async def _serve(pipe: Connection, folder: Path, public: bytes) -> None:
    logs.configure("ERROR")
    db = Database(f"sqlite+aiosqlite:///{folder / 'main.db'}")
    someone, now = PersonId(new_id()), utc_now()
    values = {"id": someone, "telegram_id": 1, "chat_id": 1, "language": "en", "created_at": now, "seen_at": now}
    async with db.write() as connection:
        await connection.execute(insert(person).values(values))
    tickets = Tickets(db, utc_now, life=timedelta(hours=1))

    async def hand_over(ticket: Ticket) -> None:
        await tickets.handed(ticket.id)

    async def is_user(_: PersonId, __: int) -> bool:
        return True

    receiver = Receiver(
        tickets=tickets,
        folder=SealedFolder(folder / "uploads"),
        public_key=public,
        hand_over=hand_over,
        is_user=is_user,
        max_bytes=_MOST,
    )
    limits = UploadLimits(requests_per_second=10_000, refusals_per_minute=60)
    app = upload_app(receiver, bot_token="1:a", limits=limits, clock=utc_now, default_language="en")  # noqa: S106
    token, _ = await tickets.issue(someone)
    async with serving(app, host="127.0.0.1", port=0) as port:
        pipe.send((port, token.hex(), _peak()))
        await asyncio.to_thread(pipe.recv)
        ticket = await tickets.find(token)
        pipe.send((_peak(), time.process_time(), ticket and (str(ticket.id), ticket.head)))
    await db.close()


async def _read(pipe: Connection, folder: Path, private: bytes, file: Any, sealed: bytes) -> None:
    from bot.health.sent import SealedFeed  # noqa: PLC0415  (a process that serves the page has none of it)

    head = open_head(private, file, sealed)
    before, started = _peak(), time.monotonic()
    feed = SealedFeed(SealedFolder(folder / "uploads"), head.key, head.size)
    size = 0
    async for chunk in feed.chunks():
        size += len(chunk)
    pipe.send((size, await feed.digest(), time.monotonic() - started, time.process_time(), before, _peak()))


def _child(work: Callable[..., Any], *args: Any) -> None:
    asyncio.run(work(*args))


def _send(port: int, token: str, size: int) -> tuple[str, float]:
    """Send *size* bytes as the page does; give their digest and the seconds it took."""
    http, digest, block = HTTPConnection("127.0.0.1", port, timeout=60), hashlib.sha256(), os.urandom(CHUNK)
    headers = {"Authorization": f"Bearer {token}"}
    http.request("POST", "/upload/begin", json.dumps({"client": _CLIENT, "name": "x", "size": size}), headers)
    http.getresponse().read()
    started = time.monotonic()
    for at in range(0, size, CHUNK):
        data = (at.to_bytes(8, "big") + block)[: min(CHUNK, size - at)]
        digest.update(data)
        own = {"Upload-Client": _CLIENT, "Upload-Offset": str(at)}
        http.request("PUT", "/upload/chunk", data, headers | own)
        answer = http.getresponse()
        said = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{answer.status} {said!r}")
    return digest.hexdigest(), time.monotonic() - started


def main() -> None:
    """Measure and print one JSON line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--folder", type=Path, default=None, help="where the sealed file goes; a temporary one if not")
    asked = parser.parse_args()
    size = int(asked.gigabytes * 1e9)
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder, (private, public) = Path(name), new_pair()
        asyncio.run(_made(folder))
        mine, theirs = spawn.Pipe()
        server = spawn.Process(target=_child, args=(_serve, theirs, folder, public))
        server.start()
        port, token, idle = mine.recv()
        digest, seconds = _send(port, token, size)
        mine.send("done")
        peak, cpu, (file, head) = mine.recv()
        server.join()
        reader = spawn.Process(target=_child, args=(_read, theirs, folder, private, UUID(file), head))
        reader.start()
        read, again, read_seconds, read_cpu, read_idle, read_peak = mine.recv()
        reader.join()
    print(
        json.dumps(
            {
                "bytes": size,
                "same": (read, again) == (size, digest),
                "receive": {"seconds": round(seconds, 1), "MB/s": round(size / 1e6 / seconds, 1), "cpu_s": round(cpu, 1), "idle_MB": round(idle, 1), "peak_MB": round(peak, 1)},
                "read": {"seconds": round(read_seconds, 1), "cpu_s": round(read_cpu, 1), "idle_MB": round(read_idle, 1), "peak_MB": round(read_peak, 1)},
            }
        )
    )  # fmt: skip


if __name__ == "__main__":
    main()
