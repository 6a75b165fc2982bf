"""The page over HTTP. A link's token stands behind its `#`, which browsers keep to themselves: no log of a proxy holds it.

The page sends it in a header of its own, so that no other site can use it, and nothing is decided by a cookie.
"""

import asyncio
import html
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from string import Template
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from bot.crypto import TOKEN_BYTES
from bot.i18n import Language, language_of, say
from bot.kernel.clock import Clock
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.web.buckets import Buckets
from bot.web.uploads.errors import (
    LaterError,
    OffsetError,
    OverError,
    RefusedError,
    SlowError,
    StrangerError,
    TooLargeError,
    TooManyError,
)
from bot.web.uploads.initdata import user_of
from bot.web.uploads.receiving import Beginning, Receiver

log = get_logger()

UPLOAD_PATH: Final = "/upload/"
_PAGE: Final = Path(__file__).parent / "page"
_FILES: Final = {"upload.js": "text/javascript", "upload.css": "text/css"}
_MOST_JSON: Final = 16_384  # bytes
_JSON_SECONDS: Final = 15.0
_HEADERS: Final = {
    # Framed by nobody but Telegram's own web app, which shows bots' pages in a frame.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors https://web.telegram.org",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
_WORDS: Final = (
    "checking", "ready", "sending", "sent_share", "waiting", "offline", "again_same", "done", "done_close",
    "ends", "limit", "error_over", "error_other_file", "error_too_large", "error_empty", "error_full",
    "error_stranger", "error_changed", "error_later",
)  # fmt: skip
_STATIC_WORDS: Final = (
    "title", "heading", "what", "promise", "choose", "drop", "progress_label", "retry", "no_script", "stop",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """What is let in."""

    requests_per_second: int = 200  # from one source: chunks of a quick line, a megabyte each
    refusals_per_minute: int  # answered to one source that guesses


class _Begin(BaseModel):
    """What the page says before the first byte. A stranger's JSON until validated."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)
    client: Annotated[str, Field(pattern=r"^[\w-]{16,80}$")]
    name: Annotated[str, Field(min_length=1, max_length=1000)]
    size: Annotated[int, Field(ge=0, le=2**53)]
    init_data: Annotated[str, Field(max_length=4096)] = ""


_CLOSED: Final = (OverError, StrangerError, TooManyError, TooLargeError)
Handler = Callable[[Request], Awaitable[Response]]


def upload_app(
    receiver: Receiver, *, bot_token: str, limits: UploadLimits, clock: Clock, default_language: Language
) -> Starlette:
    """Give the application: the page, its two files, and what it asks for."""
    page = _Page(receiver, bot_token, limits, clock, default_language)
    return Starlette(
        routes=[
            Route(UPLOAD_PATH, page.show),
            *(Route(f"{UPLOAD_PATH}{name}", _static(name)) for name in _FILES),
            Route(f"{UPLOAD_PATH}state", page.answering(page.state)),
            Route(f"{UPLOAD_PATH}begin", page.answering(page.begin), methods=["POST"]),
            Route(f"{UPLOAD_PATH}chunk", page.answering(page.chunk), methods=["PUT"]),
        ]
    )


@dataclass(slots=True)
class _Page:
    _receiver: Receiver
    _bot_token: str = field(repr=False)
    _limits: UploadLimits
    _clock: Clock
    _language: Language
    _requests: Buckets = field(init=False)
    _refusals: Buckets = field(init=False)

    def __post_init__(self) -> None:
        rate, guesses = self._limits.requests_per_second, self._limits.refusals_per_minute
        self._requests = Buckets(per_second=rate, burst=2 * rate)
        self._refusals = Buckets(per_second=guesses / 60, burst=guesses)

    async def show(self, request: Request) -> Response:
        """Give the page in the language of its link. It is the same for every link, and for none."""
        language = language_of(request.query_params.get("lang"), self._language)
        other: Language = "en" if language == "fr" else "fr"
        said = {name: html.escape(say(language, f"uploads.{name}")) for name in _STATIC_WORDS}
        words = html.escape(json.dumps({name: say(language, f"uploads.{name}") for name in _WORDS}, ensure_ascii=False))
        text = Template((_PAGE / "index.html").read_text(encoding="utf-8")).substitute(
            said, lang=language, other=other, words=words, other_name=html.escape(say(other, "uploads.language"))
        )
        return HTMLResponse(text, headers=_HEADERS)

    def answering(self, act: Callable[[Request, bytes], Awaitable[dict[str, Any]]]) -> Handler:
        """Answer in JSON; a refusal by its code."""

        async def answer(request: Request) -> Response:
            try:
                return JSONResponse(await act(request, self._token(request)), headers=_HEADERS)
            except ClientDisconnect:
                return Response(status_code=400)  # to nobody
            except RefusedError as refused:
                return self._refused(request, refused)
            except BotError as error:
                log.error("upload_failed", exc_info=error)
                return self._refused(request, LaterError("own fault"))

        return answer

    async def state(self, _: Request, token: bytes) -> dict[str, Any]:
        """Say how far the file has come."""
        return await self._receiver.standing(token)

    async def begin(self, request: Request, token: bytes) -> dict[str, Any]:
        """Bind the link to a file."""
        await self._receiver.ticket(token)  # a guess is refused before its body is read
        said = await _json(request)
        user = user_of(said.init_data, self._bot_token, self._clock()) if said.init_data else None
        name = Sensitive(said.name)
        return await self._receiver.begin(token, Beginning(client=said.client, name=name, size=said.size, user=user))

    async def chunk(self, request: Request, token: bytes) -> dict[str, Any]:
        """Take one chunk."""
        client = request.headers.get("upload-client", "")
        offset = _number(request, "upload-offset")
        length = _number(request, "content-length")
        return await self._receiver.chunk(token, client, offset, length, request.stream())

    def _token(self, request: Request) -> bytes:
        if not self._requests.take(_source(request)):
            raise TooManyError("requests")
        kind, _, given = request.headers.get("authorization", "").partition(" ")
        try:
            token = bytes.fromhex(given)
        except ValueError:
            token = b""
        if kind != "Bearer" or len(token) != TOKEN_BYTES:
            raise OverError("no token")
        return token

    def _refused(self, request: Request, refused: RefusedError) -> Response:
        if isinstance(refused, OverError | StrangerError) and not self._refusals.take(_source(request)):
            refused = TooManyError("refusals")
        log.info("upload_refused", reason=refused.code, status=refused.status)
        body = {"error": refused.code}
        more = {"received": refused.received} if isinstance(refused, OffsetError) else {}
        # A stranger's body is not waited for. The page's own must be: a browser that is still sending when the line is
        # closed never reads why.
        closing = {"Connection": "close"} if isinstance(refused, _CLOSED) else {}
        return JSONResponse(body | more, status_code=refused.status, headers=_HEADERS | closing)


async def _json(request: Request) -> _Begin:
    data = bytearray()
    try:
        async with asyncio.timeout(_JSON_SECONDS):
            async for part in request.stream():
                data += part
                if len(data) > _MOST_JSON:
                    raise RefusedError("too long")
    except TimeoutError:
        raise SlowError("too slow") from None
    try:
        return _Begin.model_validate_json(bytes(data))
    except ValidationError as error:
        raise RefusedError(f"{error.error_count()} bad fields") from None


def _number(request: Request, header: str) -> int:
    given = request.headers.get(header, "")
    if not (given.isascii() and given.isdecimal() and len(given) < 16):  # noqa: PLR2004
        raise RefusedError(f"no {header}")
    return int(given)


def _source(request: Request) -> str:
    return request.client.host if request.client is not None else ""


def _static(name: str) -> Handler:
    async def give(_: Request) -> Response:
        return FileResponse(_PAGE / name, media_type=_FILES[name], headers=_HEADERS)

    return give
