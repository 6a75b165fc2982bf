"""The way out to a provider's sign-in page and back. It holds no key of Health: what comes back is handed on sealed.

A state opens what waits for it, once. Following the link only leads on, so that what looks links up beforehand ends
nothing. Neither a state nor a code is logged, and no page tells more than that it worked or not.
"""

import html
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from bot.i18n import Language, language_of, say
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.web.buckets import Buckets

log = get_logger()

CONNECT: Final = "/connect/{state}"
CALLBACK: Final = "/oauth/callback"
_STATE: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_ERROR: Final = re.compile(r"[a-z_]{1,40}")
_LONGEST_CODE: Final = 4096
_LONGEST_ISSUER: Final = 500
_GONE: Final = 410
_TOO_MANY: Final = 429
_LATER: Final = 503
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
_PAGE: Final = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
    '<meta name="viewport" content="width=device-width, initial-scale=1">'
    "<style>body{{font:1.1em/1.5 system-ui,sans-serif;max-width:34em;margin:3em auto;padding:0 1em}}</style></head>"
    '<body><main><h1>{title}</h1><p role="status">{text}</p>{more}</main></body></html>'
)


class Waiting(Protocol):
    """What persons who went out are waited for with."""

    async def find(self, state: str) -> bytes | None: ...

    async def end(self, state: str) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """Somebody who came back: of which sign-in, and with what."""

    person: str
    connection: str
    state: str = field(repr=False)
    code: str = field(repr=False)
    error: str
    issuer: str


HandOver = Callable[[Back], Awaitable[None]]  # committed on return; the same state twice is one


def connect_app(
    waiting: Waiting, hand_over: HandOver, *, refusals_per_minute: int, default_language: Language
) -> Starlette:  # fmt: skip
    """Give the application."""
    page = _Page(waiting, hand_over, refusals_per_minute, default_language)
    return Starlette(routes=[Route(CONNECT, page.lead), Route(CALLBACK, page.back)])


class _Page:
    def __init__(self, waiting: Waiting, hand_over: HandOver, per_minute: int, language: Language) -> None:
        self._waiting = waiting
        self._hand_over = hand_over
        self._language = language
        self._refusals = Buckets(per_second=per_minute / 60, burst=per_minute)

    async def lead(self, request: Request) -> Response:
        """Lead on to the provider."""
        try:
            kept = await self._kept(request.path_params["state"])
        except BotError as error:
            return self._failed(error)
        if kept is None:
            return self._over(request)
        return RedirectResponse(kept["address"], status_code=303, headers=_HEADERS)

    async def back(self, request: Request) -> Response:
        """Take in who comes back."""
        if request.method != "GET":
            return Response(status_code=405, headers=_HEADERS)  # who only looks must not use the code up
        said = request.query_params
        if any(len(said.getlist(name)) > 1 for name in ("state", "code", "error", "iss")):
            return self._over(request)  # which of the two is meant is nobody's to guess
        state, code, error = said.get("state", ""), said.get("code", ""), said.get("error", "")
        issuer = said.get("iss", "")
        shaped = len(code) <= _LONGEST_CODE and len(issuer) <= _LONGEST_ISSUER and bool(code) != bool(error)
        try:
            kept = await self._kept(state) if shaped else None
            if kept is None:
                return self._over(request)
            told = (error if _ERROR.fullmatch(error) else "other") if error else ""
            # First committed, then forgotten: a crash in between hands the same thing over again, which is one.
            await self._hand_over(
                Back(
                    person=kept["person"],
                    connection=kept["connection"],
                    state=state,
                    code=code,
                    error=told,
                    issuer=issuer,
                )
            )
            await self._waiting.end(state)
        except BotError as failure:
            return self._failed(failure)
        log.info("connection_returned", state="refused" if error else "ok")
        language = language_of(kept["language"], self._language)
        return self._page(
            200, language, "page_refused" if error else "page_done", more="" if error else "page_not_mine"
        )

    async def _kept(self, state: str) -> dict[str, Any] | None:
        if not _STATE.fullmatch(state):
            return None
        body = await self._waiting.find(state)
        if body is None:
            return None
        kept: dict[str, Any] = json.loads(body)
        return kept

    def _over(self, request: Request) -> Response:
        source = request.client.host if request.client is not None else ""
        if not self._refusals.take(source):
            return Response(status_code=_TOO_MANY, headers=_HEADERS)
        language = language_of(request.headers.get("accept-language", "")[:2], self._language)
        return self._page(_GONE, language, "page_over")

    def _failed(self, error: BotError) -> Response:
        log.error("connection_failed", exc_info=error)
        return self._page(_LATER, self._language, "page_later")

    @staticmethod
    def _page(status: int, language: Language, key: str, more: str = "") -> Response:
        title, text = say(language, "connect.page_title"), html.escape(say(language, f"connect.{key}"))
        further = f"<p>{html.escape(say(language, f'connect.{more}'))}</p>" if more else ""
        body = _PAGE.format(language=language, title=title, text=text, more=further)
        return HTMLResponse(body, status_code=status, headers=_HEADERS)
