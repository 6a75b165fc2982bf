"""A zip archive read from its first byte to its last, once: nothing is written down, and little of it is held.

The table of contents at the end is not needed, and is not believed: each member is what stands before it. Sizes that
follow a member (data descriptors, in the 32 or 64 bits of either habit) must agree with what was counted.
"""

import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from struct import Struct
from typing import Final

from bot.health.documents.errors import DamagedExportError, HeavyArchiveError, LockedArchiveError

_LOCAL: Final = Struct("<4sHHHHHIIIHH")
_FOLLOWING, _FOLLOWING_WIDE = Struct("<III"), Struct("<IQQ")
_EXTRA, _EXTRA_WIDE = Struct("<HH"), Struct("<HHQQ")
_MEMBER, _CONTENTS, _EMPTY, _FOLLOWS = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x07\x08"
_ENCRYPTED, _SIZES_FOLLOW = 0x1, 0x8
_STORED, _DEFLATED = 0, 8
_ZIP64: Final = 1
_WIDE: Final = 0xFFFF_FFFF  # "see the 64-bit field", and what writers without one keep of a large size

_INPUT: Final = 16_384  # bytes taken at once: what zlib has not used of them it copies at each step
_OUTPUT: Final = 65_536
_MOST_MEMBERS: Final = 20_000
_MOST_INFLATED: Final = 8 << 30
_FREE: Final = 64 << 20  # may be of any ratio
_MOST_RATIO: Final = 300  # Apple's exports reach 30
_TOLD_EACH: Final = 4 << 20

Read = Callable[[int], bytes]


class _Input:
    """The archive's bytes, with those given back."""

    def __init__(self, read: Read, progress: Callable[[int], None]) -> None:
        self._read, self._progress = read, progress
        self._back = b""
        self._told = 0
        self.taken = 0

    def some(self, most: int = _INPUT) -> bytes:
        """Give the next bytes, at least one. Raises `DamagedExportError` at the end."""
        if self._back:
            given, self._back = self._back[:most], self._back[most:]
        else:
            given = self._read(most)
        if not given:
            raise DamagedExportError(f"ends after {self.taken} bytes")
        self.taken += len(given)
        if self.taken - self._told >= _TOLD_EACH:
            self._told = self.taken
            self._progress(self.taken)
        return given

    def exactly(self, size: int) -> bytes:
        parts = []
        while size:
            parts.append(self.some(size))
            size -= len(parts[-1])
        return b"".join(parts)

    def back(self, unused: bytes) -> None:
        self._back = unused + self._back
        self.taken -= len(unused)


class Member:
    """One file of an archive, to be read before the next one is asked for."""

    def __init__(self, name: str, data: Iterator[bytes]) -> None:
        self.name = name
        self._data = data
        self._kept = b""

    def read(self, size: int) -> bytes:
        """Give up to *size* bytes, `b""` at the end, as a file does. Raises a `DocumentError` of the archive."""
        parts = []
        while size and (self._kept or (part := next(self._data, b""))):
            part = self._kept or part
            parts.append(part[:size])
            self._kept = part[size:]
            size -= len(parts[-1])
        return b"".join(parts)

    def drain(self) -> None:
        """Go to the end, whatever of it was read."""
        for _ in self._data:
            pass


@dataclass(frozen=True, slots=True)
class _Header:
    flags: int
    method: int
    crc: int
    packed: int
    size: int

    @property
    def sized(self) -> bool:
        """Say whether the sizes stand here."""
        return not self.flags & _SIZES_FOLLOW or bool(self.packed)


