"""The moves of a waitlist, each inside the caller's transaction: first come first served, nobody twice, never over.

Three things hold after every move, because only `_move` and `_enter` change a state: seats taken = entries invited,
active or suspended; an open enrollment = an active entry; every change of state is one that the table of `model` allows.
"""

from datetime import datetime
from secrets import token_hex
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from rollout import store
from rollout.model import (
    ADMITTED,
    FINAL,
    REJOIN,
    SEATED,
    CapacityError,
    ClosedError,
    Entry,
    State,
    Status,
    TransitionError,
    Waitlist,
    bucket,
    check_move,
    position_range,
)

BY_MEMBER = "member"


async def open_waitlist(connection: AsyncConnection, slug: str, *, capacity: int, now: datetime) -> None:
    """Create the list, or give it this capacity; its salt stays the first one."""
    await store.create_waitlist(connection, slug=slug, capacity=capacity, salt=token_hex(16), now=now)
    waitlist = await store.get_waitlist(connection, slug, lock=True)
    if capacity < waitlist.seats_used:
        raise CapacityError(f"{waitlist.seats_used} seats are taken, capacity cannot become {capacity}")
    await store.set_capacity(connection, waitlist.id, capacity)


async def join(
    connection: AsyncConnection, slug: str, member: str, *, strata: dict[str, str], notify: bool, now: datetime
) -> Status:
    """Put *member* at the tail. Who waits or has a seat keeps it; only the wish to be notified follows the last call."""
    waitlist = await store.get_waitlist(connection, slug, lock=True)
    entry = await store.get_entry(connection, waitlist.id, member)
    if not waitlist.open and (entry is None or entry.state in REJOIN):
        raise ClosedError(f"waitlist {slug!r} takes nobody new")
    if entry is None:
        entry = await _enter(connection, waitlist, member, State.WAITING, strata=strata, notify=notify, now=now)
    elif entry.state in REJOIN:
        entry = await _move(
            connection, waitlist, entry, State.WAITING, by=BY_MEMBER, now=now,
            seq=await store.next_seq(connection, waitlist.id), opted_in_notify=notify, wave_id=None, expiries=0,
        )  # fmt: skip
    elif entry.state in FINAL:
        raise TransitionError(entry.state, State.WAITING)
    elif entry.opted_in_notify is not notify:
        entry = await store.change_entry(connection, entry, opted_in_notify=notify)
    return await _status(connection, waitlist, entry)


async def leave(connection: AsyncConnection, slug: str, member: str, *, now: datetime) -> Status:
    """Take *member* off the list for good, access and seat with them; who is out already stays as they are."""
    waitlist = await store.get_waitlist(connection, slug, lock=True)
    entry = await store.get_entry(connection, waitlist.id, member)
    if entry is not None and entry.state not in FINAL:
        entry = await _move(connection, waitlist, entry, State.WITHDRAWN, by=BY_MEMBER, now=now)
    return await _status(connection, waitlist, entry)


async def admit(connection: AsyncConnection, slug: str, member: str, *, by: str, reason: str, now: datetime) -> Status:
    """Invite one person by hand, on the list or not: a seat is kept for them from now on."""
    waitlist = await store.get_waitlist(connection, slug, lock=True)
    entry = await store.get_entry(connection, waitlist.id, member)
    if entry is None:
        entry = await _enter(connection, waitlist, member, State.INVITED, by=by, reason=reason, now=now)
    elif entry.state not in ADMITTED:
        entry = await _move(connection, waitlist, entry, State.INVITED, by=by, reason=reason, now=now)
    return await _status(connection, waitlist, entry)


