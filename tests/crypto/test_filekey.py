"""A sealed file: every chunk opens in its own place only, and a token lends its file's key and no other."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.crypto import (
    CHUNK_OVERHEAD,
    FileKey,
    UnknownVersionError,
    UnsealError,
    borrow,
    fingerprint,
    lend,
    new_file_key,
    new_token,
)

ONE, OTHER = UUID(int=1), UUID(int=2)


@given(st.binary(max_size=200), st.integers(0, 2**40), st.booleans())
def test_given_any_chunk_when_sealed_then_it_opens_in_its_place(chunk: bytes, number: int, last: bool) -> None:
    key = new_file_key(ONE)
    sealed = key.seal(number, chunk, last=last)

    assert key.open(number, sealed, last=last) == chunk
    assert len(sealed) == len(chunk) + CHUNK_OVERHEAD


@pytest.mark.parametrize(
    ("file", "number", "last"), [(OTHER, 3, False), (ONE, 2, False), (ONE, 4, False), (ONE, 3, True)]
)
def test_given_a_chunk_moved_repeated_or_made_the_last_when_opened_then_it_is_refused(
    file: UUID, number: int, last: bool
) -> None:
    key = new_file_key(ONE)
    sealed = key.seal(3, b"plain", last=False)

    with pytest.raises(UnsealError):
        FileKey(file, key.secret).open(number, sealed, last=last)


def test_given_any_flipped_bit_or_a_cut_when_opened_then_it_is_refused() -> None:
    key = new_file_key(ONE)
    sealed = key.seal(0, b"plain", last=True)

    for place in range(len(sealed)):
        bent = bytearray(sealed)
        bent[place] ^= 1
        with pytest.raises((UnsealError, UnknownVersionError)):
            key.open(0, bytes(bent), last=True)
        with pytest.raises(UnsealError):
            key.open(0, sealed[:place], last=True)


def test_given_one_chunk_sealed_twice_when_compared_then_no_nonce_is_used_again() -> None:
    key = new_file_key(ONE)
    sealed = {key.seal(0, b"plain", last=True)[2:14] for _ in range(100)}

    assert len(sealed) == 100


def test_given_a_lent_key_when_borrowed_then_only_its_token_and_its_file_open_it() -> None:
    key, token = new_file_key(ONE), new_token()
    lent = lend(key, token)

    assert borrow(ONE, lent, token) == key
    for file, shown in ((ONE, new_token()), (OTHER, token), (ONE, fingerprint(token))):
        with pytest.raises(UnsealError):
            borrow(file, lent, shown)
    with pytest.raises(UnknownVersionError):
        borrow(ONE, key.seal(0, key.secret, last=True), token)
    assert key.secret.hex() not in repr(key)
