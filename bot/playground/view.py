"""What the chat page receives, as JSON; offsets stay in UTF-16 units, which is how JavaScript counts too."""

from dataclasses import asdict
from typing import Any, Final

from bot.i18n import Language, language_of, say
from bot.playground.conversation import Conversation
from bot.playground.model import Event, Persona, VisibleMessage
from bot.playground.profile import BotProfile

_STRINGS: Final = [
    "title",
    "stand_in",
    "choose_person",
    "someone_new",
    "new_name",
    "new_language",
    "french",
    "english",
    "add",
    "cancel",
    "bot_name",
    "status",
    "health_badge",
    "log_label",
    "write_here",
    "send",
    "attach",
    "sample",
    "sample_name",
    "commands",
    "no_commands",
    "start",
    "empty_title",
    "empty_text",
    "typing",
    "thinking",
    "edited",
    "you_said",
    "bot_said",
    "drop_here",
    "sending",
    "failed",
    "too_big",
    "lost",
    "main_thread",
    "thread_label",
    "today",
    "yesterday",
    "close",
    "new_messages",
    "photo",
    "download",
    "copied",
    "ok",
]


def strings(language: Language) -> dict[str, str]:
    """Give every sentence of the page in one language."""
    return {name: say(language, f"playground.{name}") for name in _STRINGS}


def persona(who: Persona) -> dict[str, Any]:
    """Give someone for the switcher."""
    return {"id": who.id, "name": who.first_name, "language": language_of(who.language_code)}


def bot(profile: BotProfile, who: Persona) -> dict[str, Any]:
    """Give the bot as *who* sees it."""
    return {
        "name": profile.described_to(who, "name"),
        "description": profile.described_to(who, "description"),
        "commands": [asdict(entry) for entry in profile.menu_of(who)],
    }


def chat(talk: Conversation) -> dict[str, Any]:
    """Give a chat as it stands."""
    draft = talk.draft
    return {
        "type": "chat",
        "messages": [message(shown) for shown in talk.messages],
        "topics": topics(talk),
        "draft": {"text": draft.text, "entities": [asdict(mark) for mark in draft.entities]} if draft else None,
    }


def event(happened: Event) -> dict[str, Any]:
    """Give one thing that happened."""
    return {
        "type": happened.type,
        "message": message(happened.message) if happened.message is not None else None,
        "text": happened.text,
        "entities": [asdict(mark) for mark in happened.entities],
    }


def message(shown: VisibleMessage) -> dict[str, Any]:
    """Give a message."""
    times = {"date": int(shown.date.timestamp() * 1000), "edited": shown.edited is not None}
    return asdict(shown) | times


def topics(talk: Conversation) -> list[dict[str, Any]]:
    """Give the topics of a chat."""
    return [{"id": thread, "name": name} for thread, name in talk.topics.items()]
