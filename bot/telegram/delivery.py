"""Shows effects to a person, and tells the caller apart "never", "later" and "done".

It remembers nothing of an answer: what is already shown stands in the outbox, and replacing a message by what it says
already is success. A message that cannot be replaced any more is the caller's to send anew, never ours.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from telegram import InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.chat.model import Effect, Erase, Show
from bot.chat.ports import DeliveryLaterError, DeliveryRefusedError, Enter, MessageGoneError, PersonGoneError
from bot.kernel.clock import Clock
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.telegram.pacing import Pace, seconds_to_wait
from bot.telegram.polling import PollingBot
from bot.telegram.render import Piece, keyboard, render, split

log = get_logger()

K = TypeVar("K")
V = TypeVar("V")

_DRAFT_PAUSE: Final = timedelta(seconds=1)
_REMEMBERED: Final = 1000  # chats; older ones are forgotten first
_FINAL: Final = (BadRequest, Forbidden, ChatMigrated)  # asking again would change nothing
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True).to_json()  # a preview makes Telegram fetch the address


# Fragments of Telegram's sentences, lower case. Of a topic that is gone nothing falls back to the chat around it.
_REASONS: Final = (
    ("not modified", "unchanged"),
    ("chat not found", "person_gone"),
    ("peer_id_invalid", "person_gone"),
    ("deactivated", "person_gone"),
    ("thread not found", "topic_gone"),
    ("to edit not found", "gone"),
    ("to delete not found", "gone"),
    ("message_id_invalid", "gone"),
    ("can't be edited", "not_editable"),
    ("can't be deleted", "not_deletable"),
)


class TelegramDelivery:
    """Fulfils `Delivery` over the Bot API."""

    def __init__(self, bot: PollingBot, pace: Pace, *, clock: Clock) -> None:
        self._bot = bot
        self._pace = pace
        self._clock = clock
        self._next_draft: OrderedDict[int, datetime] = OrderedDict()

    def parts(self, effect: Effect) -> Sequence[Effect]:
        """Cut a long text: the first part replaces what the whole was to replace, the last bears the buttons."""
        texts = split(effect.text.reveal()) if isinstance(effect, Show) else []
        if isinstance(effect, Erase) or len(texts) < 2:  # noqa: PLR2004
            return [effect]
        parts = [Show(text=Sensitive(text), urgent=effect.urgent) for text in texts]
        parts[0] = replace(parts[0], edit=effect.edit)
        parts[-1] = replace(parts[-1], buttons=effect.buttons)
        return parts

    async def send(
        self, chat: int, effect: Effect, *, into: int | None = None, urgent: bool = False, enter: Enter | None = None
    ) -> int | None:
        """Carry out *effect*; give the id of the message that ends it, which bears its buttons."""
        try:
            await self._pace.turn(chat, free=into is not None or isinstance(effect, Erase), urgent=urgent)
            if enter is not None:
                await enter()
                if self._pace.held(chat) > 0:  # it was asked for meanwhile
                    raise DeliveryLaterError(self._pace.held(chat), flood=True)
            if isinstance(effect, Erase):
                await self._erase(chat, effect)
                return None
            return await self._show(chat, effect, effect.edit if into is None else into)
        except TelegramError as error:
            raise _failure(error) from None  # the cause may quote the address, and with it the token

    async def busy(self, chat: int, *, document: bool = False) -> None:
        """Show a typing or file-reading indicator."""
        if self._pace.held(chat) > 0:
            return
        try:
            await self._bot.send_chat_action(chat, ChatAction.UPLOAD_DOCUMENT if document else ChatAction.TYPING)
        except TelegramError as error:
            log.info("busy_not_shown", error=type(error).__name__)

    async def draft(self, chat: int, draft_id: int, text: Sensitive[str]) -> None:
        """Show a streaming preview, at most one a second for each chat; what comes sooner is dropped."""
        now = self._clock()
        pieces = render(text.reveal())
        if (
            not pieces
            or self._pace.held(chat) > 0
            or now < self._next_draft.get(chat, datetime.min.replace(tzinfo=UTC))
        ):
            return
        pause = _DRAFT_PAUSE
        _remember(self._next_draft, chat, now + pause)  # before we wait: frames may overtake each other
        try:
            await self._bot.send_message_draft(chat, draft_id, pieces[-1].text, entities=pieces[-1].entities)
        except TelegramError as error:
            log.info("draft_not_shown", error=type(error).__name__)
            pause = max(pause, timedelta(seconds=seconds_to_wait(error)))
        _remember(self._next_draft, chat, now + pause)

    async def _erase(self, chat: int, effect: Erase) -> None:
        try:
            await self._bot.delete_message(chat, effect.message_id)
        except BadRequest as error:
            log.info("message_not_erased", reason=_reason(error))  # too old or gone already

    async def _show(self, chat: int, effect: Show, edit: int | None) -> int:
        """Show *effect*, replacing the message *edit*: a part, or whole if it was committed before there were parts."""
        pieces = render(effect.text.reveal())
        if not pieces:
            raise DeliveryRefusedError("nothing to show")
        buttons = keyboard(effect.buttons)
        message = 0
        for place, piece in enumerate(pieces):
            markup = buttons if place == len(pieces) - 1 else None
            if place == 0 and edit is not None:
                message = await self._edit(chat, piece, edit, markup)
            else:
                message = await self._new(chat, piece, markup)
        return message

    async def _new(self, chat: int, piece: Piece, buttons: InlineKeyboardMarkup | None) -> int:
        shown = await self._bot.call("sendMessage", {"chat_id": chat, **_content(piece, buttons)})
        message: int = shown["message_id"]
        return message

    async def _edit(self, chat: int, piece: Piece, message: int, buttons: InlineKeyboardMarkup | None) -> int:
        try:
            await self._bot.call(
                "editMessageText", {"chat_id": chat, "message_id": message, **_content(piece, buttons)}
            )
        except BadRequest as error:
            if _reason(error) != "unchanged":
                raise
        return message


def _content(piece: Piece, buttons: InlineKeyboardMarkup | None) -> dict[str, Any]:
    said = {"text": piece.text, "entities": piece.entities or None, "reply_markup": buttons}
    return {name: value for name, value in said.items() if value is not None} | {"link_preview_options": _NO_PREVIEW}


def _remember(memory: OrderedDict[K, V], key: K, value: V) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)


def _reason(error: TelegramError) -> str:
    """Name the refusal; Telegram's own sentence stays out of logs."""
    if isinstance(error, Forbidden):
        return "person_gone"
    if not isinstance(error, BadRequest):
        return type(error).__name__
    said = error.message.lower()
    return next((reason for fragment, reason in _REASONS if fragment in said), "other")


def _failure(error: TelegramError) -> DeliveryRefusedError | DeliveryLaterError:
    if isinstance(error, _FINAL):
        reason = _reason(error)
        log.warning("delivery_refused", reason=reason)
        if reason == "person_gone":
            return PersonGoneError("refused for good")
        if reason in {"gone", "not_editable"}:
            return MessageGoneError(f"refused: {reason}")
        return DeliveryRefusedError(f"refused: {reason}")
    seconds = seconds_to_wait(error)
    log.warning("delivery_postponed", error=type(error).__name__, ms=round(seconds * 1000))
    return DeliveryLaterError(seconds, flood=isinstance(error, RetryAfter))
