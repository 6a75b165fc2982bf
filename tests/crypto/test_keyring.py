import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from bot.crypto import (
    KekError,
    KeyMissingError,
    UnknownVersionError,
    UnsealError,
    key_context,
    keyring_from_folder,
    keyring_from_secret,
    new_secret,
)
from bot.kernel.errors import CryptoError

ONE, TWO = "11" * 32, "22" * 32
PERSON = uuid4()
CONTEXT = key_context(PERSON, "main_keys", 1)


def test_given_a_rotated_keyring_when_wrapping_then_the_newest_wraps_and_all_open() -> None:
    secret = new_secret()
    old = keyring_from_secret(ONE)
    both = keyring_from_secret(f"{ONE}\n{TWO}\n")
    before, after = old.wrap(secret, CONTEXT), both.wrap(secret, CONTEXT)

    assert len(before) == 64
    assert [both.kek_version_of(before), both.kek_version_of(after)] == [1, 2]
    assert both.unwrap(before, CONTEXT) == both.unwrap(after, CONTEXT) == secret
    with pytest.raises(UnknownVersionError):
        old.unwrap(after, CONTEXT)


@pytest.mark.parametrize(
    "moved",
    [key_context(uuid4(), "main_keys", 1), key_context(PERSON, "health_keys", 1), key_context(PERSON, "main_keys", 2)],
    ids=["person", "store", "version"],
)
def test_given_a_wrapped_key_moved_elsewhere_when_unwrapped_then_it_is_refused(moved: bytes) -> None:
    ring = keyring_from_secret(ONE)

    with pytest.raises(UnsealError):
        ring.unwrap(ring.wrap(new_secret(), CONTEXT), moved)


def test_given_another_kek_or_an_altered_blob_when_unwrapped_then_it_is_refused() -> None:
    ring = keyring_from_secret(ONE)
    blob = ring.wrap(new_secret(), CONTEXT)

    with pytest.raises(UnsealError):
        keyring_from_secret(TWO).unwrap(blob, CONTEXT)
    for position in range(len(blob)):
        altered = blob[:position] + bytes([blob[position] ^ 1]) + blob[position + 1 :]
        with pytest.raises(CryptoError):
            ring.unwrap(altered, CONTEXT)
        with pytest.raises(CryptoError):
            ring.unwrap(blob[:position], CONTEXT)


@pytest.mark.parametrize("text", ["", "zz" * 32, "11" * 31, f"{ONE}\n{ONE}"])
def test_given_an_unusable_secret_when_read_then_one_line_says_so_without_quoting_it(text: str) -> None:
    with pytest.raises(KekError) as caught:
        keyring_from_secret(text)

    assert "\n" not in str(caught.value)
    assert "1111" not in str(caught.value)
    assert "zz" not in str(caught.value)


def test_given_an_empty_folder_when_creation_is_allowed_then_the_key_is_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = keyring_from_folder(folder, "main", may_create=True)
    again = keyring_from_folder(folder, "main", may_create=True)

    assert again.unwrap(first.wrap(b"s" * 32, CONTEXT), CONTEXT) == b"s" * 32
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    assert oct((folder / "main.kek").stat().st_mode & 0o777) == "0o600"
    assert [path.name for path in folder.iterdir()] == ["main.kek"]


def test_given_no_file_when_creation_is_not_allowed_then_it_fails_closed(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError):
        keyring_from_folder(tmp_path, "health", may_create=False)

    assert list(tmp_path.iterdir()) == []


def test_given_processes_starting_together_when_each_may_create_then_they_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        rings = list(pool.map(lambda _: keyring_from_folder(tmp_path, "main", may_create=True), range(8)))

    wrapped = rings[0].wrap(b"s" * 32, CONTEXT)
    assert all(ring.unwrap(wrapped, CONTEXT) == b"s" * 32 for ring in rings)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_given_a_key_file_others_can_read_when_loaded_then_it_is_refused(tmp_path: Path, mode: int) -> None:
    keyring_from_folder(tmp_path, "main", may_create=True)
    (tmp_path / "main.kek").chmod(mode)

    with pytest.raises(KekError, match="chmod 600"):
        keyring_from_folder(tmp_path, "main", may_create=True)


def test_given_a_folder_in_place_of_the_file_when_loaded_then_the_error_is_one_of_ours(tmp_path: Path) -> None:
    (tmp_path / "main.kek").mkdir()

    with pytest.raises(KekError):
        keyring_from_folder(tmp_path, "main", may_create=True)


def test_given_an_emptied_key_file_when_loaded_then_it_is_refused_and_not_replaced(tmp_path: Path) -> None:
    handle = os.open(tmp_path / "main.kek", os.O_CREAT | os.O_WRONLY, 0o600)
    os.close(handle)

    with pytest.raises(KekError):
        keyring_from_folder(tmp_path, "main", may_create=True)
    assert (tmp_path / "main.kek").read_bytes() == b""
