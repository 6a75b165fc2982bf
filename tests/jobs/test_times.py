"""When jobs are due: the same moments in every process, also on the days clocks change."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs import Cron, Every
from bot.jobs.times import REACH, Times

PARIS = ZoneInfo("Europe/Paris")
SPRING = datetime(2026, 3, 29, tzinfo=UTC)  # 02:00 becomes 03:00 at 01:00 UTC
AUTUMN = datetime(2026, 10, 25, tzinfo=UTC)  # 03:00 becomes 02:00 at 01:00 UTC

NIGHTLY = Cron(PARIS, hour=2, minute=30)
ALL: Sequence[Times] = (
    Every(timedelta(minutes=10)),
    Every(timedelta(hours=6)),
    Every(timedelta(seconds=7)),
    NIGHTLY,
    Cron(PARIS, hour=3, minute=0),
    Cron(PARIS, minute="*/15"),
    Cron(ZoneInfo("Australia/Lord_Howe"), hour=2, minute=15),  # half an hour forward and back
    Cron(UTC, day_of_week="mon", hour=9),
)


def slots(times: Times, after: datetime, until: datetime) -> list[str]:
    found = []
    slot = times.following(after)
    while slot is not None and slot <= until:
        found.append(f"{slot:%d %H:%M}")
        slot = times.following(slot)
    return found


@given(st.sampled_from(ALL), st.sampled_from((SPRING, AUTUMN)), st.integers(-129_600, 129_600))
def test_given_any_moment_when_asked_then_latest_and_following_agree_on_the_same_slots(
    times: Times, day: datetime, seconds: int
) -> None:
    now = day + timedelta(seconds=seconds)
    latest, following = times.latest(now), times.following(now)

    assert following is not None
    assert following > now
    assert times.latest(following) == following
    assert times.latest(following - timedelta.resolution) in {latest, None}  # None: it is out of reach by then
    if latest is not None:
        assert latest <= now
        assert times.following(latest) == following


@given(st.sampled_from(ALL), st.sampled_from((SPRING, AUTUMN)), st.integers(0, 86_400), st.integers(0, 86_400))
def test_given_processes_started_at_different_moments_when_the_same_moment_comes_then_they_name_the_same_slot(
    times: Times, day: datetime, one: int, other: int
) -> None:
    end = day + timedelta(days=1)
    named = [slots(times, day + timedelta(seconds=start), end)[-1:] for start in (one, other)]
    last = times.latest(end)

    assert last is None or all(seen in ([], [f"{last:%d %H:%M}"]) for seen in named)


def test_given_a_time_shown_twice_when_the_clock_goes_back_then_it_comes_once() -> None:
    assert slots(NIGHTLY, AUTUMN - timedelta(days=1), AUTUMN + timedelta(days=2)) == [
        "24 00:30",
        "25 00:30",
        "26 01:30",
    ]


def test_given_a_time_that_is_skipped_when_the_clock_goes_forward_then_it_comes_an_hour_later_by_the_wall() -> None:
    assert slots(NIGHTLY, SPRING - timedelta(days=1), SPRING + timedelta(days=2)) == [
        "28 01:30",
        "29 01:30",
        "30 00:30",
    ]
    inside = SPRING + timedelta(hours=1, minutes=15)  # a process started in the hour that took the skipped one's place
    assert slots(NIGHTLY, inside, SPRING + timedelta(days=1)) == ["29 01:30"]


def test_given_an_interval_when_the_clock_changes_then_it_does_not_notice() -> None:
    found = slots(Every(timedelta(minutes=30)), AUTUMN, AUTUMN + timedelta(hours=3))

    assert found == ["25 00:30", "25 01:00", "25 01:30", "25 02:00", "25 02:30", "25 03:00"]


def test_given_a_slot_longer_ago_than_keys_are_looked_for_when_asked_then_it_is_forgotten() -> None:
    weekly = Cron(UTC, day_of_week="mon", hour=9)
    monday = datetime(2026, 11, 23, 9, tzinfo=UTC)

    assert weekly.latest(monday + REACH) == monday
    assert weekly.latest(monday + REACH + timedelta.resolution) is None
    assert weekly.following(monday) == monday + timedelta(days=7)
    assert Cron(UTC, month=2, day=30).following(monday) is None


def test_given_no_time_at_all_when_a_period_is_made_then_it_is_refused() -> None:
    with pytest.raises(ValueError, match="longer"):
        Every(timedelta(0))
