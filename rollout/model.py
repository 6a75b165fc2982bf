"""Who stands where on a waitlist, and which moves are legal. Pure: no clock, no database.

Access never follows from the bucket: raising or lowering a percentage must not take a place away from anyone who has
one. It follows from an enrollment row, which only an explicit move of this table writes and ends.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

HASH_VERSION = 1  # stored beside every draw: a second hash may one day be added, this one never changes
MEMBER_MAX = 128
BY_MAX = 64
REASON_MAX = 200
STRATA = frozenset({"lang", "country", "platform"})  # closed: nothing about anyone's health divides the list
_STRATUM = re.compile(r"[A-Za-z0-9_-]{1,16}")


class RolloutError(Exception):
    """Anything the rollout refuses or cannot do. The message holds slugs, states and counts, never a member."""


class UnusableInputError(RolloutError):
    """An argument is empty, too long or not one of the values allowed."""


class UnknownWaitlistError(RolloutError):
    """No waitlist has this slug."""


class ClosedError(RolloutError):
    """The waitlist takes nobody new."""


class CapacityError(RolloutError):
    """Every seat is taken, or a smaller capacity was asked for than seats are taken."""


class TransitionError(RolloutError):
    """The entry is not in a state from which this can be done."""

    def __init__(self, before: "State | None", after: "State") -> None:
        super().__init__(f"an entry that is {before or 'not on the list'} cannot become {after}")
        self.before = before
        self.after = after


class ConflictError(RolloutError):
    """Somebody else changed the entry since it was read; read it again."""


class UnavailableError(RolloutError):
    """The database could not be reached, is not at this version's schema, or refused the write."""


class State(StrEnum):
    """Where an entry stands."""

    WAITING = "WAITING"
    HELD = "HELD"  # kept out of promotion until released
    INVITED = "INVITED"  # a seat is kept, the person has not accepted
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"  # keeps the seat, has no access
    DECLINED = "DECLINED"
    EXPIRED = "EXPIRED"  # invited too often without an answer
    WITHDRAWN = "WITHDRAWN"
    RELEASED = "RELEASED"  # idle, gave the seat back
    REVOKED = "REVOKED"
    ERASED = "ERASED"


SEATED = frozenset({State.INVITED, State.ACTIVE, State.SUSPENDED})
ADMITTED = frozenset({State.INVITED, State.ACTIVE})
FINAL = frozenset({State.DECLINED, State.WITHDRAWN, State.REVOKED, State.ERASED})
REJOIN = frozenset({State.EXPIRED, State.RELEASED})  # out, and welcome again at the tail
_OUT = frozenset({State.WITHDRAWN, State.ERASED})  # a person may always leave, or ask to be forgotten

LEGAL: Mapping[State | None, frozenset[State]] = {
    None: frozenset({State.WAITING, State.INVITED}),  # joins, or is admitted by hand
    State.WAITING: frozenset({State.HELD, State.INVITED}) | _OUT,
    State.HELD: frozenset({State.WAITING}) | _OUT,
    State.INVITED: frozenset({State.ACTIVE, State.WAITING, State.DECLINED, State.EXPIRED, State.REVOKED}) | _OUT,
    State.ACTIVE: frozenset({State.SUSPENDED, State.RELEASED, State.REVOKED}) | _OUT,
    State.SUSPENDED: frozenset({State.ACTIVE, State.REVOKED}) | _OUT,
    State.EXPIRED: frozenset({State.WAITING}) | _OUT,
    State.RELEASED: frozenset({State.WAITING}) | _OUT,
    State.DECLINED: frozenset({State.ERASED}),
    State.WITHDRAWN: frozenset({State.ERASED}),
    State.REVOKED: frozenset({State.ERASED}),
    State.ERASED: frozenset(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waitlist:
    """One list and its seats; the slug is also the feature that its people are enrolled in."""

    id: int
    slug: str
    capacity: int
    seats_used: int
    salt: str  # never changed, and not the slug: a rename must not draw everyone again
    hash_version: int
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One member on one waitlist."""

    id: int
    waitlist_id: int
    member: str
    seq: int
    joined_at: datetime | None  # forgotten with the member
    priority: int
    lang: str | None
    country: str | None
    platform: str | None
    draw: int | None  # the member's bucket, drawn once; forgotten with the member
    state: State
    wave_id: int | None
    state_changed_at: datetime
    state_by: str | None
    state_reason: str | None
    expiries: int
    opted_in_notify: bool
    source: str | None
    referrer_id: int | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What a member may be told about their own place."""

    state: State | None = None  # None: not on the list
    joined_at: datetime | None = None
    position: tuple[int, int] | None = None  # from..to, only while waiting
    enrolled: bool = False

    @property
    def waiting(self) -> bool:
        """Whether the member waits for a seat; who is held back is not told so."""
        return self.state in {State.WAITING, State.HELD}

    @property
    def admitted(self) -> bool:
        """Whether a seat is kept for the member: invited, or active."""
        return self.state in ADMITTED


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """A waitlist as an admin sees it."""

    slug: str
    capacity: int
    seats_used: int
    open: bool
    counts: Mapping[State, int] = field(default_factory=dict)


def bucket(salt: str, member: str) -> int:
    """Give *member*'s place in 0..9999: frozen for ever, salted so that two lists or flags pick different people."""
    return int.from_bytes(sha256(f"{salt}:{member}".encode()).digest()[:8], "big") * 10_000 >> 64


def check_move(before: State | None, after: State) -> None:
    """Refuse a move that the table does not hold."""
    if after not in LEGAL[before]:
        raise TransitionError(before, after)


def position_range(ahead: int) -> tuple[int, int]:
    """Give the ten places that hold the one after *ahead* others: an exact rank would tell when others leave."""
    low = ahead // 10 * 10 + 1
    return low, low + 9


def check_text(name: str, text: str, limit: int) -> str:
    """Give *text* if it is neither blank nor longer than *limit*."""
    if not text.strip() or len(text) > limit:
        raise UnusableInputError(f"{name} must be 1 to {limit} characters")
    return text


def check_strata(strata: Mapping[str, str]) -> dict[str, str]:
    """Give *strata* if it names only what may divide the list, in codes too short to say anything else."""
    if unknown := len(set(strata) - STRATA):
        raise UnusableInputError(f"{unknown} strata refused; allowed: {', '.join(sorted(STRATA))}")
    if any(not _STRATUM.fullmatch(value) for value in strata.values()):
        raise UnusableInputError("a stratum is a code of 1 to 16 letters, digits, - or _")
    return dict(strata)
