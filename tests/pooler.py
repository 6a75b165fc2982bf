"""A real PgBouncer, with the settings that are shipped, in front of the tests' own PostgreSQL."""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

SHIPPED = Path(__file__).parents[1] / "deploy" / "pgbouncer.ini"


def program() -> str | None:
    """Where it is installed; Debian's place is not on everybody's path."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def pgbouncer(server: Path, users: Mapping[str, str] | None = None, **settings: object) -> Iterator[Path]:
    """Run it before the server whose sockets are in *server*; gives the folder of its own.

    *users* are asked for their passwords; without any, `carnet` needs none.
    """
    folder = Path(tempfile.mkdtemp(prefix="pgb-"))  # short, as the server's
    user = "nobody" if os.geteuid() == 0 else None  # it refuses to run as root
    own = {"listen_addr": "", "listen_port": 5432, "unix_socket_dir": folder, "server_idle_timeout": 2}
    own |= {} if users else {"auth_type": "trust"}
    known = "".join(f'"{name}" "{password}"\n' for name, password in (users or {"carnet": ""}).items())
    (folder / "users").write_text(known)
    (folder / "pgbouncer.ini").write_text(_changed(server, own | {"auth_file": folder / "users"} | settings))
    if user:
        shutil.chown(folder, user)
    process = subprocess.Popen(
        [program() or "pgbouncer", "--quiet", folder / "pgbouncer.ini"], user=user, stderr=subprocess.DEVNULL
    )
    try:
        _wait(process, folder)
        yield folder
    finally:
        process.kill()  # it has nothing to keep, and signals mean other things from one version to the next
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _changed(server: Path, settings: Mapping[str, object]) -> str:
    """Give the shipped file with other values: a section that came twice would start again from the defaults."""
    lines = [f"* = host={server}" if line.startswith("* = ") else line for line in SHIPPED.read_text().splitlines()]
    kept = [line for line in lines if line.partition("=")[0].strip() not in settings]
    return "\n".join([*kept, *(f"{name} = {value}" for name, value in settings.items()), ""])


def _wait(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(OSError), socket.socket(socket.AF_UNIX) as knocking:
            knocking.connect(str(folder / ".s.PGSQL.5432"))
            return
        time.sleep(0.05)
    raise RuntimeError("PgBouncer did not start")
