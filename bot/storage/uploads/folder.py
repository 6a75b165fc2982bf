"""The folder of sealed files: every chunk in its own place, so that one sent again replaces itself.

Nothing here ever holds a plain byte on disk. A file is named by its ticket's id and tells its size, no more.
"""

import asyncio
import errno
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import UUID

from bot.crypto import CHUNK_OVERHEAD, FileKey
from bot.kernel.errors import BotError, StoreError

CHUNK: Final = 1 << 20  # bytes of the file in one sealed chunk; the last one is shorter
_STRIDE: Final = CHUNK + CHUNK_OVERHEAD
_ENDING: Final = ".sealed"
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class FolderFullError(StoreError):
    """There is no room left; nothing of the chunk was kept."""


class LockedError(StoreError):
    """Somebody else writes this file just now."""


class FileGoneError(BotError):
    """There is no such file, or it is not as long as it must be."""

    reply = "uploads.gone"


class SealedFolder:
    """One folder, made when the first file comes. Several processes may share it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def room(self) -> int:
        """Give the free bytes of the disk, or of the one where the folder will be."""
        found = next(path for path in (self._path, *self._path.absolute().parents) if path.exists())
        return shutil.disk_usage(found).free

    def names(self) -> set[UUID]:
        """Give the files there are."""
        found = set[UUID]()
        for path in self._path.glob(f"*{_ENDING}"):
            with suppress(ValueError):
                found.add(UUID(path.name.removesuffix(_ENDING)))
        return found

    def remove(self, file: UUID) -> None:
        """Remove a file; one that is gone already does no harm."""
        try:
            self._place(file).unlink(missing_ok=True)
        except OSError as error:
            raise StoreError(type(error).__name__) from None

    @contextmanager
    def writing(self, file: UUID) -> Iterator["Writing"]:
        """Hold *file* against every other writer; `LockedError` when somebody else does."""
        import fcntl  # noqa: PLC0415  (Windows has none: there nothing is taken in, and all else works)

        with _told():
            handle = self._open(file)
        try:
            with _told():
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield Writing(handle)
        finally:
            os.close(handle)  # which lets go of the lock

    async def chunks(self, key: FileKey, size: int) -> AsyncIterator[bytes]:
        """Give the *size* bytes of a file, opened chunk by chunk; a seal that does not hold ends it with an error."""
        with _told(), self._place(key.file).open("rb") as file:
            if os.fstat(file.fileno()).st_size != sealed_size(size):
                raise FileGoneError(f"{key.file}: not the length of {size} bytes sealed")
            count = -(-size // CHUNK)
            for number in range(count):
                sealed = await asyncio.to_thread(file.read, _STRIDE)
                yield key.open(number, sealed, last=number == count - 1)

    def _open(self, file: UUID) -> int:
        path = self._place(file)
        new = not path.exists()
        if new:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        # The group may read: Health's workers may be another system user. What they find there is sealed.
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o640)
        if new:
            _settle(self._path)
        return handle

    def _place(self, file: UUID) -> Path:
        return self._path / f"{file}{_ENDING}"  # an id of our own making: no name of anybody's is part of a path


class Writing:
    """One file, held."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    async def put(self, number: int, sealed: bytes) -> None:
        """Keep chunk *number* for good and end the file after it; when it cannot be kept whole, nothing of it is."""
        await _to_its_end(asyncio.to_thread(self._put, number * _STRIDE, sealed))

    def _put(self, start: int, sealed: bytes) -> None:
        with _told():
            try:
                written = 0
                while written < len(sealed):
                    written += os.pwrite(self._handle, sealed[written:], start + written)
                os.ftruncate(self._handle, start + len(sealed))
                os.fsync(self._handle)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(self._handle, start)
                raise


def sealed_size(size: int) -> int:
    """Give how long the sealed file of *size* bytes is."""
    return size + -(-size // CHUNK) * CHUNK_OVERHEAD


async def _to_its_end(work: Awaitable[None]) -> None:
    """Wait even when cancelled: a thread cannot be, and its file must not be closed under it."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _settle(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _told() -> Iterator[None]:
    """Name what went wrong; the system's own words hold paths."""
    try:
        yield
    except FileNotFoundError:
        raise FileGoneError("no such file") from None
    except BlockingIOError:
        raise LockedError("written by somebody else") from None
    except OSError as error:
        kind = FolderFullError if error.errno in _FULL else StoreError
        raise kind(f"{type(error).__name__}, {errno.errorcode.get(error.errno or 0, 'unknown')}") from None
