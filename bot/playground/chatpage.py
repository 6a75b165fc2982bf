"""The chat page in the browser: its files, its strings, what the person does, and a live stream of what they see."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import unquote

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.chat.model import HEALTH_MARK
from bot.i18n import LANGUAGES, language_of
from bot.playground import view
from bot.playground.errors import ApiError, PlaygroundError
from bot.playground.world import Playground

_PAGE: Final = Path(__file__).parent / "page"
_FILES: Final = (
    "page.css",
    "chat.css",
    "app.js",
    "chat.js",
    "composer.js",
    "text.js",
    "people.js",
    "icon.svg",
    "glyphs.svg",
    "samples/en.pdf",
    "samples/fr.pdf",
)
_UPLOAD_LIMIT: Final = 64 * 1024 * 1024  # above what a bot may download, so that "too big" can be tried
_ANSWER_WAIT: Final = 15.0  # seconds a pressed button turns
_HEARTBEAT: Final = 15.0  # seconds of silence after which a dead stream is noticed
_RETRY: Final = 1_000  # milliseconds before the page comes back after a cut

Handler = Callable[[Request], Awaitable[Response]]
Body = TypeVar("Body", bound=BaseModel)


class _Closed(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)


class Said(_Closed):
    """A message typed on the page."""

    person: int
    text: str
    thread: int | None = None


class Pressed(_Closed):
    """A button pressed on the page."""

    person: int
    message: int
    data: str


class Newcomer(_Closed):
    """Someone added on the page."""

    name: str
    language: str


class _RefusedError(Exception):
    """A request the page would not make; nothing of it is repeated."""


def routes(playground: Playground) -> list[Route]:
    """Give the routes of the page."""
    page = _Page(playground)
    live = [
        Route("/api/page", _safe(page.frame)),
        Route("/api/bot", _safe(page.bot)),
        Route("/api/events", _safe(page.events)),
        Route("/api/file/{handle}", _safe(page.file)),
        Route("/api/say", _safe(page.say), methods=["POST"]),
        Route("/api/press", _safe(page.press), methods=["POST"]),
        Route("/api/people", _safe(page.meet), methods=["POST"]),
        Route("/api/upload", _safe(page.upload), methods=["POST"]),
    ]
    return [Route("/", _static("index.html")), *(Route(f"/page/{name}", _static(name)) for name in _FILES), *live]


def _static(name: str) -> Handler:
    async def give(_: Request) -> Response:
        return FileResponse(_PAGE / name)

    return give


def _safe(handler: Handler) -> Handler:
    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except (ApiError, PlaygroundError, _RefusedError):
            return JSONResponse({"error": True}, status_code=400)

    return answer


async def _body(request: Request, kind: type[Body]) -> Body:
    # Another site can post a form or plain text without asking first, JSON it cannot.
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        raise _RefusedError
    try:
        return kind.model_validate_json(await request.body())
    except ValidationError:
        raise _RefusedError from None


def _number(request: Request, name: str) -> int:
    try:
        return int(request.query_params.get(name, "") or request.headers.get(f"x-{name}", ""))
    except ValueError:
        raise _RefusedError from None


class _Page:
    """The handlers; each acts as the person the page shows."""

    def __init__(self, playground: Playground) -> None:
        self._playground = playground

    async def frame(self, _: Request) -> Response:
        """Give what the page needs before anything is said."""
        people = [view.persona(persona) for persona in self._playground.personas]
        strings = {language: view.strings(language) for language in LANGUAGES}
        return JSONResponse({"people": people, "strings": strings, "mark": HEALTH_MARK})

    async def bot(self, request: Request) -> Response:
        """Give the bot as this person sees it: it may set its menu long after the page opened."""
        persona = self._playground.talk(_number(request, "person")).persona
        return JSONResponse(view.bot(self._playground.profile, persona))

    async def say(self, request: Request) -> Response:
        """Send a message."""
        said = await _body(request, Said)
        person = self._playground.talk(said.person).persona
        return JSONResponse({"id": self._playground.say(person, said.text, thread=said.thread)})

    async def press(self, request: Request) -> Response:
        """Press a button and wait for the notice that stops it from turning."""
        pressed = await _body(request, Pressed)
        person = self._playground.talk(pressed.person).persona
        query = self._playground.press(person, pressed.message, pressed.data)
        notice = await self._playground.queries.outcome(query, within=_ANSWER_WAIT)
        return JSONResponse({"notice": notice.text if notice else "", "alert": bool(notice and notice.alert)})

    async def meet(self, request: Request) -> Response:
        """Add someone."""
        newcomer = await _body(request, Newcomer)
        if newcomer.language not in LANGUAGES:
            raise _RefusedError
        return JSONResponse(view.persona(self._playground.person(newcomer.name, language_of(newcomer.language))))

    async def upload(self, request: Request) -> Response:
        """Send a file: the body as it is, the rest in headers of our own, which no other site may set."""
        person = self._playground.talk(_number(request, "person")).persona
        name = unquote(request.headers.get("x-name", ""))
        media_type = request.headers.get("x-media-type", "") or "application/octet-stream"
        if not name or request.headers.get("content-type") != "application/octet-stream":
            raise _RefusedError
        thread = _number(request, "thread") if request.headers.get("x-thread") else None
        caption = unquote(request.headers.get("x-caption", ""))
        data = await _bounded(request)
        shown = self._playground.upload(
            person, name, data, media_type, caption, photo=media_type.startswith("image/"), thread=thread
        )
        return JSONResponse({"id": shown})

    async def file(self, request: Request) -> Response:
        """Give a file of the chat; only pictures are shown, anything else is downloaded."""
        handle = request.path_params["handle"]
        kind = self._playground.shelf.file(handle)
        shown = kind.media_type if kind.photo is not None and kind.media_type in {"image/png", "image/jpeg"} else None
        headers = {} if shown else {"content-disposition": "attachment"}
        data = self._playground.shelf.data(handle)
        return Response(data, media_type=shown or "application/octet-stream", headers=headers)

    async def events(self, request: Request) -> Response:
        """Stream the chat: first as it stands, so that a page that reconnects has missed nothing."""
        person = self._playground.talk(_number(request, "person")).persona
        return StreamingResponse(self._stream(person.id), media_type="text/event-stream")

    async def _stream(self, person_id: int) -> AsyncIterator[str]:
        talk = self._playground.talk(person_id)
        seen = talk.count
        yield f"retry: {_RETRY}\n{_event(view.chat(talk))}"
        while not self._playground.updates.closed:
            for event in talk.since(seen):
                seen = event.number
                yield _event(view.event(event) | {"topics": view.topics(talk)})
            try:
                async with asyncio.timeout(_HEARTBEAT):
                    while talk.count == seen and not self._playground.updates.closed:
                        await talk.changed.wait()
            except TimeoutError:
                yield ": still here\n\n"


def _event(content: dict[str, Any]) -> str:
    return f"data: {json.dumps(content)}\n\n"


async def _bounded(request: Request) -> bytes:
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > _UPLOAD_LIMIT:
            raise _RefusedError
    return bytes(data)
