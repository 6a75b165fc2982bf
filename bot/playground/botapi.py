"""The Bot API over HTTP: `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

import hmac
from inspect import isawaitable
from typing import Any

from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.playground import params
from bot.playground.errors import ApiError, bad_request
from bot.playground.methods import METHODS
from bot.playground.model import TOKEN
from bot.playground.world import Playground


def routes(playground: Playground) -> list[Route]:
    """Give the routes of the Bot API."""

    async def call(request: Request) -> Response:
        try:
            return JSONResponse({"ok": True, "result": await _result(playground, request)})
        except ApiError as error:
            return _refusal(error)
        except MultiPartException:
            return _refusal(bad_request("can't parse the multipart body"))

    async def download(request: Request) -> Response:
        if not _known(request):
            return _refusal(ApiError(401, "Unauthorized"))
        data = playground.shelf.at(request.path_params["path"])
        if data is None:
            return _refusal(ApiError(404, "Not Found"))
        return Response(data, media_type="application/octet-stream")

    return [
        Route("/bot{token}/{method}", call, methods=["GET", "POST"]),
        Route("/file/bot{token}/{path:path}", download, methods=["GET"]),
    ]


def _known(request: Request) -> bool:
    return hmac.compare_digest(request.path_params["token"].encode(), TOKEN.encode())


async def _result(playground: Playground, request: Request) -> object:
    if not _known(request):
        raise ApiError(401, "Unauthorized")
    name = request.path_params["method"]
    method = METHODS.get(name.lower())
    if method is None:
        raise ApiError(404, "Not Found: method not found")
    asked = await params.read(request)
    fault = playground.faults.befalling(name, asked.number("chat_id", 0))
    if fault is None or fault.done:
        result = method(playground, asked)
        if isawaitable(result):
            result = await result
    if fault is None:
        return result
    if fault.hang:
        await playground.closed()
    raise fault.error()


def _refusal(error: ApiError) -> JSONResponse:
    body: dict[str, Any] = {"ok": False, "error_code": error.status, "description": error.description}
    if error.retry_after is not None:
        body["parameters"] = {"retry_after": error.retry_after}
    return JSONResponse(body, status_code=error.status)
