import hmac
from dataclasses import replace
from hashlib import sha256
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from bot.crypto import DataKey, Place, UnknownVersionError, UnsealError, blind_index, new_secret, seal, unseal
from bot.crypto.envelope import OVERHEAD
from bot.kernel.errors import CryptoError

KEY = DataKey(3, bytes(range(32)))
PLACE = Place(person=UUID(int=1), table="general_turn", column="body", row=UUID(int=2))


@given(st.binary(max_size=300))
def test_given_any_bytes_when_sealed_then_the_same_place_opens_them(plaintext: bytes) -> None:
    blob = seal(KEY, PLACE, plaintext)

    assert len(blob) == len(plaintext) + OVERHEAD == len(plaintext) + 32
    assert unseal(KEY, PLACE, blob) == plaintext


def test_given_the_frozen_format_when_a_field_of_2026_is_read_then_it_opens_for_ever() -> None:
    golden = bytes.fromhex("b1010003000000000000000000000000894c8274d0cce1234c0f29fc92b256b755ac8443fb5d2f")

    assert unseal(KEY, PLACE, golden) == b"glucose"


def test_given_the_written_format_when_rebuilt_by_hand_then_the_bytes_agree() -> None:
    """The format in words, without our code: HKDF-Expand by RFC 5869, context by length-prefixed parts."""
    key = hmac.digest(KEY.secret, b"hb1/enc\x01", sha256)
    parts = (b"hb1", PLACE.person.bytes, b"general_turn", b"body", PLACE.row.bytes, b"\x00\x03")
    context = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
    nonce = b"n" * 12

    blob = b"\xb1\x01\x00\x03" + nonce + AESGCM(key).encrypt(nonce, b"glucose", context)

    assert unseal(KEY, PLACE, blob) == b"glucose"


@pytest.mark.parametrize(
    "moved",
    [
        replace(PLACE, person=UUID(int=9)),
        replace(PLACE, table="general_memory"),
        replace(PLACE, column="title"),
        replace(PLACE, row=UUID(int=9)),
        replace(PLACE, table="general_turnb", column="ody"),  # the same letters, cut elsewhere
    ],
)
def test_given_a_field_moved_elsewhere_when_opened_then_it_is_refused(moved: Place) -> None:
    blob = seal(KEY, PLACE, b"glucose")

    with pytest.raises(UnsealError):
        unseal(KEY, moved, blob)


def test_given_another_version_when_opened_then_it_is_refused() -> None:
    blob = seal(KEY, PLACE, b"glucose")
    relabelled = blob[:2] + (4).to_bytes(2, "big") + blob[4:]

    with pytest.raises(UnknownVersionError):
        unseal(DataKey(4, KEY.secret), PLACE, blob)
    with pytest.raises(UnsealError):
        unseal(DataKey(4, KEY.secret), PLACE, relabelled)


def test_given_another_persons_key_when_opened_then_it_is_refused() -> None:
    with pytest.raises(UnsealError):
        unseal(DataKey(3, new_secret()), PLACE, seal(KEY, PLACE, b"glucose"))


@given(st.integers(min_value=0), st.binary(max_size=40))
def test_given_any_flipped_bit_when_opened_then_it_is_refused(position: int, plaintext: bytes) -> None:
    blob = bytearray(seal(KEY, PLACE, plaintext))
    position %= len(blob) * 8
    blob[position // 8] ^= 1 << position % 8

    with pytest.raises(CryptoError):
        unseal(KEY, PLACE, bytes(blob))


def test_given_any_cut_when_opened_then_it_is_refused() -> None:
    blob = seal(KEY, PLACE, b"glucose")

    for length in range(len(blob)):
        with pytest.raises(CryptoError):
            unseal(KEY, PLACE, blob[:length])


def test_given_a_sealed_field_when_its_errors_and_keys_are_printed_then_no_secret_shows() -> None:
    with pytest.raises(UnsealError) as caught:
        unseal(DataKey(3, new_secret()), PLACE, seal(KEY, PLACE, b"glucose"))

    assert "glucose" not in str(caught.value)
    assert KEY.secret.hex() not in repr(KEY)
    assert repr(KEY.secret) not in repr(KEY)


def test_given_a_value_when_indexed_then_only_the_same_key_field_and_value_agree() -> None:
    index = blind_index(KEY, "code", "4548-4")

    assert len(index) == 16
    assert index == blind_index(KEY, "code", " 4548-4 ")
    assert len({index, blind_index(KEY, "hash", "4548-4"), blind_index(KEY, "code", "4548-5")}) == 3
    assert index != blind_index(DataKey(3, new_secret()), "code", "4548-4")
    assert blind_index(KEY, "ab", "c") != blind_index(KEY, "a", "bc")


def test_given_equal_text_when_sealed_twice_then_the_bytes_differ() -> None:
    assert seal(KEY, PLACE, b"glucose") != seal(KEY, PLACE, b"glucose")


@pytest.mark.parametrize(("version", "secret"), [(0, b"k" * 32), (65536, b"k" * 32), (1, b"k" * 31)])
def test_given_an_impossible_data_key_when_made_then_it_is_refused(version: int, secret: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        DataKey(version, secret)


def test_given_random_places_when_sealed_then_no_two_cells_open_each_other() -> None:
    places = [replace(PLACE, row=uuid4()) for _ in range(5)]
    blobs = [seal(KEY, place, b"same") for place in places]

    for place in places:
        opened = 0
        for blob in blobs:
            try:
                opened += unseal(KEY, place, blob) == b"same"
            except UnsealError:
                continue
        assert opened == 1
