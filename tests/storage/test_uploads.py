"""Tickets on both engines, and the folder of sealed files: whole, in order, or refused."""

import errno
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import insert

from bot.crypto import CHUNK_OVERHEAD, FileKey, UnsealError, new_file_key, new_pair, new_token
from bot.kernel.errors import CryptoError
from bot.kernel.ids import PersonId, new_id
from bot.kernel.sensitive import Sensitive
from bot.storage.engine import Database
from bot.storage.schema import person
from bot.storage.uploads import (
    CHUNK,
    FileGoneError,
    FolderFullError,
    Head,
    LockedError,
    SealedFolder,
    Tickets,
    open_head,
    seal_head,
)
from bot.storage.uploads.tickets import LONGEST

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
DATA = os.urandom(2 * CHUNK + 77)


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


async def someone(db: Database) -> PersonId:
    row = PersonId(new_id())
    values = {"id": row, "telegram_id": row.int % 2**40, "chat_id": 1, "language": "en"}
    async with db.write() as connection:
        await connection.execute(insert(person).values(values | {"created_at": NOW, "seen_at": NOW}))
    return row


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def tickets(main_db: Database, hands: Hands) -> Tickets:
    return Tickets(main_db, hands, life=HOUR)


async def test_given_a_ticket_when_it_goes_its_way_then_each_step_counts_once(
    tickets: Tickets, main_db: Database
) -> None:
    token, _ = await tickets.issue(await someone(main_db))
    ticket = await tickets.find(token)
    assert ticket is not None
    bound = {"binding": b"b", "size": 30, "head": b"h", "lent": b"l"}

    steps = [
        await tickets.advance(ticket, offset=0, to=10),  # not begun
        await tickets.begin(ticket, **bound),  # type: ignore[arg-type]
        await tickets.begin(ticket, **bound),  # type: ignore[arg-type]
    ]
    begun = await tickets.find(token)
    assert begun is not None
    steps += [
        await tickets.advance(begun, offset=0, to=10),
        await tickets.advance(begun, offset=0, to=10),
        await tickets.advance(begun, offset=10, to=30),
    ]
    whole = await tickets.find(token)
    await tickets.handed(ticket.id)
    handed = await tickets.find(token)

    assert steps == [False, True, False, True, False, True]
    assert (begun.state, begun.lent) == ("begun", b"l")
    assert whole is not None
    assert (whole.state, whole.received, whole.lent) == ("whole", 30, None)  # nobody writes to it any more
    assert handed is not None
    assert handed.state == "handed"
    assert await tickets.find(new_token()) is None
    assert token not in repr(whole).encode()


async def test_given_a_person_s_new_link_when_issued_then_the_unfinished_ones_end_and_no_other(
    tickets: Tickets, main_db: Database
) -> None:
    ann, bob = await someone(main_db), await someone(main_db)
    first, _ = await tickets.issue(ann)
    his, _ = await tickets.issue(bob)
    one = await tickets.find(first)
    assert one is not None

    _, ended = await tickets.issue(ann)

    assert list(ended) == [one.id]
    assert await tickets.find(first) is None
    assert await tickets.find(his) is not None


async def test_given_time_when_it_passes_then_links_end_and_bytes_that_come_put_it_off_for_a_day_at_most(
    tickets: Tickets, main_db: Database, hands: Hands
) -> None:
    token, _ = await tickets.issue(await someone(main_db))
    ticket = await tickets.find(token)
    assert ticket is not None
    await tickets.begin(ticket, binding=b"b", size=100, head=b"h", lent=b"l")
    ends = []
    for offset, at in enumerate((HOUR / 2, HOUR, LONGEST)):
        hands.now = NOW + at
        now = await tickets.find(token)
        assert now is not None
        assert await tickets.advance(now, offset=offset, to=offset + 1)
        now = await tickets.find(token)
        assert now is not None
        ends.append(now.expires_at - NOW)

    assert ends == [HOUR * 3 / 2, HOUR * 2, LONGEST]
    assert now is not None
    assert tickets.is_over(now)
    assert list(await tickets.over(unread=HOUR)) == [ticket.id]


async def test_given_a_file_handed_over_when_nobody_reads_it_for_long_then_its_time_is_over(
    tickets: Tickets, main_db: Database, hands: Hands
) -> None:
    token, _ = await tickets.issue(await someone(main_db))
    ticket = await tickets.find(token)
    assert ticket is not None
    await tickets.begin(ticket, binding=b"b", size=1, head=b"h", lent=b"l")
    begun = await tickets.find(token)
    assert begun is not None
    await tickets.advance(begun, offset=0, to=1)
    hands.now = NOW + 2 * HOUR
    stranded = [one.id for one in await tickets.stranded()]
    before = list(await tickets.over(unread=HOUR))
    await tickets.handed(ticket.id)
    fresh = list(await tickets.over(unread=HOUR))
    hands.now = NOW + 4 * HOUR

    assert stranded == [ticket.id]
    assert (before, fresh) == ([], [])  # whole: it waits for the queue, however long
    assert list(await tickets.over(unread=HOUR)) == [ticket.id]


