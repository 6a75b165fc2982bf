"""A language model that says what a test scripted, over real HTTP on loopback."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route


@dataclass(frozen=True, kw_only=True)
class Act:
    """One response: a status and a body, or a stream of raw SSE parts with pauses before them."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    parts: tuple[str | float, ...] | None = None  # a number is a pause in seconds


def event(data: object) -> str:
    return f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n"


def delta(text: str | None, finish: str | None = None) -> str:
    return event({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": finish}]})


def usage(tokens_in: int, tokens_out: int) -> str:
    return event({"choices": [], "usage": {"prompt_tokens": tokens_in, "completion_tokens": tokens_out}})


DONE = event("[DONE]")


def says(text: str, *, tokens: tuple[int, int] = (40, 9)) -> Act:
    """Stream *text* in two pieces, with everything a careful endpoint sends around it."""
    half = len(text) // 2
    opening = event({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]})
    return Act(parts=(opening, delta(text[:half]), delta(text[half:]), delta(None, "stop"), usage(*tokens), DONE))


def says_json(text: str) -> Act:
    return says(json.dumps({"text": text}, ensure_ascii=False))


def refuses(status: int, error: dict[str, object] | None = None, **headers: str) -> Act:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Act(status=status, headers=named, body=json.dumps({"error": error or {"message": "SERVER-WORDS"}}))


@dataclass(frozen=True, kw_only=True)
class Captured:
    """What the client sent."""

    body: dict[str, Any]
    headers: dict[str, str]
    raw: str


class ScriptedModel:
    """Plays its acts in order; the last one is repeated."""

    def __init__(self) -> None:
        self.acts: list[Act] = []
        self.requests: list[Captured] = []
        self.left_early = threading.Event()
        self.base_url = ""

    def script(self, *acts: Act) -> None:
        self.acts = list(acts)
        self.requests.clear()
        self.left_early.clear()

    async def answer(self, request: Request) -> Response:
        raw = (await request.body()).decode()
        self.requests.append(Captured(body=json.loads(raw), headers=dict(request.headers), raw=raw))
        act = self.acts[min(len(self.requests), len(self.acts)) - 1]
        if act.parts is None:
            headers = {"content-type": "application/json"} | act.headers
            return Response(act.body, status_code=act.status, headers=headers)
        return StreamingResponse(self._play(act.parts), media_type="text/event-stream", headers=act.headers)

    async def _play(self, parts: tuple[str | float, ...]) -> AsyncIterator[str]:
        played = False
        try:
            for part in parts:
                if isinstance(part, str):
                    yield part
                else:
                    await asyncio.sleep(part)
            played = True
        finally:
            if not played:
                self.left_early.set()


@contextmanager
def running_model() -> Iterator[ScriptedModel]:
    """Serve a scripted model on a free loopback port, in a thread of its own."""
    model = ScriptedModel()
    app = Starlette(routes=[Route("/v1/chat/completions", model.answer, methods=["POST"])])
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", ws="none", access_log=False))
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    model.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    while not server.started:
        time.sleep(0.005)
    try:
        yield model
    finally:
        server.should_exit = server.force_exit = True
        thread.join(timeout=5)