async def accept(connection: AsyncConnection, slug: str, member: str, *, consent_version: str, now: datetime) -> Status:
    """Open the feature to an invited *member*; accepting again changes nothing, not even the version first accepted."""
    waitlist = await store.get_waitlist(connection, slug, lock=True)
    entry = await store.get_entry(connection, waitlist.id, member)
    if entry is None:
        raise TransitionError(None, State.ACTIVE)
    if entry.state is State.SUSPENDED:
        raise TransitionError(entry.state, State.ACTIVE)  # resuming is an admin's move, not the person's
    if entry.state is not State.ACTIVE:
        granted_by = f"manual:{entry.state_by}"
        entry = await _move(connection, waitlist, entry, State.ACTIVE, by=BY_MEMBER, now=now)
        await store.grant(
            connection, member=member, feature=waitlist.slug, granted_by=granted_by,
            hash_version=waitlist.hash_version, consent_version=consent_version, now=now,
        )  # fmt: skip
    return await _status(connection, waitlist, entry)


async def revoke(connection: AsyncConnection, slug: str, member: str, *, by: str, reason: str, now: datetime) -> Status:
    """Take the seat and the access from *member* for good."""
    waitlist = await store.get_waitlist(connection, slug, lock=True)
    entry = await store.get_entry(connection, waitlist.id, member)
    if entry is None:
        raise TransitionError(None, State.REVOKED)
    if entry.state is not State.REVOKED:
        entry = await _move(connection, waitlist, entry, State.REVOKED, by=by, reason=reason, now=now)
    return await _status(connection, waitlist, entry)


async def erase(connection: AsyncConnection, member: str, *, now: datetime) -> None:
    """Forget *member* on every list. The rows stay for the count of seats, under a name drawn here and kept nowhere
    else: not a hash, which anyone holding the database and a list of ids could try one by one.
    """
    nobody = f"erased:{token_hex(16)}"
    for slug in await store.slugs_of(connection, member):
        waitlist = await store.get_waitlist(connection, slug, lock=True)
        entry = await store.get_entry(connection, waitlist.id, member)
        if entry is not None:  # else another erasure held the lock before us
            await _move(
                connection, waitlist, entry, State.ERASED, by=BY_MEMBER, now=now,
                member=nobody, lang=None, country=None, platform=None, draw=None, joined_at=None,
                opted_in_notify=False, source=None, referrer_id=None,
            )  # fmt: skip
    await store.rename_enrollments(connection, member=member, to=nobody)


async def status(connection: AsyncConnection, slug: str, member: str) -> Status:
    """Tell where *member* stands."""
    waitlist = await store.get_waitlist(connection, slug)
    return await _status(connection, waitlist, await store.get_entry(connection, waitlist.id, member))


async def _enter(
    connection: AsyncConnection, waitlist: Waitlist, member: str, state: State, *, now: datetime,
    by: str = BY_MEMBER, reason: str | None = None, strata: dict[str, str] | None = None, notify: bool = False,
) -> Entry:  # fmt: skip
    check_move(None, state)
    if state in SEATED:
        await store.take_seats(connection, waitlist.id, 1)
    return await store.add_entry(
        connection, waitlist_id=waitlist.id, member=member, seq=await store.next_seq(connection, waitlist.id),
        draw=bucket(waitlist.salt, member), state=state, joined_at=now, state_changed_at=now, state_by=by,
        state_reason=reason, opted_in_notify=notify, **(strata or {}),
    )  # fmt: skip


async def _move(
    connection: AsyncConnection, waitlist: Waitlist, entry: Entry, after: State, *, by: str, now: datetime,
    reason: str | None = None, **values: Any,
) -> Entry:  # fmt: skip
    check_move(entry.state, after)
    if seats := (after in SEATED) - (entry.state in SEATED):
        await store.take_seats(connection, waitlist.id, seats)
    if entry.state is State.ACTIVE:
        await store.end_enrollment(
            connection, member=entry.member, feature=waitlist.slug, now=now, reason=reason or after.lower()
        )
    return await store.change_entry(
        connection, entry, state=after, state_changed_at=now, state_by=by, state_reason=reason, **values
    )


async def _status(connection: AsyncConnection, waitlist: Waitlist, entry: Entry | None) -> Status:
    if entry is None:
        return Status()
    waiting = entry.state is State.WAITING
    return Status(
        state=entry.state,
        joined_at=entry.joined_at,
        position=position_range(await store.count_ahead(connection, entry)) if waiting else None,
        enrolled=await store.has_enrollment(connection, member=entry.member, feature=waitlist.slug),
    )
