"""Joining, admitting, accepting, leaving and being forgotten, on both engines."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from rollout import (
    CapacityError,
    ClosedError,
    ConflictError,
    Rollout,
    State,
    Status,
    TransitionError,
    UnavailableError,
    UnknownWaitlistError,
    UnusableInputError,
    bucket,
    store,
)

Stand = Callable[[str, State | None], Awaitable[None]]
SEATED = {State.INVITED, State.ACTIVE, State.SUSPENDED}
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

VERBS: dict[str, Callable[[Rollout, str], Awaitable[Status]]] = {
    "join": lambda rollout, member: rollout.join(member, strata={}, notify=False),
    "leave": lambda rollout, member: rollout.leave(member),
    "admit": lambda rollout, member: rollout.admit(member, by="alice", reason="asked"),
    "accept": lambda rollout, member: rollout.accept(member, "v1"),
    "revoke": lambda rollout, member: rollout.revoke(member, by="alice", reason="asked"),
}
# What each verb makes of each state; "refused" is a TransitionError that changes nothing.
OUTCOMES = """
-          join=WAITING leave=-         admit=INVITED accept=refused revoke=refused
WAITING    join=WAITING leave=WITHDRAWN admit=INVITED accept=refused revoke=refused
HELD       join=HELD    leave=WITHDRAWN admit=refused accept=refused revoke=refused
INVITED    join=INVITED leave=WITHDRAWN admit=INVITED accept=ACTIVE  revoke=REVOKED
ACTIVE     join=ACTIVE  leave=WITHDRAWN admit=ACTIVE  accept=ACTIVE  revoke=REVOKED
SUSPENDED  join=SUSPENDED leave=WITHDRAWN admit=refused accept=refused revoke=REVOKED
EXPIRED    join=WAITING leave=WITHDRAWN admit=refused accept=refused revoke=refused
RELEASED   join=WAITING leave=WITHDRAWN admit=refused accept=refused revoke=refused
DECLINED   join=refused leave=DECLINED  admit=refused accept=refused revoke=refused
WITHDRAWN  join=refused leave=WITHDRAWN admit=refused accept=refused revoke=refused
REVOKED    join=refused leave=REVOKED   admit=refused accept=refused revoke=REVOKED
"""
ROWS = [line.split() for line in OUTCOMES.strip().splitlines()]


@pytest.mark.parametrize("verb", VERBS)
async def test_given_members_in_every_state_when_a_verb_is_used_then_each_moves_or_is_refused_as_tabled(
    rollout: Rollout, stand: Stand, verb: str
) -> None:
    await rollout.open_waitlist(capacity=100)
    for name, *cells in ROWS:
        member, state = f"member-{name}", None if name == "-" else State(name)
        outcome = dict(cell.split("=") for cell in cells)[verb]
        await stand(member, state)
        seats = (await rollout.overview()).seats_used - (state in SEATED)

        if outcome == "refused":
            with pytest.raises(TransitionError):
                await VERBS[verb](rollout, member)
            expected = state
        else:
            expected = None if outcome == "-" else State(outcome)
            assert (await VERBS[verb](rollout, member)).state == expected, name

        status = await rollout.status(member)
        assert status.state == expected, name
        assert status.enrolled == await rollout.enrolled(member) == (expected is State.ACTIVE), name
        assert (await rollout.overview()).seats_used == seats + (expected in SEATED), name


async def test_given_a_waiting_member_when_they_join_again_then_place_date_and_draw_are_kept(
    rollout: Rollout, engine: AsyncEngine
) -> None:
    first = await rollout.join("m", strata={"lang": "fr"}, notify=False)
    await rollout.join("n", strata={}, notify=False)
    later = Rollout(begin=engine.begin, read=engine.connect, clock=lambda: NOW + timedelta(days=9))

    again = await later.join("m", strata={"lang": "en"}, notify=True)

    assert again == first == Status(state=State.WAITING, joined_at=NOW, position=(1, 10))
    entry = (await rollout.entries())[0]
    assert (entry.member, entry.seq, entry.lang, entry.opted_in_notify) == ("m", 1, "fr", True)
    async with engine.connect() as connection:
        salt = (await store.get_waitlist(connection, "health")).salt
    assert entry.draw == bucket(salt, "m")


async def test_given_eight_joins_of_one_and_of_eight_members_at_once_when_done_then_each_stands_once_in_line(
    rollout: Rollout,
) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(8):
            group.create_task(rollout.join("same", strata={}, notify=False))
            group.create_task(rollout.join(f"m{number}", strata={}, notify=False))

    entries = await rollout.entries()
    assert sorted(entry.member for entry in entries) == [*(f"m{number}" for number in range(8)), "same"]
    assert [entry.seq for entry in entries] == list(range(1, 10))


async def test_given_three_seats_when_eight_admit_at_once_then_exactly_three_are_in(rollout: Rollout) -> None:
    outcomes = await asyncio.gather(
        *(rollout.admit(f"m{number}", by="alice", reason="beta") for number in range(8)), return_exceptions=True
    )

    assert sum(isinstance(outcome, Status) for outcome in outcomes) == 3
    assert sum(isinstance(outcome, CapacityError) for outcome in outcomes) == 5
    overview = await rollout.overview()
    assert (overview.seats_used, overview.counts) == (3, {State.INVITED: 3})


async def test_given_a_seat_given_back_when_another_is_admitted_then_they_get_it(rollout: Rollout) -> None:
    for member in "abc":
        await rollout.admit(member, by="alice", reason="beta")
    with pytest.raises(CapacityError):
        await rollout.admit("d", by="alice", reason="beta")

    await rollout.leave("a")

    assert (await rollout.admit("d", by="alice", reason="beta")).state is State.INVITED


async def test_given_an_admitted_member_when_they_accept_then_the_enrollment_says_by_whom_and_on_what(
    rollout: Rollout, engine: AsyncEngine
) -> None:
    await rollout.admit("m", by="alice", reason="beta")
    assert not await rollout.enrolled("m")

    await rollout.accept("m", "health-2026-01")
    await rollout.accept("m", "health-2026-02")

    async with engine.connect() as connection:
        rows = (await connection.execute(select(store.enrollment))).mappings().all()
    assert [(row["granted_by"], row["consent_version"], row["hash_version"], row["granted_at"]) for row in rows] == [
        ("manual:alice", "health-2026-01", 1, NOW)
    ]
    assert await rollout.enrolled("m")
    assert await rollout.admitted("m")
    assert not await rollout.enrolled("m", "another")


async def test_given_people_in_line_when_one_asks_then_only_those_waiting_before_them_count(
    rollout: Rollout, engine: AsyncEngine
) -> None:
    for number in range(13):
        await rollout.join(f"m{number}", strata={}, notify=False)
    assert (await rollout.status("m12")).position == (11, 20)

    for number in range(3):
        await rollout.leave(f"m{number}")
    assert (await rollout.status("m12")).position == (1, 10)

    async with engine.begin() as connection:
        await connection.execute(update(store.entry).where(store.entry.c.member == "m12").values(priority=1))
    assert (await rollout.status("m11")).position == (1, 10)
    await rollout.join("last", strata={}, notify=False)
    assert (await rollout.status("last")).position == (11, 20)  # ten before them, the one of higher priority included


async def test_given_an_expired_member_when_they_join_again_then_they_are_at_the_tail(
    rollout: Rollout, stand: Stand
) -> None:
    await stand("m", State.EXPIRED)
    await rollout.join("n", strata={}, notify=False)

    await rollout.join("m", strata={}, notify=True)

    assert [(entry.member, entry.seq) for entry in await rollout.entries()] == [("n", 2), ("m", 3)]


async def test_given_a_closed_list_when_someone_joins_then_only_who_is_on_it_stays(
    rollout: Rollout, engine: AsyncEngine
) -> None:
    await rollout.join("m", strata={}, notify=False)
    async with engine.begin() as connection:
        await connection.execute(update(store.waitlist).values(open=False))

    with pytest.raises(ClosedError):
        await rollout.join("n", strata={}, notify=False)

    assert (await rollout.join("m", strata={}, notify=False)).state is State.WAITING
    assert (await rollout.overview()).counts == {State.WAITING: 1}


async def test_given_seats_taken_when_the_capacity_changes_then_never_below_them_and_the_salt_stays(
    rollout: Rollout, engine: AsyncEngine
) -> None:
    async with engine.connect() as connection:
        before = await store.get_waitlist(connection, "health")
    await rollout.admit("a", by="alice", reason="beta")
    await rollout.admit("b", by="alice", reason="beta")

    with pytest.raises(CapacityError):
        await rollout.open_waitlist(capacity=1)
    await rollout.open_waitlist(capacity=2)

    async with engine.connect() as connection:
        after = await store.get_waitlist(connection, "health")
    assert (after.capacity, after.seats_used, after.salt) == (2, 2, before.salt)


async def test_given_four_processes_when_they_open_one_list_at_once_then_there_is_one(rollout: Rollout) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(rollout.open_waitlist("general", capacity=5))

    assert (await rollout.overview("general")).capacity == 5


async def test_given_a_member_on_two_lists_when_erased_then_only_counts_are_left_and_they_may_start_anew(
    rollout: Rollout, engine: AsyncEngine
) -> None:
    await rollout.open_waitlist("other", capacity=1)
    await rollout.join("m", slug="other", strata={"lang": "fr", "country": "FR"}, notify=True)
    for _ in range(2):  # the second round would clash with the first, were the name left a hash of the member
        await rollout.admit("m", by="alice", reason="a friend of m")
        await rollout.accept("m", "v1")
        await rollout.erase("m")
    await rollout.erase("m")

    assert await rollout.status("m") == Status()
    assert not await rollout.enrolled("m")
    overview = await rollout.overview()
    assert (overview.seats_used, overview.counts) == (0, {State.ERASED: 2})
    for entry in [*await rollout.entries(), *await rollout.entries(slug="other")]:
        assert entry.member.startswith("erased:")
        known = (entry.joined_at, entry.draw, entry.lang, entry.country, entry.platform, entry.state_reason)
        assert known == (None,) * 6
        assert not entry.opted_in_notify
    async with engine.connect() as connection:
        rows = (await connection.execute(select(store.enrollment))).mappings().all()
    assert [(row["member"][:7], row["reason"], row["revoked_at"]) for row in rows] == [("erased:", "erased", NOW)] * 2
    assert (await rollout.join("m", strata={}, notify=False)).state is State.WAITING


async def test_given_an_entry_read_before_another_change_when_written_then_it_is_a_conflict(
    rollout: Rollout, engine: AsyncEngine
) -> None:
    await rollout.join("m", strata={}, notify=False)
    stale = (await rollout.entries())[0]
    await rollout.join("m", strata={}, notify=True)

    with pytest.raises(ConflictError):
        async with engine.begin() as connection:
            await store.change_entry(connection, stale, priority=5)


@pytest.mark.parametrize(
    "values",
    [
        {"seats_used": 4},
        {"seats_used": -1},
        {"capacity": -1},
        {"requeue_policy": "never"},
        {"order_policy": "luck"},
        {"invite_ttl": 0},
    ],
)
async def test_given_a_waitlist_when_written_around_the_code_then_the_table_itself_refuses(
    rollout: Rollout, engine: AsyncEngine, values: dict[str, object]
) -> None:
    with pytest.raises(IntegrityError):
        async with engine.begin() as connection:
            await connection.execute(update(store.waitlist).values(**values))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE waitlist_entry SET state = 'GONE'",
        "UPDATE waitlist_entry SET draw = 10000",
        "UPDATE waitlist_entry SET draw = NULL",
        "UPDATE waitlist_entry SET joined_at = NULL",
        "UPDATE waitlist_entry SET expiries = -1",
        "UPDATE waitlist_entry SET referrer_id = id",
        "UPDATE waitlist_entry SET referrer_id = 99",
        "UPDATE waitlist_entry SET waitlist_id = 99",
        "UPDATE waitlist_entry SET member = 'n' WHERE member = 'm'",
        "UPDATE waitlist_entry SET seq = 2 WHERE member = 'm'",
    ],
)
async def test_given_entries_when_written_around_the_code_then_the_table_itself_refuses(
    rollout: Rollout, engine: AsyncEngine, statement: str
) -> None:
    await rollout.join("m", strata={}, notify=False)
    await rollout.join("n", strata={}, notify=False)

    with pytest.raises(IntegrityError):
        async with engine.begin() as connection:
            await connection.execute(text(statement))


async def test_given_an_open_enrollment_when_a_second_is_written_then_the_table_itself_refuses(
    rollout: Rollout, engine: AsyncEngine
) -> None:
    await rollout.admit("m", by="alice", reason="beta")
    await rollout.accept("m", "v1")
    async with engine.connect() as connection:
        row = dict((await connection.execute(select(store.enrollment))).mappings().one())
    del row["id"]

    async with engine.begin() as connection:
        await connection.execute(insert(store.enrollment).values(row | {"revoked_at": NOW}))
    with pytest.raises(IntegrityError):
        async with engine.begin() as connection:
            await connection.execute(insert(store.enrollment).values(row))


async def test_given_another_time_zone_when_stored_then_it_comes_back_the_same_moment_in_utc(
    rollout: Rollout, engine: AsyncEngine
) -> None:
    montreal = NOW.astimezone(timezone(timedelta(hours=-5)))
    abroad = Rollout(begin=engine.begin, read=engine.connect, clock=lambda: montreal)

    await abroad.join("m", strata={}, notify=False)

    joined = (await rollout.status("m")).joined_at
    assert joined == NOW
    assert joined is not None
    assert joined.utcoffset() == timedelta(0)


@pytest.mark.parametrize("member", ["", "  ", "x" * 129])
async def test_given_an_unusable_member_id_when_joining_then_it_is_refused(rollout: Rollout, member: str) -> None:
    with pytest.raises(UnusableInputError):
        await rollout.join(member, strata={}, notify=False)


async def test_given_no_author_or_reason_when_admitting_then_it_is_refused(rollout: Rollout) -> None:
    for by, reason in (("", "beta"), ("alice", " ")):
        with pytest.raises(UnusableInputError):
            await rollout.admit("m", by=by, reason=reason)


async def test_given_an_unknown_list_when_asked_then_it_is_an_error_not_an_empty_answer(rollout: Rollout) -> None:
    with pytest.raises(UnknownWaitlistError):
        await rollout.admitted("m", slug="nothing")


async def test_given_a_driver_that_quotes_rows_when_it_fails_then_the_error_names_no_member(
    rollout: Rollout, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE enrollment"))

    with pytest.raises(UnavailableError) as refused:
        await rollout.enrolled("canary-member")

    assert "canary" not in str(refused.value)
    assert refused.value.__suppress_context__
