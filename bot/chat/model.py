"""What arrives from a person and what they are shown, in words that know nothing of Telegram's library."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, get_args

from bot.i18n import Language
from bot.kernel.ids import PersonId, TurnId
from bot.kernel.sensitive import Sensitive

HEALTH_MARK: Final = "🩺"  # opens every message of the Health space, so that nobody wonders where they are

NO_TEXT: Final = Sensitive("")

Kind = Literal["text", "command", "button", "upload", "unsupported", "edit"]
Urgency = Literal["info", "soon", "urgent", "emergency"]  # least first; nothing to say of a message is no alarm at all

_URGENCIES: Final = get_args(Urgency)


class Space(StrEnum):
    """Where a conversation happens. Unknown always means general."""

    GENERAL = "general"
    HEALTH = "health"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file a person sent; its bytes are fetched only where they may be read."""

    handle: str  # Telegram's file_id
    name: Sensitive[str]
    media_type: str
    size: int  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One update, parsed, before we know whose it is or which space it belongs to."""

    key: str  # "tg:<bot>:<chat>:<update_id>", "web:<ticket>" of the upload page; the same one is accepted once
    chat: int
    user: int
    language_code: str | None
    kind: Kind
    at: datetime
    message_id: int  # of the message sent, or of the message that bears the pressed button
    text: Sensitive[str] = NO_TEXT  # the text, a command's argument, or a caption
    command: str = ""  # canonical English name, without slash
    button: str = ""  # callback data, at most 64 bytes
    upload: Upload | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What the guard-rail says of a message: codes of its rules, never words of the message."""

    level: Urgency
    category: str
    rule: str
    crisis: bool = False  # someone may be about to harm themselves, whatever else the category says
    asks: bool = False  # too little to stop at, enough to ask how they are

    @property
    def stops(self) -> bool:
        """Say whether a card is the whole answer, so that nothing else may be said to the message."""
        return _URGENCIES.index(self.level) >= _URGENCIES.index("urgent")

    def above(self, other: "Alarm | None") -> bool:
        """Say whether this one is more urgent than *other*, or as urgent and a crisis that *other* was not."""
        if other is None or self.level == other.level:
            return other is None or (self.crisis and not other.crisis)
        return _URGENCIES.index(self.level) > _URGENCIES.index(other.level)


FAULT: Final = Alarm(level="urgent", category="none", rule="fault")  # the guard-rail itself failed: caution is due


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One arrival, accepted: its person, its language and its space are settled and will not change."""

    id: TurnId
    person: PersonId
    language: Language
    space: Space
    order: int  # counts this person's changes of mode: one decided later is not undone by a turn worked later
    arrival: Arrival
    country: str | None = None  # ISO 3166-1, where they had said they were when it arrived
    alarm: Alarm | None = None  # when it `stops`, a card has answered already
    judged: str = field(default="", repr=False)  # the digest of what *alarm* was made of; "" when nothing was judged

    @property
    def unremarkable(self) -> bool:
        """Say whether the guard-rail read its words and found nothing at all, not even something to refuse."""
        return self.alarm is None and bool(self.judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """An inline button. `data` comes back as `Arrival.button`; at most 64 bytes, never health text."""

    label: str
    data: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Show:
    """A message to show. `**bold**` is its only markup; all else appears as written. With `edit`, it replaces one.

    An urgent one goes out at once and as a message of its own, which rings: better twice after a crash than late.
    """

    text: Sensitive[str]
    buttons: tuple[tuple[Button, ...], ...] = ()
    edit: int | None = None
    urgent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase:
    """A message to delete from the chat; Telegram allows it for 48 hours."""

    message_id: int


Effect = Show | Erase
