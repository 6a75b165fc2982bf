"""A disk that can be filled: a small file system of its own where mounting is allowed, else a limit on files."""

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

_SIZE = 24  # MB: four young stores and a log of the run
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Disk:
    """Where the state goes, and how its room is taken."""

    folder: Path
    kind: Literal["tmpfs", "file limit"]

    @contextmanager
    def full(self, pid: int) -> Iterator[None]:
        """Leave no room to the process *pid* for as long as the block runs."""
        if self.kind == "tmpfs":
            ballast = self.folder / "ballast"
            _fill(ballast)
            try:
                yield
            finally:
                ballast.unlink()
            return
        # A file may not grow past what the log of the database has now: the next commit meets the limit.
        before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (_BLOCK, before[1]))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as written, suppress(OSError):
        while True:
            written.write(bytes(_BLOCK))


@contextmanager
def small_disk(folder: Path) -> Iterator[Disk | None]:
    """Give a small disk at *folder*, or None where there is no way to make one."""
    folder.mkdir()
    mounted = _mount(folder)
    if not mounted and not hasattr(resource, "prlimit"):
        yield None
        return
    try:
        yield Disk(folder, "tmpfs" if mounted else "file limit")
    finally:
        if mounted:
            subprocess.run(["umount", folder], check=True)


def _mount(folder: Path) -> bool:
    if os.geteuid() != 0:
        return False
    asked: list[str | Path] = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}m,mode=700", "tmpfs", folder]
    return subprocess.run(asked, check=False, capture_output=True).returncode == 0
