"""What is counted and traced around the model and Telegram: how often, how long, how it ended; never what was said."""

import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager

from bot.chat.model import Effect
from bot.chat.ports import (
    ChatModel,
    Delivery,
    DeliveryLaterError,
    DeliveryRefusedError,
    Enter,
    ModelReply,
    ModelRequest,
)
from bot.kernel.metrics import Metrics, Outcome
from bot.kernel.sensitive import Sensitive
from bot.kernel.traces import Traces


class MeasuredModel:
    """Fulfils `ChatModel` over another one."""

    def __init__(self, model: ChatModel, metrics: Metrics, traces: Traces) -> None:
        self._model = model
        self._metrics = metrics
        self._traces = traces
        self.label = model.label

    async def complete(self, request: ModelRequest) -> ModelReply:
        """Give the whole answer."""
        with self._traces.span("model", space=request.space), self._timed():
            return await self._model.complete(request)

    async def stream(self, request: ModelRequest) -> AsyncIterator[str]:
        """Yield the answer's words. No span: whoever reads them would do so inside it."""
        with self._timed():
            async for piece in self._model.stream(request):
                yield piece

    @contextmanager
    def _timed(self) -> Iterator[None]:
        started = time.monotonic()
        outcome: Outcome = "failed"
        try:
            yield
            outcome = "done"
        finally:
            self._metrics.model(outcome, time.monotonic() - started)


class MeasuredDelivery:
    """Fulfils `Delivery` over another one."""

    def __init__(self, delivery: Delivery, metrics: Metrics, traces: Traces) -> None:
        self._delivery = delivery
        self._metrics = metrics
        self._traces = traces

    def parts(self, effect: Effect) -> Sequence[Effect]:
        """Give *effect* as what takes one message each."""
        return self._delivery.parts(effect)

    async def send(
        self, chat: int, effect: Effect, *, into: int | None = None, urgent: bool = False, enter: Enter | None = None
    ) -> int | None:
        """Carry out *effect*."""
        try:
            with self._traces.span("send"):
                return await self._delivery.send(chat, effect, into=into, urgent=urgent, enter=enter)
        except DeliveryRefusedError:
            self._metrics.send_failed("refused")
            raise
        except DeliveryLaterError as later:
            self._metrics.send_failed("flood" if later.flood else "network")
            raise

    async def busy(self, chat: int, *, document: bool = False) -> None:
        """Show that work goes on."""
        await self._delivery.busy(chat, document=document)

    async def draft(self, chat: int, draft_id: int, text: Sensitive[str]) -> None:
        """Show a streaming preview."""
        await self._delivery.draft(chat, draft_id, text)
