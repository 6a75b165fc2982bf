"""What the upload page's server takes, and what it does with whoever means no good, over real HTTP."""

import asyncio
import errno
import os
import socket
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import httpx
import pytest

from bot.crypto import CHUNK_OVERHEAD
from bot.storage.uploads import CHUNK
from tests.web.uploads.conftest import CLIENT, MOST, Stage, later


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", "")


async def test_given_a_file_when_sent_in_chunks_then_it_is_whole_sealed_and_handed_over_once(
    stage: Stage, data: bytes
) -> None:
    token = await stage.link()
    before = (await stage.ask(token, "state")).json()
    await stage.send(token, data)
    after = (await stage.ask(token, "state")).json()
    (file,) = stage.path.iterdir()

    assert (before["begun"], before["received"], before["most"]) == (False, 0, MOST)
    assert (after["done"], after["received"]) == (True, len(data))
    assert len(stage.handed) == 1
    assert await stage.opened(token) == data
    assert file.name == f"{stage.handed[0]}.sealed"


async def test_given_a_cut_when_the_page_comes_back_then_it_goes_on_from_where_it_was(
    stage: Stage, data: bytes
) -> None:
    token = await stage.link()
    await stage.begin(token, len(data))
    await stage.put(token, 0, data[:CHUNK])
    address = urlparse(stage.base)
    assert address.port is not None
    with socket.create_connection(("127.0.0.1", address.port)) as cut:  # in the middle of a chunk
        head = (
            f"PUT /upload/chunk HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\nUpload-Client: {CLIENT}\r\n"
            f"Upload-Offset: {CHUNK}\r\nContent-Length: {CHUNK}\r\n\r\n"
        )
        cut.sendall(head.encode() + data[CHUNK : CHUNK + 5000])
    await asyncio.sleep(0.2)
    standing = (await stage.ask(token, "state")).json()
    await stage.send(token, data)

    assert (standing["begun"], standing["received"]) == (True, CHUNK)
    assert await stage.opened(token) == data


@pytest.mark.parametrize("path", ["state", "begin", "chunk"])
async def test_given_a_guess_when_asked_then_it_is_refused_like_a_link_that_is_over_and_soon_not_at_all(
    stage: Stage, path: str
) -> None:
    method = {"state": "GET", "begin": "POST", "chunk": "PUT"}[path]
    headers = {"Upload-Client": CLIENT, "Upload-Offset": "0", "Content-Length": "1"}
    guesses = [os.urandom(32).hex() for _ in range(10)] + ["0", "x" * 64, "ab" * 16]
    answers = [await stage.ask(guess, path, method, headers=headers, content=b"x") for guess in guesses]

    assert {code(answer) for answer in answers[:10]} == {(404, "over")}
    assert {code(answer) for answer in answers[10:]} == {(429, "too_many")}
    assert not stage.path.exists()


async def test_given_a_used_link_when_another_file_comes_then_it_is_refused(stage: Stage, data: bytes) -> None:
    token = await stage.link()
    await stage.send(token, data)
    again = [
        await stage.begin(token, len(data), "other.zip"),
        await stage.begin(token, 5),
        await stage.begin(token, len(data), client="another-page-of-mine"),
        await stage.put(token, 0, data[:CHUNK]),
    ]

    assert [code(answer) for answer in again] == [(409, "other_file")] * 3 + [(409, "offset")]
    assert again[3].json()["received"] == len(data)
    assert len(stage.handed) == 1
    assert await stage.opened(token) == data


