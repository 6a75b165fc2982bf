"""Keeps other websites out: a page open in the same browser must neither drive the chat nor eat the bot's updates.

The token is public, so nothing else would stop them. Host is checked against DNS rebinding, Origin and
Sec-Fetch-Site against cross-site requests; programs such as the bot send neither of the last two.
"""

from typing import Final

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})
_ARRIVING: Final = (
    "/upload/",
    "/connect/",
    "/oauth/",
)  # pages of the bot's own that one comes to by a link from anywhere
_HEADERS: Final = (
    (
        b"content-security-policy",
        b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
        b" base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)


class SameMachineOnly:
    """ASGI middleware around everything the playground serves."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if not _welcome(Headers(scope=scope), arriving=scope["path"].startswith(_ARRIVING) or scope["path"] == "/"):
            await PlainTextResponse("Only this machine's own page may do that.", 403)(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *_HEADERS]
            await send(message)

        await self._app(scope, receive, send_guarded)


def _welcome(headers: Headers, *, arriving: bool) -> bool:
    host = headers.get("host", "")
    name, _, port = host.rpartition(":")
    if (name if port.isdigit() else host) not in _LOOPBACK:
        return False
    if headers.get("origin", f"http://{host}") != f"http://{host}":
        return False
    # Following a link to the page itself is fine, from anywhere.
    return arriving or headers.get("sec-fetch-site", "none") in {"same-origin", "none"}
