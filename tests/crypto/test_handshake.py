"""A state opens what waits for it and nothing else; PKCE as RFC 7636 shows it."""

import pytest

from bot.crypto import (
    UnknownVersionError,
    UnsealError,
    challenge,
    new_state,
    new_verifier,
    open_for_state,
    seal_for_state,
    state_digest,
)


def test_given_a_verifier_when_challenged_then_it_is_rfc_7636s_own_example() -> None:
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_given_states_when_made_then_each_is_new_and_fits_an_address() -> None:
    made = {new_state() for _ in range(50)} | {new_verifier() for _ in range(50)}

    assert len(made) == 100
    assert {len(one) for one in made} == {43}


def test_given_a_state_when_it_opens_then_only_it_does_and_only_what_was_not_altered() -> None:
    state, other = new_state(), new_state()
    sealed = seal_for_state(state, b"who waits")

    assert open_for_state(state, sealed) == b"who waits"
    for wrong, blob in ((other, sealed), (state, sealed[:-1] + bytes([sealed[-1] ^ 1])), (state, sealed[:20])):
        with pytest.raises(UnsealError):
            open_for_state(wrong, blob)
    with pytest.raises(UnknownVersionError):
        open_for_state(state, b"\xb1\x07" + sealed[2:])
    assert state_digest(state) != state_digest(other)
    assert state.encode() not in sealed