@pytest.mark.parametrize("offset", [0, 1, CHUNK - 1, CHUNK + 1, 2 * CHUNK, 2**49])
async def test_given_another_offset_when_a_chunk_comes_then_the_right_one_is_told_and_nothing_written(
    stage: Stage, data: bytes, offset: int
) -> None:
    token = await stage.link()
    await stage.begin(token, len(data))
    await stage.put(token, 0, data[:CHUNK])
    answer = await stage.put(token, offset, os.urandom(CHUNK))  # a replay, an overlap, a gap
    (file,) = stage.path.iterdir()

    assert code(answer) == (409, "offset")
    assert answer.json()["received"] == CHUNK
    assert file.stat().st_size == CHUNK + CHUNK_OVERHEAD
    await stage.send(token, data)
    assert await stage.opened(token) == data


async def test_given_two_tabs_when_both_send_then_each_byte_is_kept_once_and_one_of_them_is_told(
    stage: Stage, data: bytes
) -> None:
    token = await stage.link()
    await stage.begin(token, len(data))
    stranger = await stage.put(token, 0, data[:CHUNK], client="another-page-of-mine")
    answers = await asyncio.gather(*(stage.put(token, 0, data[:CHUNK]) for _ in range(6)))
    told = sorted(code(answer) for answer in answers)

    assert code(stranger) == (409, "other_file")
    assert told.count((200, "")) == 1
    assert {one for one in told if one[0] != 200} <= {(409, "offset"), (503, "busy")}
    await stage.send(token, data)
    assert await stage.opened(token) == data


@pytest.mark.parametrize(
    ("size", "said"), [(0, (400, "empty")), (MOST + 1, (413, "too_large")), (2**60, (400, "malformed"))]
)
async def test_given_a_size_that_cannot_be_when_begun_then_it_is_refused_and_the_link_stays(
    stage: Stage, size: int, said: tuple[int, str]
) -> None:
    token = await stage.link()

    assert code(await stage.begin(token, size)) == said
    assert not (await stage.ask(token, "state")).json()["begun"]


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (CHUNK + 1, (413, "too_large")),
        (CHUNK - 1, (400, "length")),
        (0, (400, "length")),
        (50 * CHUNK, (413, "too_large")),
    ],
)
async def test_given_a_chunk_of_another_length_when_sent_then_nothing_of_it_is_kept(
    stage: Stage, data: bytes, length: int, said: tuple[int, str]
) -> None:
    token = await stage.link()
    await stage.begin(token, len(data))

    with suppress(httpx.TransportError):  # the line was closed on one so long
        assert code(await stage.put(token, 0, bytes(length))) == said
    assert not stage.path.exists()


async def test_given_more_bytes_than_announced_when_the_last_chunk_comes_then_it_is_refused(
    stage: Stage, data: bytes
) -> None:
    token = await stage.link()
    await stage.begin(token, CHUNK + 10)
    await stage.put(token, 0, data[:CHUNK])
    more = await stage.put(token, CHUNK, data[CHUNK : CHUNK + 11])

    async def unannounced() -> Any:
        yield data[:10]

    headers = {"Upload-Client": CLIENT, "Upload-Offset": str(CHUNK)}
    chunked = await stage.ask(token, "chunk", "PUT", content=unannounced(), headers=headers)

    assert (code(more), code(chunked)) == ((400, "length"), (400, "malformed"))
    assert stage.handed == []


@pytest.mark.parametrize(
    "name", ["../../etc/CANARY", "..\\CANARY", "/etc/CANARY", "CANARY\x00.zip", "CANARY" * 150, "é ’😀 CANARY"]
)
async def test_given_any_name_when_sent_then_it_is_part_of_no_path_and_readable_nowhere(
    stage: Stage, tmp_path: Path, name: str
) -> None:
    token = await stage.link()
    await stage.send(token, b"plain CANARY words", name)
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())

    assert [path.name for path in stage.path.iterdir()] == [f"{stage.handed[0]}.sealed"]
    assert b"CANARY" not in held
    assert not [path for path in tmp_path.rglob("*") if "CANARY" in path.name]


