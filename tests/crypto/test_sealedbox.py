import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.crypto import KeyMissingError, UnsealError, new_pair, open_with, seal_to
from bot.crypto.sealedbox import OVERHEAD
from bot.kernel.errors import CryptoError

PRIVATE, PUBLIC = new_pair()
CONTEXT = b"work:health:tg:1:2:3"


@settings(max_examples=40)
@given(st.binary(max_size=300), st.binary(max_size=80))
def test_given_any_bytes_when_sealed_to_workers_then_they_open_them(plaintext: bytes, context: bytes) -> None:
    blob = seal_to(PUBLIC, plaintext, context)

    assert len(blob) == len(plaintext) + OVERHEAD
    assert open_with(PRIVATE, blob, context) == plaintext


def test_given_a_fixed_private_key_when_a_message_of_2026_is_read_then_it_opens_for_ever() -> None:
    golden = bytes.fromhex(
        "b103b8bf74da477ff359656e65ce85825bdb709a40d65546a29fa76eb14f363ca73c1bed4a4f3f5a0532378cceb3e1668f6b0fafeb49649cc1"
    )

    assert open_with(bytes(range(32)), golden, CONTEXT) == b"glucose"


def test_given_other_workers_or_another_row_when_opened_then_it_is_refused() -> None:
    blob = seal_to(PUBLIC, b"glucose", CONTEXT)

    with pytest.raises(UnsealError):
        open_with(new_pair()[0], blob, CONTEXT)
    with pytest.raises(UnsealError):
        open_with(PRIVATE, blob, b"work:health:tg:1:2:4")
    with pytest.raises(UnsealError):
        open_with(b"short", blob, CONTEXT)


def test_given_any_altered_or_missing_byte_when_opened_then_it_is_refused() -> None:
    blob = seal_to(PUBLIC, b"glucose", CONTEXT)

    for position in range(len(blob)):
        altered = blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]
        with pytest.raises(CryptoError):
            open_with(PRIVATE, altered, CONTEXT)
        with pytest.raises(CryptoError):
            open_with(PRIVATE, blob[:position], CONTEXT)


def test_given_a_point_that_yields_no_secret_when_used_then_it_is_refused_on_both_sides() -> None:
    blob = seal_to(PUBLIC, b"glucose", CONTEXT)

    with pytest.raises(KeyMissingError):
        seal_to(bytes(32), b"glucose", CONTEXT)
    with pytest.raises(KeyMissingError):
        seal_to(b"", b"glucose", CONTEXT)
    with pytest.raises(UnsealError):
        open_with(PRIVATE, blob[:2] + bytes(32) + blob[34:], CONTEXT)
