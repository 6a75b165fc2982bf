"""Posts updates to the bot's webhook as Telegram does: a person's one at a time and in order, again until answered 2xx."""

import asyncio
import ipaddress
import re
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from httpx_aiohttp import AiohttpTransport

from bot.kernel.logs import get_logger
from bot.playground.errors import bad_request

log = get_logger()

_SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (a header's name)
_PATIENCE: Final = 30.0  # seconds for one answer
_FIRST_PAUSE: Final = 0.1  # seconds before the same update is posted again; then twice that, and so on
_LONGEST_PAUSE: Final = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the bot wants its updates."""

    url: str
    secret: str = field(default="", repr=False)
    connections: int = 40


def checked(address: Address) -> Address:
    """Refuse what Telegram would, and every machine but this one: nothing leaves it."""
    parts = urlsplit(address.url)
    try:
        ours = parts.hostname == "localhost" or ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        ours = False
    if parts.scheme not in {"http", "https"} or not ours:
        raise bad_request("bad webhook: the playground posts to this machine only")
    if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", address.secret):
        raise bad_request("secret token contains unallowed characters")
    if not 1 <= address.connections <= 100:  # noqa: PLR2004  (Telegram's bounds)
        raise bad_request("max_connections must be between 1 and 100")
    return address


@dataclass(slots=True)
class _Line:
    """What waits for one person."""

    updates: deque[tuple[int, dict[str, Any]]] = field(default_factory=deque)
    refused: int = 0  # times the first of them


class Courier:
    """Delivers to one address from `start` to `stop`."""

    def __init__(self, address: Address, delivered: Callable[[int], None]) -> None:
        self.address = address
        self.last_error = ""
        self._delivered = delivered
        self._lines: dict[int, _Line] = {}
        self._ready: asyncio.Queue[int] = asyncio.Queue()
        self._running: asyncio.Task[None] | None = None

    def feed(self, person: int, update_id: int, payload: dict[str, Any]) -> None:
        """Take one update to deliver after this person's others."""
        line = self._lines.setdefault(person, _Line())
        line.updates.append((update_id, payload))
        if len(line.updates) == 1:
            self._ready.put_nowait(person)

    def start(self) -> None:
        """Begin to deliver."""
        self._running = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Deliver no more; what is on its way may or may not have arrived, as with any network."""
        if self._running is not None:
            self._running.cancel()
            with suppress(asyncio.CancelledError):
                await self._running

    async def _run(self) -> None:
        transport = AiohttpTransport(limits=httpx.Limits(max_connections=self.address.connections))
        async with httpx.AsyncClient(transport=transport, timeout=_PATIENCE) as client, asyncio.TaskGroup() as group:
            for _ in range(self.address.connections):
                group.create_task(self._carry(client))

    async def _carry(self, client: httpx.AsyncClient) -> None:
        while True:
            person = await self._ready.get()
            line = self._lines[person]
            update_id, payload = line.updates[0]
            self.last_error = await self._post(client, payload)
            if self.last_error:
                pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**line.refused)
                line.refused += 1
                asyncio.get_running_loop().call_later(pause, self._ready.put_nowait, person)
                continue
            self._delivered(update_id)
            line.updates.popleft()
            line.refused = 0
            if line.updates:
                self._ready.put_nowait(person)
            else:
                del self._lines[person]

    async def _post(self, client: httpx.AsyncClient, payload: dict[str, Any]) -> str:
        """Post one update; give what Telegram would say of a failure."""
        headers = {_SECRET_HEADER: self.address.secret} if self.address.secret else {}
        try:
            answer = await client.post(self.address.url, json=payload, headers=headers)
        except httpx.TimeoutException:
            return "Read timeout expired"
        except httpx.HTTPError:
            return "Connection refused"
        except Exception as error:  # a carrier that ended would keep the update for ever
            log.error("update_not_posted", exc_info=error)
            return "Connection failed"
        return "" if answer.is_success else f"Wrong response from the webhook: {answer.status_code}"
