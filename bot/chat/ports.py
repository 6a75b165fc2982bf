"""The ports of the pipeline: small protocols, fulfilled elsewhere, wired in `bot.app`."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.chat.model import Arrival, Effect, Space, Turn, Upload
from bot.kernel.errors import BotError
from bot.kernel.sensitive import Sensitive


class ModelError(BotError):
    """The language model could not answer: unreachable, slow, refused, over budget or garbled."""

    reply = "errors.model"


class DeliveryRefusedError(BotError):
    """Telegram will never accept this message (blocked, chat gone, message too old): not retried."""


class DeliveryLaterError(BotError):
    """Telegram asks to wait; `seconds` says how long."""

    def __init__(self, seconds: float) -> None:
        super().__init__("delivery postponed")
        self.seconds = seconds


class UploadError(BotError):
    """A file could not be fetched from Telegram."""

    reply = "errors.upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelMessage:
    """One message of a model conversation; role is "system", "user" or "assistant"."""

    role: str
    text: Sensitive[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRequest:
    """One question to a model. The system message is never trimmed; older turns are, to fit the context."""

    space: Space
    user: str  # pseudonym, never a Telegram id
    messages: Sequence[ModelMessage]
    json_schema: dict[str, object] | None = None
    max_tokens: int = 700


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelReply:
    """What came back, with what may be counted of it."""

    text: Sensitive[str]
    model: str
    tokens_in: int
    tokens_out: int


class ChatModel(Protocol):
    """Anything that can answer a conversation. Every failure is a `ModelError`."""

    label: str  # "model at host", as /why shows it

    async def complete(self, request: ModelRequest) -> ModelReply: ...

    def stream(self, request: ModelRequest) -> AsyncIterator[str]: ...


class Reception(Protocol):
    """Accepts arrivals; returning means committed. Raises `StoreError` when it could not commit."""

    async def receive(self, arrival: Arrival) -> None: ...


class Delivery(Protocol):
    """Shows effects to a person. Raises `DeliveryRefusedError` or `DeliveryLaterError`."""

    async def send(self, chat: int, effect: Effect) -> int | None:
        """Carry out *effect*; give the id of the message shown, if there is one."""
        ...

    async def busy(self, chat: int, *, document: bool = False) -> None:
        """Show a typing (or file-reading) indicator for some seconds; failures are swallowed and logged."""
        ...

    async def draft(self, chat: int, draft_id: int, text: Sensitive[str]) -> None:
        """Show a streaming preview; failures are swallowed and logged, the final message still comes."""
        ...


class FileSource(Protocol):
    """Fetches an upload's bytes. Raises `UploadError`, also when it is larger than *limit*."""

    async def fetch(self, upload: Upload, *, limit: int) -> bytes: ...


class SpaceHandler(Protocol):
    """A space: turns one turn into what the person sees. Idempotent by (person, turn)."""

    async def handle(self, turn: Turn, show: "Progress") -> Sequence[Effect]: ...


class Progress(Protocol):
    """What a handler may show while it works; the durable answer follows."""

    async def note(self, text: Sensitive[str]) -> None:
        """Show or update one passing message; the answer's first `Show` replaces it."""
        ...

    async def draft(self, text: Sensitive[str]) -> None:
        """Show a streaming preview of the answer."""
        ...
