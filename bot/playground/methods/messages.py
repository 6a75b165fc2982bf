"""Sending, drafting, editing, deleting messages and answering buttons."""

from datetime import datetime, timedelta
from typing import Final

from bot.playground.conversation import Conversation
from bot.playground.errors import bad_request
from bot.playground.methods.content import buttons, delivery, target, thread, words
from bot.playground.model import Draft, VisibleMessage
from bot.playground.params import Params
from bot.playground.queries import Notice
from bot.playground.text import TEXT_LIMIT, units
from bot.playground.world import Playground

_DELETABLE: Final = timedelta(hours=48)
_AT_ONCE: Final = 100
_NOTICE_LIMIT: Final = 200
_TOO_LONG: Final = "message is too long"
_ACTIONS: Final = frozenset(
    [
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    ]
)


def send_message(playground: Playground, params: Params) -> object:
    """Post a text."""
    talk = target(playground, params)
    text, entities = words(params, "text", limit=TEXT_LIMIT, too_long=_TOO_LONG)
    if not text:
        raise bad_request("message text is empty")
    shown = talk.add(text=text, entities=entities, **delivery(params, talk))
    return playground.message_json(shown, talk)


def send_message_draft(playground: Playground, params: Params) -> object:
    """Show a streaming preview."""
    talk = target(playground, params)
    draft_id = params.number("draft_id")
    if draft_id == 0:
        raise bad_request("draft_id must be non-zero")
    thread(params, talk)
    text, entities = words(params, "text", limit=TEXT_LIMIT, too_long=_TOO_LONG)
    talk.preview(Draft(id=draft_id, text=text, entities=entities, until=playground.clock()))
    return True


def send_chat_action(playground: Playground, params: Params) -> object:
    """Show that the bot is busy."""
    talk = target(playground, params)
    action = params.text("action")
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    thread(params, talk)
    talk.tell("typing", text=action)
    return True


def edit_message_text(playground: Playground, params: Params) -> object:
    """Replace the text and the buttons of a message of the bot's."""
    talk = target(playground, params)
    shown = _own(talk, params)
    text, entities = words(params, "text", limit=TEXT_LIMIT, too_long=_TOO_LONG)
    if not text:
        raise bad_request("message text is empty")
    if shown.file is not None:
        raise bad_request("there is no text in the message to edit")
    changed = talk.edit(shown, text=text, entities=entities, buttons=buttons(params))
    return playground.message_json(changed, talk)


def edit_message_reply_markup(playground: Playground, params: Params) -> object:
    """Replace or remove the buttons only."""
    talk = target(playground, params)
    changed = talk.edit(_own(talk, params), buttons=buttons(params))
    return playground.message_json(changed, talk)


def _own(talk: Conversation, params: Params) -> VisibleMessage:
    shown = talk.find(params.number("message_id"))
    if shown is None:
        raise bad_request("message to edit not found")
    if shown.author != "bot":
        raise bad_request("message can't be edited")
    return shown


def delete_message(playground: Playground, params: Params) -> object:
    """Delete a message of either side, while Telegram lets a bot do so."""
    talk = target(playground, params)
    shown = talk.find(params.number("message_id"))
    if shown is None:
        raise bad_request("message to delete not found")
    _delete(talk, [shown], playground.clock())
    return True


def delete_messages(playground: Playground, params: Params) -> object:
    """Delete several; those already gone are skipped."""
    talk = target(playground, params)
    asked = [message_id for message_id in params.data("message_ids", list) if isinstance(message_id, int)]
    if not 1 <= len(asked) <= _AT_ONCE:
        raise bad_request("message identifiers are not specified" if not asked else "too many messages to delete")
    found = [talk.find(message_id) for message_id in dict.fromkeys(asked)]
    _delete(talk, [shown for shown in found if shown is not None], playground.clock())
    return True


def _delete(talk: Conversation, chosen: list[VisibleMessage], now: datetime) -> None:
    if any(now - shown.date >= _DELETABLE for shown in chosen):
        raise bad_request("message can't be deleted for everyone")
    for shown in chosen:
        talk.remove(shown)


def answer_callback_query(playground: Playground, params: Params) -> object:
    """Stop a pressed button's waiting, with a notice or without."""
    text = params.text("text")
    if units(text) > _NOTICE_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    playground.queries.answer(params.text("callback_query_id"), Notice(text, params.flag("show_alert")))
    return True


def set_message_reaction(playground: Playground, params: Params) -> object:
    """Accept a reaction; the page shows none."""
    talk = target(playground, params)
    if talk.find(params.number("message_id")) is None:
        raise bad_request("message to react not found")
    return True


METHODS: Final = {
    "sendMessage": send_message,
    "sendMessageDraft": send_message_draft,
    "sendChatAction": send_chat_action,
    "editMessageText": edit_message_text,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "deleteMessage": delete_message,
    "deleteMessages": delete_messages,
    "answerCallbackQuery": answer_callback_query,
    "setMessageReaction": set_message_reaction,
}
