"""The container files: every part of them that can be tried without a container engine is tried."""

import base64
import hashlib
import hmac
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
import pytest

from bot.settings import Settings, load
from tests.deploy.compose import CARNETS, COMPOSE, environment, service, words
from tests.deploy.conftest import ROOT, STORES, Deployed, make_secrets

DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
OF_HEALTH = {"health_url", "health_keys_url", "kek_health"}


@pytest.fixture
def secrets(tmp_path: Path) -> Path:
    folder = make_secrets(tmp_path / "secrets")
    (folder / "telegram_token").write_text("123:abc\n")
    return folder


def settings_of(name: str, secrets: Path) -> Settings:
    return load({key: value.replace("/run/secrets", str(secrets)) for key, value in environment(name).items()})


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


@pytest.mark.parametrize("name", [*CARNETS, "postgres"])
def test_given_a_service_when_read_then_it_is_confined_and_publishes_nothing(name: str) -> None:
    lines = service(name)

    assert "ports:" not in lines
    for confined in ("read_only: true", "cap_drop: [ALL]", 'security_opt: ["no-new-privileges:true"]'):
        assert confined in lines


@pytest.mark.parametrize("name", CARNETS)
def test_given_a_service_when_it_stops_then_it_has_longer_than_its_turns_have(name: str, secrets: Path) -> None:
    grace = re.search(r"^    stop_grace_period: (\d+)s$", service(name), re.MULTILINE)

    assert grace
    assert int(grace[1]) > settings_of(name, secrets).stop_seconds + 10  # and requests being answered have ten


@pytest.mark.parametrize("name", CARNETS)
def test_given_a_service_s_secrets_when_counted_then_it_is_given_what_its_settings_name_and_no_more(name: str) -> None:
    files = (value for value in environment(name).values() if value.startswith("/run/secrets/"))

    assert sorted(words(name, "secrets")) == sorted(file.removeprefix("/run/secrets/") for file in files)


def test_given_compose_when_secrets_are_handed_out_then_only_health_s_worker_can_open_health() -> None:
    given = {name: set(words(name, "secrets")) for name in (*CARNETS, "postgres")}

    assert {name for name in CARNETS if given[name] & OF_HEALTH} == {"health"}
    assert {name for name in given if any(secret.startswith("kek_") for secret in given[name])} == {"general", "health"}
    assert "telegram_token" not in given["postgres"]
    assert given["serve"] & {"main_keys_url", "kek_main"} == set()  # it seals, and opens nothing


def test_given_compose_s_settings_when_carnet_loads_them_then_four_stores_and_two_keys_are_set(secrets: Path) -> None:
    settings = settings_of("health", secrets)

    urls = [getattr(settings, name).url.get_secret_value() for name in STORES]
    assert [url.rsplit("/", 1)[1] for url in urls] == [f"carnet_{name}" for name in STORES]
    assert len({password_of(url) for url in urls}) == len(STORES)
    keys = (settings.kek.main, settings.kek.health)
    assert len({bytes.fromhex(key.get_secret_value()) for key in keys if key}) == 2


def test_given_secrets_that_exist_when_made_again_then_none_changes(secrets: Path) -> None:
    before = {path.name: path.read_bytes() for path in secrets.iterdir()}

    make_secrets(secrets)

    assert {path.name: path.read_bytes() for path in secrets.iterdir()} == before
    assert secrets.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(("required", "code"), [("", 0), ("all", 1)])
def test_given_a_machine_that_cannot_prove_the_image_when_asked_then_it_says_not_run_and_what_is_missing(
    tmp_path: Path, required: str, code: int
) -> None:
    for program in ("id", "dirname"):
        (tmp_path / program).symlink_to(shutil.which(program) or program)
    told = {"PATH": str(tmp_path), "CARNET_TEST_REQUIRE": required}
    script: list[str | Path] = ["/bin/sh", ROOT / "deploy" / "prove-image.sh"]
    done = subprocess.run(script, env=told, capture_output=True, text=True, check=False)

    assert done.returncode == code
    assert re.fullmatch(r"NOT RUN: image in a clean Debian \((needs root|apt-get install mmdebstrap)\)\n", done.stdout)


def test_given_the_init_script_when_run_then_each_role_has_its_url_s_password_and_no_power(deployed: Deployed) -> None:
    with psycopg.connect(f"host={deployed.sockets} user=carnet dbname=postgres") as connection:
        roles = connection.execute("SELECT rolname, rolpassword FROM pg_authid").fetchall()
        known = {row[0] for row in connection.execute("SELECT name FROM pg_settings").fetchall()}
        powers = connection.execute(
            "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'carnet\\_%' AND"
            " (rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls)"
        ).fetchone()

    stored: dict[str, str] = dict(roles)
    for name in STORES:
        assert scram_accepts(stored[f"carnet_{name}"], deployed.password(name))
    assert powers == (0,)
    assert set(re.findall(r"^      - (\w+)=", service("postgres"), re.MULTILINE)) <= known
