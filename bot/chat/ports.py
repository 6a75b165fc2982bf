"""The ports of the pipeline: small protocols, fulfilled elsewhere, wired in `bot.app`.

A space is handed only turns it may answer: `bot.chat.guarded.Guarded` stands before it, keeps from it what a card has
answered (`Turn.alarm.stops`), and has its `Watch` remember that. An upload always passes, whatever its caption says.
Numbers to call are never written into a sentence: `Guardrail.lines` gives them as `{emergency}` and `{crisis}`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.chat.model import Alarm, Arrival, Effect, Show, Space, Turn, Upload
from bot.i18n import Language
from bot.kernel.errors import BotError
from bot.kernel.sensitive import Sensitive


class ModelError(BotError):
    """The language model could not answer: unreachable, slow, refused, over budget or garbled."""

    reply = "errors.model"


class DeliveryRefusedError(BotError):
    """Telegram will never accept this message: not retried."""


class PersonGoneError(DeliveryRefusedError):
    """Nothing we send reaches this person: they blocked the bot, closed their account, or the chat is gone."""


class MessageGoneError(DeliveryRefusedError):
    """The message to be replaced was deleted, or is not ours to change."""


class DeliveryLaterError(BotError):
    """Telegram asks to wait; `seconds` says how long, and *flood* that we sent too much."""

    def __init__(self, seconds: float, *, flood: bool = False) -> None:
        super().__init__("delivery postponed")
        self.seconds = seconds
        self.flood = flood


class NotAcceptedError(BotError):
    """What arrived is not committed: whoever brought it must bring it again."""


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


class Inlet(Protocol):
    """Takes an update as a messenger posts it; returning means committed, or that it is nothing to be kept."""

    async def post(self, body: bytes) -> None:
        """Take *body*; `NotAcceptedError` when it must come again."""
        ...


Enter = Callable[[], Awaitable[None]]


class Delivery(Protocol):
    """Shows effects to a person. Raises `DeliveryRefusedError` or `DeliveryLaterError`."""

    def parts(self, effect: Effect) -> Sequence[Effect]:
        """Give *effect* as what takes one message each: a long text is several."""
        ...

    async def send(
        self, chat: int, effect: Effect, *, into: int | None = None, urgent: bool = False, enter: Enter | None = None
    ) -> int | None:
        """Carry out *effect*, one part; give the id of the message that shows it now, if there is one.

        *into* is the message that waited for it and is replaced by it; what is replaced already is replaced again
        without harm. *urgent* waits for nobody. *enter* is awaited when it may go, just before it does.
        """
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads a card: a country is where they said they are, None until then, and never guessed from a language."""

    language: Language
    country: str | None  # ISO 3166-1, two letters
    space: Space


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What pressing a button of a card comes to, and the card as it is now."""

    country: str | None  # chosen; "" is none of those we know; None: nothing was chosen, what is kept stays
    show: Show


class Guardrail(Protocol):
    """Judges messages and words the cards. It needs no model and no database, and waits for nothing."""

    def judge(self, text: str, *, recent: Sequence[str] = (), risk: bool = False, asked: bool = False) -> Alarm | None:
        """Say how urgent *text* is, said after *recent*.

        *risk*: a crisis showed within the last days; *asked*: they were just asked whether they think of dying.
        """
        ...

    def may_say_yes(self, text: str) -> bool:
        """Say whether *text* could be a yes: only then it matters to `judge` whether they were asked."""
        ...

    def judge_press(self, button: str) -> Alarm | None:
        """Say how urgent it is that *button* was pressed: "yes" to that question is an answer like any other."""
        ...

    def card(self, alarm: Alarm, reader: Reader) -> Show:
        """Give the card that answers *alarm*."""
        ...

    def ask_country(self, reader: Reader, *, named: str = "") -> Choice:
        """Ask where the person is; *named* is what they typed after the command, which may settle it."""
        ...

    def pressed(self, button: str, reader: Reader, *, edit: int) -> Choice | None:
        """Give what pressing *button* of the card *edit* comes to; None when it is no button of a card."""
        ...

    def lines(self, language: Language, country: str | None) -> Mapping[str, str]:
        """Give the numbers to call as `{emergency}` and `{crisis}`, worded to stand in a sentence."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lately:
    """What a space durably knows that bears on how grave a message is."""

    said: Sequence[Sensitive[str]] = ()  # by the person, in the last minutes, oldest first
    risk: bool = False


class Watch(Protocol):
    """A space's memory as the guard-rail uses it. Nothing is kept, or known, of someone who is not in the space."""

    async def lately(self, turn: Turn) -> Lately: ...

    async def remember(self, turn: Turn, alarm: Alarm, answer: Sensitive[str]) -> None:
        """Keep what was said and the card that answered it. Idempotent by (person, turn)."""
        ...


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


class Jobs(Protocol):
    """What the clock's rows ask for."""

    async def run(self, space: Space, name: str, at: datetime) -> None:
        """Do job *name* for the slot *at*. It may be asked again for the same slot."""
        ...