async def test_given_a_link_whose_time_has_passed_when_used_then_it_is_over_even_half_way(
    stage: Stage, data: bytes
) -> None:
    fresh, begun = await stage.link(), ""
    stage.now += timedelta(minutes=61)
    unused = await stage.ask(fresh, "state")
    begun = await stage.link()
    await stage.begin(begun, len(data))
    await stage.put(begun, 0, data[:CHUNK])
    stage.now += timedelta(minutes=59)
    going_on = await stage.put(begun, CHUNK, data[CHUNK : 2 * CHUNK])
    stage.now += timedelta(minutes=61)

    assert code(unused) == (404, "over")
    assert code(going_on) == (200, "")  # bytes put the end off
    assert code(await stage.put(begun, 2 * CHUNK, data[2 * CHUNK : 3 * CHUNK])) == (404, "over")
    assert code(await stage.begin(begun, len(data))) == (404, "over")


async def test_given_a_full_disk_when_a_chunk_comes_then_it_says_so_and_goes_on_once_there_is_room(
    stage: Stage, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await stage.link()
    await stage.begin(token, len(data))
    await stage.put(token, 0, data[:CHUNK])

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, "no room")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", full)
        refused = await stage.put(token, CHUNK, data[CHUNK : 2 * CHUNK])
        (file,) = stage.path.iterdir()
        size = file.stat().st_size
    await stage.send(token, data)

    assert code(refused) == (507, "full")
    assert size == CHUNK + CHUNK_OVERHEAD
    assert await stage.opened(token) == data


async def test_given_no_room_for_the_whole_file_when_begun_then_it_is_refused_before_a_byte(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await stage.link()
    monkeypatch.setattr(stage.folder, "room", lambda: 1000)

    assert code(await stage.begin(token, CHUNK)) == (507, "full")


async def test_given_a_crash_between_file_and_row_when_the_page_comes_back_then_the_chunk_is_sent_again(
    stage: Stage, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = await stage.link()
    await stage.begin(token, len(data))
    await stage.put(token, 0, data[:CHUNK])

    async def dies(*_: object, **__: object) -> bool:
        raise later()

    with monkeypatch.context() as patch:
        patch.setattr(stage.tickets, "advance", dies)
        lost = await stage.put(token, CHUNK, os.urandom(CHUNK))
    standing = (await stage.ask(token, "state")).json()
    await stage.send(token, data)

    assert (code(lost), standing["received"]) == ((503, "later"), CHUNK)
    assert await stage.opened(token) == data


async def test_given_a_queue_that_fails_at_the_last_byte_when_asked_again_then_it_is_handed_over(
    stage: Stage,
) -> None:
    token = await stage.link()
    stage.fails.append(later())
    await stage.begin(token, 5)
    last = await stage.put(token, 0, b"12345")
    again = await stage.put(token, 0, b"12345")
    waiting = [one.id for one in await stage.tickets.stranded()]
    state = (await stage.ask(token, "state")).json()

    assert (code(last), code(again)) == ((503, "later"), (409, "offset"))
    assert (stage.handed, state["done"]) == (waiting, True)
    assert len(waiting) == 1
    assert "CANARY" not in last.text


async def test_given_the_page_when_shown_then_it_is_strict_says_what_it_is_and_knows_no_link(stage: Stage) -> None:
    french = await stage.http.get(f"{stage.base}/upload/?lang=fr")
    english = await stage.http.get(f"{stage.base}/upload/?lang=xx")
    script = await stage.http.get(f"{stage.base}/upload/upload.js")
    away = await stage.http.get(f"{stage.base}/upload/../pyproject.toml")

    assert "Ce n’est pas un chiffrement de bout en bout" in french.text
    assert "This is not end-to-end encryption" in english.text
    assert {french.status_code, script.status_code, away.status_code} == {200, 404}
    policy = french.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    for page in (french, english):
        assert "<style" not in page.text
        assert " style=" not in page.text
        assert page.text.count("<script") == page.text.count('<script src="')
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["cache-control"] == "no-store"
    assert "$" not in french.text
