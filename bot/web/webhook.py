"""Telegram's webhook: an update is answered 200 once it is committed, and 503 when it must come again.

Whoever does not know the secret is told so before a byte of their body is read. Nothing of a body, an address or a
secret is logged.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.chat.ports import Inlet, NotAcceptedError
from bot.kernel.logs import get_logger
from bot.web.buckets import Buckets

log = get_logger()

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  (a header's name)
MOST_BYTES: Final = 1_000_000  # an update is some kilobytes
READ_SECONDS: Final = 10.0  # for a whole body: a slow one must not keep its place
COMMIT_SECONDS: Final = 30.0  # Telegram waits longer; a commit that comes later is recognised when the update does

_OK: Final = 200
_FORBIDDEN: Final = 403
_TIMEOUT: Final = 408
_TOO_LARGE: Final = 413
_TOO_MANY: Final = 429
_AGAIN: Final = 503
_WHOLE: Final = (_OK, _AGAIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is let in."""

    parallel: int  # updates being read or committed; more must come again
    updates_per_second: int  # from one source that knows the secret
    refusals_per_minute: int  # answered to one source that does not


def webhook_path(secret: str) -> str:
    """Give the path that belongs to *secret*: nobody finds it by looking, and it tells nothing of the secret."""
    return f"/telegram/{sha256(b'carnet webhook path ' + secret.encode()).hexdigest()[:32]}"


def webhook_app(inlet: Inlet, secret: str, limits: Limits) -> Starlette:
    """Give the application that hands posted updates to *inlet*."""
    gate = _Webhook(inlet, secret, limits)
    return Starlette(routes=[Route(webhook_path(secret), gate.receive, methods=["POST"])])


class _Webhook:
    def __init__(self, inlet: Inlet, secret: str, limits: Limits) -> None:
        self._inlet = inlet
        self._secret = secret.encode()
        self._free = limits.parallel
        self._updates = Buckets(per_second=limits.updates_per_second, burst=2 * limits.updates_per_second)
        self._refusals = Buckets(per_second=limits.refusals_per_minute / 60, burst=limits.refusals_per_minute)

    async def receive(self, request: Request) -> Response:
        """Answer one POST."""
        status = await self._status(request)
        # What is left of a refused body is not waited for.
        return Response(status_code=status, headers=None if status in _WHOLE else {"Connection": "close"})

    async def _status(self, request: Request) -> int:
        source = request.client.host if request.client is not None else ""
        given = request.headers.get(SECRET_HEADER, "").encode("latin-1")
        if not hmac.compare_digest(given, self._secret):
            if not self._refusals.take(source):
                return _TOO_MANY
            log.warning("webhook_refused")
            return _FORBIDDEN
        if not self._updates.take(source):
            return _TOO_MANY
        if not self._free:
            log.warning("webhook_full")
            return _AGAIN
        self._free -= 1
        try:
            return await self._take(request)
        finally:
            self._free += 1

    async def _take(self, request: Request) -> int:
        try:
            async with asyncio.timeout(READ_SECONDS):
                body = await _read(request)
        except TimeoutError:
            return _TIMEOUT
        except ClientDisconnect:
            return _AGAIN  # to nobody; it comes again
        if body is None:
            log.warning("webhook_body_too_large")
            return _TOO_LARGE
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await self._inlet.post(body)
        except (NotAcceptedError, TimeoutError) as error:
            log.warning("webhook_postponed", error=type(error).__name__)
            return _AGAIN
        return _OK


async def _read(request: Request) -> bytes | None:
    """Give the body; None as soon as it is known to be too large, whatever length it announced."""
    announced = request.headers.get("content-length", "0")
    if not announced.isdecimal() or int(announced) > MOST_BYTES:
        return None
    body = bytearray()
    chunks: AsyncIterator[bytes] = request.stream()
    async for chunk in chunks:
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)
