"""What sending methods share: the chat, the thread, the words, the buttons, each checked as Telegram checks it."""

from typing import Any, Final

from bot.playground.conversation import Conversation
from bot.playground.errors import ApiError, PlaygroundError, bad_request
from bot.playground.model import Button, Buttons, Entity
from bot.playground.params import Params
from bot.playground.text import clean
from bot.playground.world import Playground

_CALLBACK_BYTES: Final = 64
_COPY_LIMIT: Final = 256
_BUTTON_LIMIT: Final = 100
_ENTITY_TYPES: Final = frozenset(
    [
        "mention",
        "hashtag",
        "cashtag",
        "bot_command",
        "url",
        "email",
        "phone_number",
        "bold",
        "italic",
        "underline",
        "strikethrough",
        "spoiler",
        "blockquote",
        "expandable_blockquote",
        "code",
        "pre",
        "text_link",
        "text_mention",
        "custom_emoji",
    ]
)


def target(playground: Playground, params: Params) -> Conversation:
    """Give the chat a call is about."""
    try:
        talk = playground.talk(params.number("chat_id"))
    except PlaygroundError:
        raise bad_request("chat not found") from None
    if talk.blocked:
        raise ApiError(403, "Forbidden: bot was blocked by the user")
    return talk


def thread(params: Params, talk: Conversation) -> int | None:
    """Give the topic to send to; one that is gone is refused, never replaced."""
    if not params.has("message_thread_id"):
        return None
    thread_id = params.number("message_thread_id")
    if thread_id not in talk.topics:
        raise bad_request("message thread not found")
    return thread_id


def words(params: Params, name: str, *, limit: int, too_long: str) -> tuple[str, tuple[Entity, ...]]:
    """Give the text called *name* with its entities."""
    if params.text("parse_mode"):
        raise bad_request("the playground reads entities, not parse_mode")
    marks = "entities" if name == "text" else f"{name}_entities"
    entities = [_entity(mark) for mark in params.data(marks, list)]
    return clean(params.text(name), entities, limit=limit, too_long=too_long)


def _entity(mark: Any) -> Entity:
    try:
        entity = Entity(
            type=str(mark["type"]),
            offset=int(mark["offset"]),
            length=int(mark["length"]),
            url=mark.get("url"),
            language=mark.get("language"),
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise bad_request("can't parse MessageEntity") from None
    if entity.type not in _ENTITY_TYPES:
        raise bad_request("can't parse MessageEntity: unsupported type")
    return entity


def buttons(params: Params) -> Buttons:
    """Give the inline keyboard; none when there is none."""
    markup = params.data("reply_markup", dict)
    if not markup:
        return ()
    rows = markup.get("inline_keyboard")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request("the playground shows inline keyboards only")
    if sum(len(row) for row in rows) > _BUTTON_LIMIT:
        raise bad_request("reply markup is too long")
    return tuple(tuple(_button(entry) for entry in row) for row in rows if row)


def _button(entry: Any) -> Button:
    label = _string(entry, "text") if isinstance(entry, dict) else None
    if label is None or not label.strip():
        raise bad_request('can\'t parse inline keyboard button: Field "text" must be a non-empty String')
    data, url = _string(entry, "callback_data"), _string(entry, "url")
    copied = _string(entry.get("copy_text") or {}, "text")
    if data is None and url is None and copied is None:
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if data is not None and not 1 <= len(data.encode()) <= _CALLBACK_BYTES:
        raise bad_request("BUTTON_DATA_INVALID")
    if url is not None and not url.startswith(("https://", "http://", "tg://")):
        raise bad_request("BUTTON_URL_INVALID")
    if copied is not None and not 1 <= len(copied) <= _COPY_LIMIT:
        raise bad_request("BUTTON_COPY_TEXT_INVALID")
    return Button(label=label, data=data, url=url, copy=copied)


def _string(entry: Any, name: str) -> str | None:
    value = entry.get(name) if isinstance(entry, dict) else None
    return value if isinstance(value, str) else None


def delivery(params: Params, talk: Conversation) -> dict[str, Any]:
    """Give what every sent message has besides its content."""
    preview = params.data("link_preview_options", dict)
    return {
        "author": "bot",
        "buttons": buttons(params),
        "thread": thread(params, talk),
        "reply_to": _reply_to(params, talk),
        "protected": params.flag("protect_content"),
        "link_preview": not preview.get("is_disabled", False),
    }


def _reply_to(params: Params, talk: Conversation) -> int | None:
    reply = params.data("reply_parameters", dict)
    if not reply:
        return None
    message_id = reply.get("message_id")
    if isinstance(message_id, int) and talk.find(message_id) is not None:
        return message_id
    if reply.get("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")
