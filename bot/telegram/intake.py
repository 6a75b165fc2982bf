"""Reads one Telegram update: what a person sent in their private chat, or nothing.

Nothing: groups and channels, service messages, other bots. An edit is read for the danger it may now tell, and for
nothing else: the first wording was already answered. A person is never left in silence for content we cannot use: that is kind "unsupported", and its caption is still read, because
a video may come with words that matter.
"""

from dataclasses import dataclass
from datetime import datetime

from telegram import CallbackQuery, Chat, Message, Update
from telegram.ext.filters import StatusUpdate

from bot.chat.model import NO_TEXT, Arrival, Kind, Upload
from bot.kernel.sensitive import Sensitive
from bot.telegram.commands import read_command


def parse(update: Update, *, bot: int, now: datetime) -> Arrival | None:
    """Give what *update* brings to the bot whose id is *bot*; *now* dates a button press, which Telegram does not."""
    if update.callback_query is not None:
        return _press(update.callback_query, update.update_id, bot, now)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot or message.chat.type != Chat.PRIVATE:
        return None
    content = _content(message) if update.message is not None else _edited(message)
    if content.kind == "unsupported" and StatusUpdate.ALL.check_update(update):
        return None
    return Arrival(
        key=f"tg:{bot}:{message.chat.id}:{update.update_id}",
        chat=message.chat.id,
        user=message.from_user.id,
        language_code=message.from_user.language_code,
        kind=content.kind,
        at=message.edit_date or message.date,
        message_id=message.message_id,
        text=content.text,
        command=content.command,
        upload=content.upload,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    kind: Kind
    text: Sensitive[str] = NO_TEXT
    command: str = ""
    upload: Upload | None = None


def _content(message: Message) -> _Content:
    if message.text is not None:
        command = read_command(message.text)
        if command is None:
            return _Content(kind="text", text=Sensitive(message.text))
        return _Content(kind="command", command=command[0], text=Sensitive(command[1]))
    caption = Sensitive(message.caption or "")
    upload = _upload(message)
    return _Content(kind="unsupported" if upload is None else "upload", text=caption, upload=upload)


def _edited(message: Message) -> _Content:
    return _Content(kind="edit", text=Sensitive(message.text or message.caption or ""))


def _upload(message: Message) -> Upload | None:
    if message.photo:
        largest = message.photo[-1]
        return Upload(
            handle=largest.file_id, name=Sensitive("photo.jpg"), media_type="image/jpeg", size=largest.file_size or 0
        )
    document = message.document
    if document is None or message.animation is not None:  # an animation is announced as a document as well
        return None
    return Upload(
        handle=document.file_id,
        name=Sensitive(document.file_name or "document"),
        media_type=document.mime_type or "application/octet-stream",
        size=document.file_size or 0,
    )


def _press(query: CallbackQuery, update_id: int, bot: int, now: datetime) -> Arrival | None:
    # A private chat has one person in it: whoever presses is whom we gave the button to.
    if query.message is None or query.message.chat.type != Chat.PRIVATE or not query.data:
        return None
    return Arrival(
        key=f"tg:{bot}:{query.message.chat.id}:{update_id}",
        chat=query.message.chat.id,
        user=query.from_user.id,
        language_code=query.from_user.language_code,
        kind="button",
        at=now,
        message_id=query.message.message_id,
        button=query.data,
    )
