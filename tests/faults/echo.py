"""A language model over real HTTP that says back the number it was asked about, and remembers how often it was asked.

An answer can so be attributed to its message; a number asked twice is an answer that was paid for twice.
"""

import asyncio
import re
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_ASKED = re.compile(r"number (\d+)")


def question(number: int) -> str:
    """Word a message that only a model answers and that no guard-rail minds, whatever the number."""
    return f"Which book stands on shelf number {number}?"


def reply(number: int) -> str:
    """Word its answer."""
    return f"Shelf number {number} holds an atlas."


class EchoModel:
    """Answers after some *seconds*; a number in *slow* has seconds of its own."""

    def __init__(self) -> None:
        self.asked: Counter[int] = Counter()
        self.seconds = 0.0
        self.slow: dict[int, float] = {}
        self.base_url = ""

    async def answer(self, request: Request) -> Response:
        try:
            body = await request.json()
        except ClientDisconnect:  # killed while it asked
            return Response(status_code=400)
        said = str(body["messages"][-1]["content"])
        asked = _ASKED.findall(said) or _ASKED.findall(str(body["messages"]))
        number = int(asked[-1])
        self.asked[number] += 1
        await asyncio.sleep(self.slow.get(number, self.seconds))
        choice = {"index": 0, "message": {"role": "assistant", "content": reply(number)}, "finish_reason": "stop"}
        return JSONResponse({"choices": [choice], "usage": {"prompt_tokens": 30, "completion_tokens": 5}})


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # signals belong to the test


@asynccontextmanager
async def echo_model() -> AsyncIterator[EchoModel]:
    """Serve one on a free loopback port, on this event loop."""
    model = EchoModel()
    app = Starlette(routes=[Route("/v1/chat/completions", model.answer, methods=["POST"])])
    config = uvicorn.Config(app, log_config=None, lifespan="off", ws="none", access_log=False, timeout_keep_alive=75)
    listening = socket.create_server(("127.0.0.1", 0))
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[listening]))
    await server.ready.wait()
    model.base_url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
    try:
        yield model
    finally:
        server.should_exit = server.force_exit = True
        await running