class Unzip:
    """The members of an archive, in order."""

    def __init__(self, read: Read, progress: Callable[[int], None]) -> None:
        self._input = _Input(read, progress)
        self._inflated = 0

    def members(self) -> Iterator[Member]:
        """Give each file. Raises `DamagedExportError`, `LockedArchiveError` or `HeavyArchiveError`."""
        count = 0
        while (mark := self._input.exactly(4)) == _MEMBER:
            count += 1
            if count > _MOST_MEMBERS:
                raise HeavyArchiveError(f"more than {_MOST_MEMBERS} files")
            name, header = self._header()
            member = Member(name, self._data(header))
            if not name.endswith("/"):
                yield member
            member.drain()
        if mark not in {_CONTENTS, _EMPTY}:
            raise DamagedExportError(f"no member after {count}")

    def _header(self) -> tuple[str, _Header]:
        rest = self._input.exactly(_LOCAL.size - 4)
        _, _, flags, method, _, _, crc, packed, size, of_name, of_extra = _LOCAL.unpack(_MEMBER + rest)
        written, extra = self._input.exactly(of_name), self._input.exactly(of_extra)
        if flags & _ENCRYPTED:
            raise LockedArchiveError
        if _WIDE in {packed, size}:
            size, packed = _wide(extra)
        return _name(written), _Header(flags, method, crc, packed, size)

    def _data(self, header: _Header) -> Iterator[bytes]:
        """Give a member's bytes unpacked, and check them at their end."""
        if header.method == _DEFLATED:
            raw = self._deflated()
        elif header.sized:
            raw = self._stored(header.packed)  # of another method: passed over, for its packed bytes mean nothing
        else:
            raise DamagedExportError("a member without an end")
        start, size, crc = self._input.taken, 0, 0
        for part in raw:
            size += len(part)
            crc = zlib.crc32(part, crc)
            self._weigh(len(part))
            if header.method in {_STORED, _DEFLATED}:
                yield part
        packed = self._input.taken - start
        if header.flags & _SIZES_FOLLOW:
            self._follows(crc, packed, size)
        elif header.method in {_STORED, _DEFLATED} and (crc, packed, size) != (header.crc, header.packed, header.size):
            raise DamagedExportError(f"a member of {size} bytes differs from its sum")

    def _deflated(self) -> Iterator[bytes]:
        engine = zlib.decompressobj(-15)
        while not engine.eof:
            try:
                part = engine.decompress(engine.unconsumed_tail or self._input.some(), _OUTPUT)
            except zlib.error:
                raise DamagedExportError(f"not deflated at {self._input.taken}") from None
            if part:
                yield part
        self._input.back(engine.unused_data)

    def _stored(self, size: int) -> Iterator[bytes]:
        while size:
            part = self._input.some(min(size, _OUTPUT))
            size -= len(part)
            yield part

    def _follows(self, crc: int, packed: int, size: int) -> None:
        """Read the sizes that stand after a member."""
        said = self._input.exactly(12)
        if said.startswith(_FOLLOWS):
            said = said[4:] + self._input.exactly(4)
        more = self._input.exactly(8)
        if said + more != _FOLLOWING_WIDE.pack(crc, packed, size):
            if said != _FOLLOWING.pack(crc, packed & _WIDE, size & _WIDE):
                raise DamagedExportError(f"a member of {size} bytes differs from its sum")
            self._input.back(more)

    def _weigh(self, size: int) -> None:
        self._inflated += size
        if self._inflated > _MOST_INFLATED or self._inflated > max(_FREE, _MOST_RATIO * self._input.taken):
            raise HeavyArchiveError(f"{self._inflated} bytes of {self._input.taken}")


def _wide(extra: bytes) -> tuple[int, int]:
    """Give the 64-bit size and packed size of an extra field."""
    while len(extra) >= _EXTRA.size:
        kind, length = _EXTRA.unpack_from(extra)
        if kind == _ZIP64 and len(extra) >= _EXTRA_WIDE.size:
            _, _, size, packed = _EXTRA_WIDE.unpack_from(extra)
            return size, packed
        extra = extra[_EXTRA.size + length :]
    raise DamagedExportError("no 64-bit sizes")


def _name(written: bytes) -> str:
    """Read a name: phones write UTF-8 whether or not they say so, old archivers code page 437."""
    try:
        return written.decode("utf-8")
    except UnicodeDecodeError:
        return written.decode("cp437")
