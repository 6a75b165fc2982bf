"""What a worker holds: a lane for the length of a lease, and that lane's oldest unfinished row."""

from dataclasses import dataclass, field
from typing import Literal

from bot.kernel.errors import BotError


class LeaseLostError(BotError):
    """Another worker has the lane now, or it was released: whatever was being done for it must stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One message of a committed answer. Its sealed body stays until the whole work is done.

    The `message_id` of a pending one is a message of ours that waits to be replaced by it.
    """

    n: int
    body: bytes | None = field(repr=False)
    state: Literal["pending", "sent", "refused"]
    message_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkItem:
    """One accepted row. When it is "answered" already, only sending what is still pending remains."""

    id: int
    key: str
    space: str
    payload: bytes = field(repr=False)  # sealed
    attempts: int
    state: Literal["pending", "answered"]
    crashes: int = 0  # how often a worker took it and was never heard of again
    placeholder: int | None = None  # the message that stands for the answer meanwhile
    outbox: tuple[Outgoing, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """The right to work on a lane. `epoch` fences: a claim older than the lane's latest can no longer write."""

    lane: str
    epoch: int
    spaces: frozenset[str]  # what this worker may open: the lane goes back when its next row is of another space
    item: WorkItem
    express: bool = False  # its lane is one that never waits


@dataclass(frozen=True, slots=True, kw_only=True)
class Express:
    """One message for the person that is worded already: accepted as answered, in a lane that never waits."""

    key: str
    lane: str
    space: str
    payload: bytes = field(repr=False)  # sealed, as are all
    body: bytes = field(repr=False)
