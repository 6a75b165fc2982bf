"""What a person sees in the playground's chat: people, messages and the events that change them.

Texts, labels and file names are kept out of `repr`, so that a failing assertion or a log cannot show them.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

TOKEN: Final = "1000001:playground"  # noqa: S105  made up, and public: it opens nothing but this process
BOT_ID: Final = 1_000_001
BOT_USERNAME: Final = "carnet_playground_bot"

EventType = Literal["message", "edit", "delete", "file", "notice", "typing", "draft"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """Someone who chats; the private chat with them has the same id."""

    id: int
    first_name: str = field(repr=False)
    language_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A styled stretch of a text; offsets and lengths in UTF-16 units, as on the wire."""

    type: str
    offset: int
    length: int
    url: str | None = field(default=None, repr=False)
    language: str | None = None  # of a "pre" block


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """An inline button: it sends `data` back, opens `url` or copies `copy`."""

    label: str = field(repr=False)
    data: str | None = None
    url: str | None = field(default=None, repr=False)
    copy: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file in the chat; its bytes stay on the shelf under `handle`."""

    handle: str
    name: str = field(repr=False)
    media_type: str
    size: int  # bytes
    photo: tuple[int, int] | None = None  # width and height, when it was sent as a photo


Buttons = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisibleMessage:
    """One message as it stands in the chat now."""

    id: int
    author: Literal["bot", "person"]
    date: datetime
    text: str = field(default="", repr=False)  # or the file's caption
    entities: tuple[Entity, ...] = ()
    buttons: Buttons = ()
    file: File | None = None
    edited: datetime | None = None
    thread: int | None = None
    reply_to: int | None = None
    protected: bool = False
    link_preview: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A streaming preview; Telegram drops it after 30 seconds."""

    id: int
    text: str = field(repr=False)
    entities: tuple[Entity, ...]
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something a person saw happen, their own messages included (`message.author` tells).

    A deletion carries the message as it last stood.
    """

    number: int  # 1, 2, 3… within one chat
    type: EventType
    message: VisibleMessage | None = None
    text: str = field(default="", repr=False)  # of a notice or a draft; the action of a "typing"
    entities: tuple[Entity, ...] = ()  # of a draft
    alert: bool = False  # a notice the person must dismiss
