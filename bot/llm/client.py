"""Asks an OpenAI-compatible endpoint, within deadlines and budgets, and fails as one of six errors.

Nothing that passes through is logged, kept or quoted in an error: counts, milliseconds and types only.
"""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Final

import httpx
import stamina

from bot.chat.model import Space
from bot.chat.ports import ModelError, ModelMessage, ModelReply, ModelRequest
from bot.kernel.clock import Clock, utc_now
from bot.kernel.errors import BotError, SettingsError
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.llm.address import address
from bot.llm.breaker import Breaker
from bot.llm.deadline import Deadline
from bot.llm.dialect import Dialect
from bot.llm.errors import FailureError, ModelBudgetError, ModelRefusedError, ModelSlowError
from bot.llm.exchange import words
from bot.llm.retry import ATTEMPTS, Patience
from bot.llm.usage import Ruler, Tally, UsageMeter
from bot.settings import LlmSettings

log = get_logger()

BETWEEN_SECONDS: Final = 30.0  # two words further apart than this: the model hangs
_FENCE: Final = re.compile(r"\s*```(?:json)?\s*(.*?)\s*```\s*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """One question on its way; times are the event loop's."""

    request: ModelRequest
    messages: Sequence[ModelMessage]
    started: float
    deadline: Deadline
    tally: Tally = field(default_factory=Tally)


class HttpChatModel:
    """A `ChatModel` over HTTP. Close it with `aclose` when the process ends."""

    def __init__(
        self,
        settings: LlmSettings,
        *,
        meter: UsageMeter | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        clock: Clock = utc_now,
        ticks: Callable[[], float] = time.monotonic,
    ) -> None:
        if not settings.model:
            raise SettingsError("llm.model: name the model to ask at llm.base_url")
        self._settings = settings
        self._address = address(settings.base_url)
        self._meter = meter
        self._clock = clock
        self._dialect = Dialect()
        self._ruler = Ruler()
        self._breaker = Breaker(limit=5, rest=30.0, ticks=ticks)
        self._again = stamina.AsyncRetryingCaller(attempts=ATTEMPTS, timeout=None)
        self._client = httpx.AsyncClient(
            transport=transport,
            follow_redirects=False,
            # Through a proxy only when encrypted: a proxy in the environment must not read a private plain request.
            trust_env=self._address.encrypted,
            # No read timeout here: keep-alive comments would reset it. Words have their own deadlines.
            timeout=httpx.Timeout(None, connect=settings.connect_seconds, write=10.0, pool=5.0),
        )
        self.label = f"{settings.model} at {self._address.host}"

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    def for_space(self, space: Space) -> "HttpChatModel":
        """Give this model if it may serve *space*; `ModelRefusedError` if not, before anything is sent.

        Health needs the operator's word on it: allowed, where the provider works, and how long it keeps what it reads.
        """
        told = self._settings
        if space is Space.HEALTH and not (told.health_allowed and told.region.strip() and told.retention.strip()):
            raise ModelRefusedError("llm: health_allowed, region and retention are not all declared")
        return self

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Give the whole answer. For a request with a JSON schema, the object alone, without a fence around it."""
        call = await self._accept(request)
        async with aclosing(self._answer(call)) as pieces:
            text = "".join([piece async for piece in pieces])
        fenced = _FENCE.fullmatch(text) if request.json_schema is not None else None
        return ModelReply(
            text=Sensitive(fenced[1] if fenced else text),
            model=self._settings.model,
            tokens_in=call.tally.tokens_in,
            tokens_out=call.tally.tokens_out,
        )

    async def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        """Yield the answer's words as they come. Leaving early: wrap it in `aclosing`, so that the stream closes."""
        call = await self._accept(request)
        async with aclosing(self._answer(call)) as pieces:
            async for piece in pieces:
                yield piece

    async def _accept(self, request: ModelRequest) -> _Call:
        """Check the space, the person's allowance and the context, before anything leaves this process."""
        self.for_space(request.space)
        if self._meter is not None:
            try:
                allowed = await self._meter.allowed(request.user)
            except BotError as error:
                log.error("model_allowance_unknown", error=type(error).__name__)
                allowed = False
            if not allowed:
                raise ModelBudgetError("the person's daily tokens are used")
        messages = self._ruler.fit(request.messages, room=self._settings.context_tokens - request.max_tokens)
        now = asyncio.get_running_loop().time()
        deadline = Deadline(now + self._settings.overall_seconds)
        return _Call(request=request, messages=messages, started=now, deadline=deadline)

    async def _answer(self, call: _Call) -> AsyncGenerator[str, None]:
        """Yield the answer; retried until its first words, never after."""
        with self._breaker.guard():
            try:
                piece, rest = await self._again(Patience(call.deadline), self._open, call)
                async with aclosing(rest):
                    while piece is not None:
                        yield piece
                        piece = await self._next(rest, call, within=BETWEEN_SECONDS)
            except FailureError as failure:
                raise self._failed(call, failure.error) from None
            finally:
                await self._account(call)

    async def _open(self, call: _Call) -> tuple[str | None, AsyncGenerator[str, None]]:
        """Send the question and wait for its first words; a provider that refuses a field is asked without it."""
        dialect = self._dialect
        while True:
            rest = words(
                self._client,
                self._write(call, dialect),
                call.tally,
                max_tokens=call.request.max_tokens,
                now=self._clock(),
            )
            try:
                first = await self._next(rest, call, within=self._settings.first_token_seconds)
            except FailureError as failure:
                structured = call.request.json_schema is not None
                simpler = dialect.simpler(failure.refusal, structured=structured) if failure.refusal else None
                if simpler is None:
                    raise
                dialect = simpler
            else:
                self._dialect = dialect
                return first, rest

    def _write(self, call: _Call, dialect: Dialect) -> httpx.Request:
        headers = {"Accept": "text/event-stream, application/json", "Accept-Encoding": "identity"}
        if self._settings.api_key is not None:
            headers["Authorization"] = f"Bearer {self._settings.api_key.get_secret_value()}"
        body = dialect.payload(self._settings.model, call.request, call.messages)
        return self._client.build_request("POST", self._address.url, json=body, headers=headers)

    async def _next(self, rest: AsyncGenerator[str, None], call: _Call, *, within: float) -> str | None:
        """Wait for the next words: *within* seconds, and never past the call's deadline. None: it is complete."""
        try:
            # Around one step and not around the loop: a timeout held across `yield` would strike the caller.
            async with call.deadline.within(within):
                return await anext(rest, None)
        except TimeoutError:
            raise FailureError(ModelSlowError("no words in time")) from None

    def _failed(self, call: _Call, error: ModelError) -> ModelError:
        ms = round((asyncio.get_running_loop().time() - call.started) * 1000)
        log.warning("model_failed", error=type(error).__name__, model=self._settings.model, ms=ms)
        return error

    async def _account(self, call: _Call) -> None:
        """Count what was generated, also when the person stopped it: the provider bills it all the same."""
        tally, request = call.tally, call.request
        if tally.chars_out == 0:
            return
        if tally.tokens_in:
            self._ruler.learn(call.messages, tally.tokens_in)
        tally.tokens_in = tally.tokens_in or self._ruler.measure(call.messages)
        tally.tokens_out = tally.tokens_out or self._ruler.tokens(tally.chars_out)
        log.info(
            "model_used",
            model=self._settings.model,
            space=request.space.value,
            tokens_in=tally.tokens_in,
            tokens_out=tally.tokens_out,
            ms=round((asyncio.get_running_loop().time() - call.started) * 1000),
            finish=tally.finish,
        )
        if self._meter is not None:
            try:
                await self._meter.add(request.user, tally.tokens_in, tally.tokens_out)
            except BotError as error:
                log.error("model_usage_not_counted", error=type(error).__name__)  # the answer is still the person's
