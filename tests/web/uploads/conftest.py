"""The upload page over real HTTP, with the store and the folder behind it; the queue is a list."""

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import insert

from bot.crypto import new_pair
from bot.kernel.errors import StoreError
from bot.kernel.ids import PersonId, new_id
from bot.storage.engine import Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.schema import person
from bot.storage.uploads import CHUNK, SealedFolder, Ticket, Tickets, open_head
from bot.web import Receiver, UploadLimits, serving, upload_app

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
TOKEN = "123456:a-bot-s-token"
CLIENT = "the-page-of-this-test"
MOST = 10 * CHUNK
USER = 4711


@dataclass
class Stage:
    """One server, and what is behind it."""

    base: str
    db: Database
    tickets: Tickets
    folder: SealedFolder
    path: Path
    private: bytes
    person: PersonId
    http: httpx.AsyncClient
    handed: list[UUID] = field(default_factory=list)
    fails: list[Exception] = field(default_factory=list)
    now: datetime = NOW

    async def hand_over(self, ticket: Ticket) -> None:
        if self.fails:
            raise self.fails.pop()
        self.handed.append(ticket.id)
        await self.tickets.handed(ticket.id)

    async def link(self) -> str:
        token, _ = await self.tickets.issue(self.person)
        return token.hex()

    async def ask(self, token: str, path: str, method: str = "GET", **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} | more.pop("headers", {})
        return await self.http.request(method, f"{self.base}/upload/{path}", headers=headers, **more)

    async def begin(self, token: str, size: int, name: str = "export.zip", **more: Any) -> httpx.Response:
        said = {"client": CLIENT, "name": name, "size": size} | more
        return await self.ask(token, "begin", "POST", json=said)

    async def put(self, token: str, offset: int, data: bytes, client: str = CLIENT) -> httpx.Response:
        headers = {"Upload-Client": client, "Upload-Offset": str(offset)}
        return await self.ask(token, "chunk", "PUT", content=data, headers=headers)

    async def send(self, token: str, data: bytes, name: str = "export.zip") -> None:
        """Send all of *data*, as the page does."""
        answer = (await self.begin(token, len(data), name)).json()
        while answer["received"] < len(data):
            at = answer["received"]
            said = await self.put(token, at, data[at : at + CHUNK])
            assert said.status_code == 200, said.text
            answer = said.json()

    async def opened(self, token: str) -> bytes:
        """What Health's workers read of it."""
        ticket = await self.tickets.find(bytes.fromhex(token))
        assert ticket is not None
        assert ticket.head is not None
        head = open_head(self.private, ticket.id, ticket.head)
        return b"".join([chunk async for chunk in self.folder.chunks(head.key, head.size)])


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'main.db'}")
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    someone = PersonId(new_id())
    values = {"id": someone, "telegram_id": USER, "chat_id": USER, "language": "en", "created_at": NOW, "seen_at": NOW}
    async with db.write() as connection:
        await connection.execute(insert(person).values(values))
    private, public = new_pair()
    path = tmp_path / "uploads"
    folder = SealedFolder(path)

    def clock() -> datetime:
        return shown.now

    tickets = Tickets(db, clock, life=timedelta(hours=1))
    async with httpx.AsyncClient(timeout=30) as http:
        shown = Stage("", db, tickets, folder, path, private, someone, http)

        async def is_user(who: PersonId, user: int) -> bool:
            return (who, user) == (someone, USER)

        receiver = Receiver(
            tickets=tickets,
            folder=folder,
            public_key=public,
            hand_over=shown.hand_over,
            is_user=is_user,
            max_bytes=MOST,
        )
        app = upload_app(
            receiver,
            bot_token=TOKEN,
            limits=UploadLimits(refusals_per_minute=10),
            clock=clock,
            default_language="en",
        )
        async with serving(app, host="127.0.0.1", port=0) as port:
            shown.base = f"http://127.0.0.1:{port}"
            yield shown
    await db.close()


@pytest.fixture
def data() -> bytes:
    return os.urandom(3 * CHUNK + 1234)


def later() -> StoreError:
    return StoreError("CANARY")
