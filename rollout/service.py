"""The façade: every verb of the rollout, each in one transaction of the host's database.

A host hands in how to begin a writing transaction, how to read, and its clock; Telegram, the web or a terminal are its
own business. Every refusal is a `RolloutError` whose message quotes no member. The driver's errors quote rows: a host that
has not turned them into its own sees them as `UnavailableError`, without their text.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from rollout import store, waitlist
from rollout.model import (
    BY_MAX,
    MEMBER_MAX,
    REASON_MAX,
    Entry,
    Overview,
    State,
    Status,
    UnavailableError,
    UnusableInputError,
    check_strata,
    check_text,
)

Begin = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
HEALTH = "health"


class Rollout:
    """Who may use a feature, and who waits for it."""

    def __init__(self, *, begin: Begin, read: Begin, clock: Callable[[], datetime]) -> None:
        """*begin* commits at its end; on SQLite it must have sent `BEGIN IMMEDIATE`."""
        self._begin = begin
        self._read = read
        self._clock = clock

    async def open_waitlist(self, slug: str = HEALTH, *, capacity: int) -> None:
        """Create the list if need be and give it *capacity* seats, never fewer than are taken."""
        if capacity < 0:
            raise UnusableInputError("a capacity is 0 or more")
        check_text("a slug", slug, 32)
        async with _told(self._begin) as connection:
            await waitlist.open_waitlist(connection, slug, capacity=capacity, now=self._clock())

    async def join(self, member: str, *, slug: str = HEALTH, strata: Mapping[str, str], notify: bool) -> Status:
        """Put *member* on the list, once; joining again keeps the place."""
        _check_member(member)
        kept = check_strata(strata)
        async with _told(self._begin) as connection:
            return await waitlist.join(connection, slug, member, strata=kept, notify=notify, now=self._clock())

    async def leave(self, member: str, *, slug: str = HEALTH) -> Status:
        """Take *member* off the list for good, and their access with them."""
        async with _told(self._begin) as connection:
            return await waitlist.leave(connection, slug, member, now=self._clock())

    async def admit(self, member: str, *, slug: str = HEALTH, by: str, reason: str) -> Status:
        """Keep a seat for *member*, by an admin's hand; `CapacityError` when there is none."""
        _check_member(member)
        _check_act(by, reason)
        async with _told(self._begin) as connection:
            return await waitlist.admit(connection, slug, member, by=by, reason=reason, now=self._clock())

    async def accept(self, member: str, consent_version: str, *, slug: str = HEALTH) -> Status:
        """Open the feature to an invited *member* who agreed to *consent_version*."""
        check_text("a consent version", consent_version, 64)
        async with _told(self._begin) as connection:
            return await waitlist.accept(connection, slug, member, consent_version=consent_version, now=self._clock())

    async def revoke(self, member: str, *, slug: str = HEALTH, by: str, reason: str) -> Status:
        """Take the seat and the access from *member* for good."""
        _check_act(by, reason)
        async with _told(self._begin) as connection:
            return await waitlist.revoke(connection, slug, member, by=by, reason=reason, now=self._clock())

    async def erase(self, member: str) -> None:
        """Forget *member* on every list.

        On SQLite the host then rebuilds the file (`VACUUM`) and empties its log: even under `secure_delete`, splitting
        an index page leaves copies of ids in the page's unused part (5 of 100 members were found there).
        """
        async with _told(self._begin) as connection:
            await waitlist.erase(connection, member, now=self._clock())

    async def status(self, member: str, *, slug: str = HEALTH) -> Status:
        """Tell where *member* stands."""
        async with _told(self._read) as connection:
            return await waitlist.status(connection, slug, member)

    async def admitted(self, member: str, *, slug: str = HEALTH) -> bool:
        """Tell whether a seat is kept for *member*: invited, or active."""
        return (await self.status(member, slug=slug)).admitted

    async def enrolled(self, member: str, feature: str = HEALTH) -> bool:
        """Tell whether *member* has *feature* now. An error is raised, and means no."""
        async with _told(self._read) as connection:
            return await store.has_enrollment(connection, member=member, feature=feature)

    async def overview(self, slug: str = HEALTH) -> Overview:
        """Show a list's seats and how many stand where."""
        async with _told(self._read) as connection:
            shown = await store.get_waitlist(connection, slug)
            counts = await store.count_states(connection, shown.id)
        return Overview(
            slug=shown.slug, capacity=shown.capacity, seats_used=shown.seats_used, open=shown.open, counts=counts
        )

    async def entries(self, *, slug: str = HEALTH, state: State | None = None, limit: int = 100) -> Sequence[Entry]:
        """Show the first *limit* entries in joining order."""
        async with _told(self._read) as connection:
            shown = await store.get_waitlist(connection, slug)
            return await store.list_entries(connection, shown.id, state=state, limit=limit)


def _check_member(member: str) -> None:
    check_text("a member id", member, MEMBER_MAX)


def _check_act(by: str, reason: str) -> None:
    check_text("who decides (by)", by, BY_MAX)
    check_text("a reason", reason, REASON_MAX)


@asynccontextmanager
async def _told(transaction: Begin) -> AsyncIterator[AsyncConnection]:
    try:
        async with transaction() as connection:
            yield connection
    except SQLAlchemyError as error:
        # `from None`: the driver's text quotes the row.
        raise UnavailableError(f"the rollout's database refused ({type(error).__name__})") from None
