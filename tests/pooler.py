"""A real PgBouncer, with the settings that are shipped, in front of the tests' own PostgreSQL."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

SHIPPED = Path(__file__).parents[1] / "deploy" / "pgbouncer.ini"


def program() -> str | None:
    """Where it is installed; Debian's place is not on everybody's path."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def pgbouncer(server: Path, **settings: object) -> Iterator[Path]:
    """Run it before the server whose sockets are in *server*; gives the folder of its own."""
    folder = Path(tempfile.mkdtemp(prefix="pgb-"))  # short, as the server's
    user = "nobody" if os.geteuid() == 0 else None  # it refuses to run as root
    here = {
        "listen_addr": "",
        "listen_port": 5432,
        "unix_socket_dir": folder,
        "auth_type": "trust",
        "server_idle_timeout": 2,
    } | settings
    (folder / "users").write_text('"carnet" ""\n')
    (folder / "pgbouncer.ini").write_text(_changed({"*": f"host={server}", "auth_file": folder / "users"} | here))
    if user:
        shutil.chown(folder, user)
    process = subprocess.Popen(
        [program() or "pgbouncer", "--quiet", folder / "pgbouncer.ini"], user=user, stderr=subprocess.DEVNULL
    )
    try:
        _wait(process, folder)
        yield folder
    finally:
        process.send_signal(signal.SIGTERM)  # at once, whoever is connected
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _changed(settings: Mapping[str, object]) -> str:
    """Give the shipped file with other values: a section that came twice would start again from the defaults."""
    lines = SHIPPED.read_text().splitlines()
    kept = [line for line in lines if line.split(" = ", 1)[0] not in settings]
    place = kept.index("[pgbouncer]")
    databases = [f"{name} = {value}" for name, value in settings.items() if name == "*"]
    rest = [f"{name} = {value}" for name, value in settings.items() if name != "*"]
    return "\n".join([*kept[:place], *databases, *kept[place:], *rest, ""])


def _wait(process: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 20
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            psycopg.connect(f"user=carnet dbname=postgres host={folder}").close()
            return
        time.sleep(0.05)
    raise RuntimeError("PgBouncer did not start")
