"""One HTTP exchange: a request out, words in, within bounds. Whatever the endpoint sends, only ours comes out."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import datetime
from typing import Final

import httpx
from httpx_sse import EventSource
from pydantic import BaseModel, ConfigDict, ValidationError

from bot.llm.errors import (
    FailureError,
    ModelBusyError,
    ModelGarbledError,
    ModelRefusedError,
    ModelUnreachableError,
)
from bot.llm.retry import asked_wait, status_failure
from bot.llm.usage import Tally

_MOST_BYTES: Final = 4_000_000  # of one answer, marks included
_CHARS_PER_TOKEN: Final = 16  # more characters than this per token asked for is no answer
_FINISHES: Final = frozenset({"stop", "length", "content_filter", "tool_calls"})


class _Read(BaseModel):
    """A stranger's JSON: unknown fields are let be, known ones are checked, none is quoted."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True, frozen=True)


class _Words(_Read):
    content: str | None = None
    refusal: str | None = None


class _Choice(_Read):
    delta: _Words | None = None
    message: _Words | None = None  # from endpoints that do not stream
    finish_reason: str | None = None


class _Usage(_Read):
    prompt_tokens: int = 0
    completion_tokens: int = 0


class _Chunk(_Read):
    choices: list[_Choice] | None = None
    usage: _Usage | None = None
    error: object = None


class _Bounded(httpx.AsyncByteStream):
    """A body that breaks off when it grows beyond any answer: an endless line would fill our memory first."""

    def __init__(self, body: httpx.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for part in self._body:
            received += len(part)
            if received > _MOST_BYTES:
                raise FailureError(ModelGarbledError("answer without end"))
            yield part

    async def aclose(self) -> None:
        await self._body.aclose()


async def words(
    client: httpx.AsyncClient, request: httpx.Request, tally: Tally, *, max_tokens: int, now: datetime
) -> AsyncGenerator[str, None]:
    """Send *request* and yield the answer's words as they come; at least one, or a `FailureError`."""
    try:
        response = await client.send(request, stream=True)
        try:
            if not isinstance(response.stream, httpx.AsyncByteStream):
                raise FailureError(ModelGarbledError("not an asynchronous body"))
            response.stream = _Bounded(response.stream)
            if response.status_code != httpx.codes.OK:
                body = (await response.aread()).decode(errors="replace")
                raise status_failure(response.status_code, body, asked_wait(response.headers, now))
            async with aclosing(_chunks(response)) as chunks:
                async for chunk in chunks:
                    text = _take(chunk, tally)
                    if tally.chars_out > _CHARS_PER_TOKEN * max_tokens:
                        raise FailureError(ModelGarbledError("answer without end"))
                    if text:
                        yield text
        finally:
            await response.aclose()
    except httpx.PoolTimeout:
        raise FailureError(ModelBusyError("too many requests of our own")) from None
    except (httpx.HTTPError, httpx.StreamError):
        # Their texts quote addresses and bytes.
        raise FailureError(ModelUnreachableError("connection failed or broke off"), again=True) from None
    if tally.chars_out == 0:
        raise FailureError(ModelGarbledError("no words"))


async def _chunks(response: httpx.Response) -> AsyncGenerator[_Chunk, None]:
    """Read a streamed answer, or a whole one from an endpoint that does not stream.

    Some endpoints never send `[DONE]`, some no finish reason; an answer that ends with neither was cut off.
    """
    if not response.headers.get("content-type", "").lower().startswith("text/event-stream"):
        yield _parse(await response.aread())
        return
    finished = False
    async with aclosing(EventSource(response).aiter_sse()) as events:
        async for event in events:
            data = event.data.strip()
            if data == "[DONE]":
                return
            if data:
                chunk = _parse(data)
                finished = finished or any(choice.finish_reason for choice in chunk.choices or [])
                yield chunk
    if not finished:
        raise FailureError(ModelGarbledError("cut off"))


def _parse(data: str | bytes) -> _Chunk:
    try:
        chunk = _Chunk.model_validate_json(data)
    except ValidationError as error:
        raise FailureError(ModelGarbledError(f"{error.error_count()} bad fields")) from None
    if chunk.error is not None:
        raise _told(chunk.error)
    return chunk


def _told(error: object) -> FailureError:
    """Name an error object sent in place of words: its code when it looks like a status, else a broken answer."""
    code = error.get("code") if isinstance(error, dict) else None
    if code == "insufficient_quota":
        return status_failure(httpx.codes.TOO_MANY_REQUESTS, '"insufficient_quota"', None)
    if isinstance(code, int) and httpx.codes.is_error(code):
        return status_failure(code, "", None)
    return FailureError(ModelUnreachableError("the endpoint reported an error"), again=True)


def _take(chunk: _Chunk, tally: Tally) -> str:
    """Count *chunk* and give its words. A usage chunk has no choice."""
    if chunk.usage is not None:
        tally.tokens_in = max(0, chunk.usage.prompt_tokens)
        tally.tokens_out = max(0, chunk.usage.completion_tokens)
    text = ""
    for choice in (chunk.choices or [])[:1]:
        said = choice.delta or choice.message or _Words()
        if choice.finish_reason:
            tally.finish = choice.finish_reason if choice.finish_reason in _FINISHES else "other"
        if said.refusal or tally.finish == "content_filter":
            raise FailureError(ModelRefusedError("the model declined"))
        text = said.content or ""
    tally.chars_out += len(text)
    return text
