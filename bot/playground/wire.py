"""Messages and updates as JSON, in the shapes Telegram sends them."""

from datetime import datetime
from typing import Any

from bot.playground.conversation import Conversation
from bot.playground.model import BOT_ID, BOT_USERNAME, Button, Buttons, Entity, File, Persona, VisibleMessage

Json = dict[str, Any]


def bot_user(name: str) -> Json:
    """Give the bot as a User."""
    return {"id": BOT_ID, "is_bot": True, "first_name": name or "Carnet", "username": BOT_USERNAME}


def user(persona: Persona) -> Json:
    """Give a person as a User."""
    return {
        "id": persona.id,
        "is_bot": False,
        "first_name": persona.first_name,
        "language_code": persona.language_code,
    }


def chat(persona: Persona) -> Json:
    """Give the private chat with a person."""
    return {"id": persona.id, "type": "private", "first_name": persona.first_name}


def message(shown: VisibleMessage, talk: Conversation, *, bot: Json, nested: bool = False) -> Json:
    """Give a message; one it replies to is given with it, but not the one that one replies to."""
    body: Json = {
        "message_id": shown.id,
        "from": bot if shown.author == "bot" else user(talk.persona),
        "chat": chat(talk.persona),
        "date": _seconds(shown.date),
    }
    words, marks = ("caption", "caption_entities") if shown.file else ("text", "entities")
    if shown.text:
        body[words] = shown.text
    if shown.entities:
        body[marks] = [entity(mark) for mark in shown.entities]
    if shown.file is not None:
        body |= _media(shown.file)
    if shown.edited is not None:
        body["edit_date"] = _seconds(shown.edited)
    if shown.buttons:
        body["reply_markup"] = {"inline_keyboard": keyboard(shown.buttons)}
    if shown.thread is not None:
        body |= {"message_thread_id": shown.thread, "is_topic_message": True}
    if shown.protected:
        body["has_protected_content"] = True
    if not shown.link_preview:
        body["link_preview_options"] = {"is_disabled": True}
    replied = talk.find(shown.reply_to) if shown.reply_to is not None and not nested else None
    if replied is not None:
        body["reply_to_message"] = message(replied, talk, bot=bot, nested=True)
    return body


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())


def entity(mark: Entity) -> Json:
    """Give an entity with what its type carries."""
    body: Json = {"type": mark.type, "offset": mark.offset, "length": mark.length}
    return body | {key: value for key, value in (("url", mark.url), ("language", mark.language)) if value}


def keyboard(rows: Buttons) -> list[list[Json]]:
    """Give the rows of an inline keyboard."""
    return [[_button(button) for button in row] for row in rows]


def _button(button: Button) -> Json:
    body: Json = {"text": button.label}
    if button.data is not None:
        body["callback_data"] = button.data
    if button.url is not None:
        body["url"] = button.url
    if button.copy is not None:
        body["copy_text"] = {"text": button.copy}
    return body


def _media(file: File) -> Json:
    ids = {"file_id": file.handle, "file_unique_id": unique(file), "file_size": file.size}
    if file.photo is not None:
        width, height = file.photo
        return {"photo": [ids | {"width": width, "height": height}]}
    return {"document": ids | {"file_name": file.name, "mime_type": file.media_type}}


def unique(file: File) -> str:
    """Give the id that stays the same when a file is sent again."""
    return f"u{file.handle[:16]}"


def blocking(persona: Persona, *, blocked: bool, at: datetime, bot: Json) -> Json:
    """Give the change of membership Telegram reports when a person blocks or unblocks the bot."""
    banned: Json = {"status": "kicked", "user": bot, "until_date": 0}
    member: Json = {"status": "member", "user": bot}
    return {
        "chat": chat(persona),
        "from": user(persona),
        "date": _seconds(at),
        "old_chat_member": member if blocked else banned,
        "new_chat_member": banned if blocked else member,
    }
