"""The files of the chat, in memory and bounded: the oldest leave first, as Telegram may forget any file."""

from dataclasses import dataclass
from secrets import token_urlsafe
from typing import Final

from bot.playground.errors import bad_request
from bot.playground.model import File

DOWNLOAD_LIMIT: Final = 20 * 1024 * 1024  # bytes; what getFile offers a bot
UPLOAD_LIMIT: Final = 50 * 1024 * 1024  # bytes; what a bot may send
PHOTO_LIMIT: Final = 10 * 1024 * 1024
_KEPT: Final = 256 * 1024 * 1024
_PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class _Shelved:
    file: File
    data: bytes
    path: str


class Shelf:
    """Files by handle (Telegram's file_id) and by the path getFile gives."""

    def __init__(self) -> None:
        self._by_handle: dict[str, _Shelved] = {}
        self._size = 0

    def add(self, *, name: str, data: bytes, media_type: str, photo: bool = False) -> File:
        """Keep a file. A photo must be one: Telegram refuses anything else."""
        handle = token_urlsafe(24)
        folder = "photos" if photo else "documents"
        suffix = name.rpartition(".")[2].lower() if "." in name else ""
        path = f"{folder}/file_{handle[:8]}" + (f".{suffix}" if suffix.isalnum() and suffix.isascii() else "")
        file = File(
            handle=handle, name=name, media_type=media_type, size=len(data), photo=_pixels(data) if photo else None
        )
        self._by_handle[handle] = _Shelved(file, data, path)
        self._size += len(data)
        while self._size > _KEPT and len(self._by_handle) > 1:
            oldest = self._by_handle.pop(next(iter(self._by_handle)))
            self._size -= len(oldest.data)
        return file

    def file(self, handle: str) -> File:
        """Give what is known of a file; 400 when the shelf no longer holds it."""
        return self._shelved(handle).file

    def data(self, handle: str) -> bytes:
        """Give a file's bytes."""
        return self._shelved(handle).data

    def path(self, handle: str) -> str:
        """Give the path a bot downloads from; 400 above Telegram's 20 MB."""
        shelved = self._shelved(handle)
        if shelved.file.size > DOWNLOAD_LIMIT:
            raise bad_request("file is too big")
        return shelved.path

    def at(self, path: str) -> bytes | None:
        """Give the bytes at a download path, or None."""
        found = (shelved for shelved in self._by_handle.values() if shelved.path == path)
        shelved = next(found, None)
        return shelved.data if shelved is not None and shelved.file.size <= DOWNLOAD_LIMIT else None

    def _shelved(self, handle: str) -> _Shelved:
        try:
            return self._by_handle[handle]
        except KeyError:
            raise bad_request("wrong file_id or the file is temporarily unavailable") from None


def is_picture(data: bytes) -> bool:
    """Tell whether these bytes are a PNG or a JPEG, the pictures the playground can show."""
    return data.startswith((_PNG, b"\xff\xd8"))


def _pixels(data: bytes) -> tuple[int, int]:
    if data.startswith(_PNG) and len(data) >= 24:  # noqa: PLR2004  the signature, IHDR and two 32-bit numbers
        return int.from_bytes(data[16:20]), int.from_bytes(data[20:24])
    at = 2
    while data.startswith(b"\xff\xd8") and at + 9 <= len(data) and data[at] == 0xFF:  # noqa: PLR2004  JPEG segments
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:  # noqa: PLR2004  start-of-frame markers
            return int.from_bytes(data[at + 7 : at + 9]), int.from_bytes(data[at + 5 : at + 7])
        at += 2 + length
    raise bad_request("IMAGE_PROCESS_FAILED")
