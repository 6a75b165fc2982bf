"""Topics in private chats; they exist only while the playground's switch is on."""

from typing import Final

from bot.playground.conversation import Conversation
from bot.playground.errors import bad_request
from bot.playground.methods.content import target
from bot.playground.params import Params
from bot.playground.text import units
from bot.playground.world import Playground

_NAME_LIMIT: Final = 128
_COLOR: Final = 0x6FB9F0


def _forum(playground: Playground, params: Params) -> Conversation:
    talk = target(playground, params)
    if not playground.topics:
        raise bad_request("the chat is not a forum")
    return talk


def _topic(talk: Conversation, params: Params) -> int:
    thread_id = params.number("message_thread_id")
    if thread_id not in talk.topics:
        raise bad_request("message thread not found")
    return thread_id


def _name(params: Params) -> str:
    name = params.text("name").strip()
    if not 1 <= units(name) <= _NAME_LIMIT:
        raise bad_request("TOPIC_TITLE_EMPTY" if not name else "topic name is too long")
    return name


def create_forum_topic(playground: Playground, params: Params) -> object:
    """Open a topic."""
    talk = _forum(playground, params)
    name = _name(params)
    thread_id = talk.next_id()
    talk.topics[thread_id] = name
    return {"message_thread_id": thread_id, "name": name, "icon_color": _COLOR}


def edit_forum_topic(playground: Playground, params: Params) -> object:
    """Rename a topic."""
    talk = _forum(playground, params)
    thread_id = _topic(talk, params)
    if params.text("name"):
        talk.topics[thread_id] = _name(params)
    return True


def delete_forum_topic(playground: Playground, params: Params) -> object:
    """Close a topic and delete everything in it."""
    talk = _forum(playground, params)
    thread_id = _topic(talk, params)
    for shown in talk.messages:
        if shown.thread == thread_id:
            talk.remove(shown)
    del talk.topics[thread_id]
    return True


METHODS: Final = {
    "createForumTopic": create_forum_topic,
    "editForumTopic": edit_forum_topic,
    "deleteForumTopic": delete_forum_topic,
}