def test_given_a_head_when_sealed_then_only_the_private_half_opens_it_and_only_for_its_file() -> None:
    private, public = new_pair()
    key = new_file_key(new_id())
    sealed = seal_head(public, Head(key=key, name=Sensitive("CANARY.zip"), size=5))
    opened = open_head(private, key.file, sealed)

    assert (opened.key, opened.name.reveal(), opened.size) == (key, "CANARY.zip", 5)
    assert b"CANARY" not in sealed
    assert "CANARY" not in repr(opened)
    for other, file in ((new_pair()[0], key.file), (private, new_id())):
        with pytest.raises(CryptoError):
            open_head(other, file, sealed)


async def written(folder: SealedFolder, data: bytes) -> tuple[UUID, bytes]:
    key = new_file_key(new_id())
    chunks = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
    with folder.writing(key.file) as file:
        for number, chunk in enumerate(chunks):
            await file.put(number, key.seal(number, chunk, last=number == len(chunks) - 1))
    return key.file, key.secret


async def read(chunks: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


@pytest.mark.parametrize("data", [DATA, DATA[:CHUNK], DATA[: CHUNK + 1], b"x"], ids=len)
async def test_given_a_file_when_written_then_it_is_read_back_whole_and_nothing_of_it_stands_in_the_folder(
    tmp_path: Path, data: bytes
) -> None:
    folder = SealedFolder(tmp_path / "deep" / "folder")
    there = folder.names()
    file, secret = await written(folder, data)
    (path,) = (tmp_path / "deep" / "folder").iterdir()

    assert there == set()
    assert folder.names() == {file}
    assert await read(folder.chunks(FileKey(file, secret), len(data))) == data
    assert data[:32] not in path.read_bytes() or len(data) == 1
    assert path.stat().st_mode & 0o777 == 0o640
    assert path.parent.stat().st_mode & 0o777 == 0o700
    folder.remove(file)
    folder.remove(file)
    assert folder.names() == set()


STRIDE = CHUNK + CHUNK_OVERHEAD


@pytest.mark.parametrize(
    ("harm", "error"),
    [
        (lambda b: b[:-1], FileGoneError),
        (lambda b: b[: 2 * STRIDE], FileGoneError),  # the last chunk is missing
        (lambda b: b + b"x", FileGoneError),
        (lambda b: b[STRIDE : 2 * STRIDE] + b[:STRIDE] + b[2 * STRIDE :], UnsealError),  # two changed places
        (lambda b: b[:STRIDE] * 2 + b[2 * STRIDE :], UnsealError),  # one stands twice
        (lambda b: b[:500] + bytes([b[500] ^ 1]) + b[501:], UnsealError),
    ],
    ids=["cut", "last chunk gone", "longer", "reordered", "repeated", "bent"],
)
async def test_given_a_sealed_file_that_was_harmed_when_read_then_it_is_noticed(
    tmp_path: Path, harm: object, error: type[Exception]
) -> None:
    folder = SealedFolder(tmp_path)
    file, secret = await written(folder, DATA)
    (path,) = tmp_path.iterdir()
    assert callable(harm)
    path.write_bytes(harm(path.read_bytes()))

    with pytest.raises(error):
        await read(folder.chunks(FileKey(file, secret), len(DATA)))


async def test_given_a_smaller_size_told_when_read_then_the_cut_is_noticed_by_its_last_mark(tmp_path: Path) -> None:
    folder = SealedFolder(tmp_path)
    file, secret = await written(folder, DATA)
    (path,) = tmp_path.iterdir()
    os.truncate(path, STRIDE)

    with pytest.raises(UnsealError):
        await read(folder.chunks(FileKey(file, secret), CHUNK))


async def test_given_a_disk_that_fills_up_when_written_then_nothing_of_the_chunk_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, key = SealedFolder(tmp_path), new_file_key(new_id())
    whole = os.pwrite

    def half(handle: int, data: bytes, at: int) -> int:
        if at > STRIDE:
            raise OSError(errno.ENOSPC, "no room for CANARY")
        return whole(handle, data[: len(data) // 2], at)

    with folder.writing(key.file) as file:
        await file.put(0, key.seal(0, DATA[:CHUNK], last=False))
        monkeypatch.setattr(os, "pwrite", half)
        with pytest.raises(FolderFullError) as caught:
            await file.put(1, key.seal(1, DATA[:CHUNK], last=False))

    (path,) = tmp_path.iterdir()
    assert path.stat().st_size == STRIDE
    assert "CANARY" not in str(caught.value)


async def test_given_a_file_being_written_when_another_would_write_then_it_is_told_to_wait(tmp_path: Path) -> None:
    folder, file = SealedFolder(tmp_path), new_id()
    with folder.writing(file), pytest.raises(LockedError), SealedFolder(tmp_path).writing(file):
        pass

    with folder.writing(file):  # let go of
        pass
