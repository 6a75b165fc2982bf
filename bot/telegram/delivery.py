"""Shows effects to a person, and tells the caller apart "never", "later" and "done".

A long answer is several messages. If Telegram stops us between two of them, the retry goes on where it stopped.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ChatAction
from telegram.error import BadRequest, ChatMigrated, Forbidden, RetryAfter, TelegramError

from bot.chat.model import Effect, Erase, Show
from bot.chat.ports import DeliveryLaterError, DeliveryRefusedError
from bot.kernel.clock import Clock
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.telegram.flood import seconds_to_wait
from bot.telegram.render import Piece, keyboard, render

log = get_logger()

K = TypeVar("K")
V = TypeVar("V")

_DRAFT_PAUSE: Final = timedelta(seconds=1)
_REMEMBERED: Final = 1000  # chats or answers; older ones are forgotten first
_RETRIED_WITHIN: Final = timedelta(minutes=30)
_FINAL: Final = (BadRequest, Forbidden, ChatMigrated)  # asking again would change nothing
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)  # a preview makes Telegram fetch the address


@dataclass(frozen=True, slots=True)
class _Sent:
    pieces: int
    until: datetime


class TelegramDelivery:
    """Fulfils `Delivery` over the Bot API."""

    def __init__(self, bot: Bot, *, clock: Clock) -> None:
        self._bot = bot
        self._clock = clock
        self._half_sent: OrderedDict[tuple[int, int], _Sent] = OrderedDict()  # by chat and hash: no text is kept
        self._next_draft: OrderedDict[int, datetime] = OrderedDict()

    async def send(self, chat: int, effect: Effect) -> int | None:
        """Carry out *effect*; give the id of the message that ends it, which bears its buttons."""
        try:
            if isinstance(effect, Erase):
                await self._erase(chat, effect)
                return None
            return await self._show(chat, effect)
        except TelegramError as error:
            raise _failure(error) from None  # the cause may quote the address, and with it the token

    async def busy(self, chat: int, *, document: bool = False) -> None:
        """Show a typing or file-reading indicator."""
        try:
            await self._bot.send_chat_action(chat, ChatAction.UPLOAD_DOCUMENT if document else ChatAction.TYPING)
        except TelegramError as error:
            log.info("busy_not_shown", error=type(error).__name__)

    async def draft(self, chat: int, draft_id: int, text: Sensitive[str]) -> None:
        """Show a streaming preview, at most one a second for each chat; what comes sooner is dropped."""
        now = self._clock()
        pieces = render(text.reveal())
        if not pieces or now < self._next_draft.get(chat, datetime.min.replace(tzinfo=UTC)):
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

    async def _show(self, chat: int, effect: Show) -> int:
        pieces = render(effect.text.reveal())
        if not pieces:
            raise DeliveryRefusedError("nothing to show")
        buttons = keyboard(effect.buttons)
        key = (chat, hash(effect))
        sent = self._half_sent.get(key)
        done = sent.pieces if sent is not None and self._clock() < sent.until else 0
        message = 0
        for place, piece in enumerate(pieces[done:], start=done):
            edit = effect.edit if place == 0 else None
            try:
                message = await self._put(chat, piece, edit, buttons if place == len(pieces) - 1 else None)
            except _FINAL:
                self._half_sent.pop(key, None)
                raise
            _remember(self._half_sent, key, _Sent(place + 1, self._clock() + _RETRIED_WITHIN))
        self._half_sent.pop(key, None)
        return message

    async def _put(self, chat: int, piece: Piece, edit: int | None, buttons: InlineKeyboardMarkup | None) -> int:
        if edit is not None and await self._edit(chat, piece, edit, buttons):
            return edit
        message = await self._bot.send_message(
            chat, piece.text, entities=piece.entities, reply_markup=buttons, link_preview_options=_NO_PREVIEW
        )
        return message.message_id

    async def _edit(self, chat: int, piece: Piece, message: int, buttons: InlineKeyboardMarkup | None) -> bool:
        """Say whether *message* now shows *piece*; if it cannot be edited any more, a new one must be sent."""
        try:
            await self._bot.edit_message_text(
                piece.text,
                chat,
                message,
                entities=piece.entities,
                reply_markup=buttons,
                link_preview_options=_NO_PREVIEW,
            )
        except BadRequest as error:
            reason = _reason(error)
            if reason not in {"unchanged", "gone", "not_editable"}:
                raise
            return reason == "unchanged"
        return True


def _remember(memory: OrderedDict[K, V], key: K, value: V) -> None:
    memory[key] = value
    memory.move_to_end(key)
    if len(memory) > _REMEMBERED:
        memory.popitem(last=False)


def _reason(error: BadRequest) -> str:
    """Name the refusal; Telegram's own sentence stays out of logs."""
    said = error.message.lower()
    for fragment, reason in (
        ("not modified", "unchanged"),
        ("not found", "gone"),
        ("message_id_invalid", "gone"),
        ("can't be edited", "not_editable"),
        ("can't be deleted", "not_deletable"),
    ):
        if fragment in said:
            return reason
    return "other"


def _failure(error: TelegramError) -> DeliveryRefusedError | DeliveryLaterError:
    if isinstance(error, _FINAL):
        reason = _reason(error) if isinstance(error, BadRequest) else type(error).__name__
        log.warning("delivery_refused", reason=reason)
        return DeliveryRefusedError(f"refused: {reason}")
    seconds = seconds_to_wait(error)
    log.warning("delivery_postponed", error=type(error).__name__, ms=round(seconds * 1000))
    return DeliveryLaterError(seconds, flood=isinstance(error, RetryAfter))
