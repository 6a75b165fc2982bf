"""A language model of our own, over HTTP: it says one sentence at once, or holds it back from whoever asks for that."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

HANG: Final = "Please think about the tides for a long while"
_ANSWER: Final = "The sea is calm tonight, and the harbour lights dance on it."


class ModelServer:
    """Answers, and tells who waits."""

    def __init__(self) -> None:
        self.waiting = 0
        self._released = asyncio.Event()

    async def answer(self, request: Request) -> Response:
        """Give the sentence as an endpoint that does not stream."""
        asked = await request.json()
        if asked["messages"][-1]["content"] == HANG:
            self.waiting += 1
            await self._released.wait()
            self.waiting -= 1
        said = {"message": {"role": "assistant", "content": _ANSWER}, "finish_reason": "stop"}
        return JSONResponse({"choices": [said], "usage": {"prompt_tokens": 200, "completion_tokens": 14}})

    async def hold(self, number: int) -> None:
        """Wait until *number* wait."""
        self._released = asyncio.Event()
        while self.waiting < number:  # noqa: ASYNC110  (they come over HTTP)
            await asyncio.sleep(0.01)

    def release(self) -> None:
        """Let them have it."""
        self._released.set()


@asynccontextmanager
async def model_server() -> AsyncIterator[tuple[ModelServer, str]]:
    """Serve one on this machine; gives its base URL with it."""
    model = ModelServer()
    application = Starlette(routes=[Route("/v1/chat/completions", model.answer, methods=["POST"])])
    config = uvicorn.Config(application, log_config=None, access_log=False, lifespan="off", ws="none")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(config)
        # `_serve` and not `serve`, which would take this process's signals for itself.
        running = asyncio.create_task(server._serve([listening]))
        try:
            yield model, f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        finally:
            model.release()
            server.should_exit = True
            await running
