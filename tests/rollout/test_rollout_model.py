"""The frozen bucket, the table of moves, and what a member may be told."""

from itertools import product

import pytest

from rollout.model import (
    State,
    Status,
    TransitionError,
    UnusableInputError,
    bucket,
    check_move,
    check_strata,
    position_range,
)

# By `printf 'salt:member' | sha256sum`, its first 16 digits, times 10000, over 2**64: never to be edited.
GOLDEN = {
    ("salt", "member"): 6039,
    ("health", "1"): 5422,
    ("", ""): 9049,
    ("été", "日本"): 4285,
    ("0" * 32, "9f1c3b1e-5a1e-4b53-8d0b-6b8f0c0a7e11"): 1004,
}

# From the drawing of the states in rollout/README.md, arrow by arrow.
ARROWS = [
    "-",
    "WAITING",
    "-",
    "INVITED",
    "WAITING",
    "HELD",
    "HELD",
    "WAITING",
    "WAITING",
    "INVITED",
    "INVITED",
    "ACTIVE",
    "INVITED",
    "DECLINED",
    "INVITED",
    "WAITING",
    "INVITED",
    "EXPIRED",
    "INVITED",
    "REVOKED",
    "ACTIVE",
    "SUSPENDED",
    "SUSPENDED",
    "ACTIVE",
    "ACTIVE",
    "RELEASED",
    "ACTIVE",
    "REVOKED",
    "SUSPENDED",
    "REVOKED",
    "EXPIRED",
    "WAITING",
    "RELEASED",
    "WAITING",
    "WAITING",
    "WITHDRAWN",
    "HELD",
    "WITHDRAWN",
    "INVITED",
    "WITHDRAWN",
    "ACTIVE",
    "WITHDRAWN",
    "SUSPENDED",
    "WITHDRAWN",
    "EXPIRED",
    "WITHDRAWN",
    "RELEASED",
    "WITHDRAWN",
    "WAITING",
    "ERASED",
    "HELD",
    "ERASED",
    "INVITED",
    "ERASED",
    "ACTIVE",
    "ERASED",
    "SUSPENDED",
    "ERASED",
    "EXPIRED",
    "ERASED",
    "RELEASED",
    "ERASED",
    "DECLINED",
    "ERASED",
    "WITHDRAWN",
    "ERASED",
    "REVOKED",
    "ERASED",
]
DRAWN = set(zip(ARROWS[::2], ARROWS[1::2], strict=True))


@pytest.mark.parametrize(("salt", "member"), GOLDEN)
def test_given_a_golden_pair_when_bucketed_then_the_place_is_the_one_of_ever(salt: str, member: str) -> None:
    assert bucket(salt, member) == GOLDEN[salt, member]


def test_given_many_members_when_bucketed_then_each_share_holds_about_its_part_and_salts_differ() -> None:
    members = [f"member-{number}" for number in range(20_000)]
    first = {member for member in members if bucket("a", member) < 2_500}
    second = {member for member in members if bucket("b", member) < 2_500}

    assert abs(len(first) / len(members) - 0.25) < 0.01
    assert abs(len(first & second) / len(first) - 0.25) < 0.03  # as if drawn apart


@pytest.mark.parametrize(("before", "after"), list(product([None, *State], State)))
def test_given_two_states_when_moved_then_only_a_drawn_arrow_is_taken(before: State | None, after: State) -> None:
    if (before or "-", after) in DRAWN:
        check_move(before, after)
        return

    with pytest.raises(TransitionError) as refused:
        check_move(before, after)

    assert (refused.value.before, refused.value.after) == (before, after)


@pytest.mark.parametrize(("ahead", "shown"), [(0, (1, 10)), (9, (1, 10)), (10, (11, 20)), (1234, (1231, 1240))])
def test_given_others_ahead_when_shown_then_the_place_is_one_of_ten(ahead: int, shown: tuple[int, int]) -> None:
    assert position_range(ahead) == shown
    assert shown[0] <= ahead + 1 <= shown[1]


@pytest.mark.parametrize(
    "strata", [{"condition": "asthma"}, {"lang": "fr", "age": "40"}, {"lang": ""}, {"country": "I have asthma"}]
)
def test_given_anything_but_a_short_code_when_divided_by_it_then_it_is_refused_unquoted(strata: dict[str, str]) -> None:
    with pytest.raises(UnusableInputError) as refused:
        check_strata(strata)

    assert not any(word in str(refused.value) for word in ("asthma", "condition", "age "))


def test_given_every_state_when_asked_then_only_a_kept_seat_admits_and_only_the_line_waits() -> None:
    states = [None, *State]

    assert {state for state in states if Status(state=state).admitted} == {State.INVITED, State.ACTIVE}
    assert {state for state in states if Status(state=state).waiting} == {State.WAITING, State.HELD}
