"""Whoever holds the credentials of one store reads that store, and has no way to another."""

from contextlib import suppress
from itertools import product

import psycopg
import pytest

from bot.app.stores import SCHEMAS, open_stores
from bot.kernel.clock import utc_now
from bot.settings import load
from bot.storage.engine import Database
from bot.storage.migrate import is_current
from tests import pooler
from tests.deploy.conftest import STORES, Deployed, Require

DATABASES = [f"carnet_{store}" for store in STORES]


def test_given_each_role_s_password_when_it_knocks_everywhere_then_only_its_own_store_opens(deployed: Deployed) -> None:
    reached = set()
    for role, database, password in product(STORES, [*DATABASES, "postgres", "template1"], STORES):
        with suppress(psycopg.OperationalError):
            psycopg.connect(deployed.conninfo(role, database, password=deployed.password(password))).close()
            reached.add((role, database, password))

    assert reached == {(name, f"carnet_{name}", name) for name in STORES}


async def test_given_the_four_roles_when_carnet_starts_with_them_then_it_makes_and_uses_all_four_stores(
    deployed: Deployed,
) -> None:
    told = {f"CARNET_{store.upper()}__URL": deployed.url(store) for store in STORES}
    keys = {f"CARNET_KEK__{space.upper()}": deployed.secret(f"kek_{space}") for space in ("main", "health")}
    settings = load(told | keys)
    async with open_stores(settings, utc_now) as stores:
        await stores.main_keys.queue_pair()
        await stores.health_keys.queue_pair()

    for name, scripts, version_table in SCHEMAS:
        db = Database(deployed.url(name))
        assert await is_current(db, scripts, version_table=version_table)
        await db.close()


@pytest.mark.parametrize(
    "attempt",
    [
        "SET ROLE carnet_health",
        "SET SESSION AUTHORIZATION carnet_health",
        "GRANT carnet_health TO carnet_main",
        "ALTER ROLE carnet_health PASSWORD 'mine'",
        "CREATE ROLE another LOGIN",
        "CREATE DATABASE another",
        "DROP DATABASE carnet_health",
        "ALTER DATABASE carnet_health OWNER TO carnet_main",
        "GRANT CONNECT ON DATABASE carnet_health TO carnet_main",
        "SELECT rolpassword FROM pg_authid",
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "COPY (SELECT 1) TO PROGRAM 'id'",
        "COPY (SELECT 1) TO '/tmp/written'",
        "ALTER SYSTEM SET log_statement = 'all'",
        "CREATE EXTENSION postgres_fdw",
        "CREATE EXTENSION dblink",
    ],
)
def test_given_the_general_role_when_it_reaches_further_then_the_server_refuses(
    deployed: Deployed, attempt: str
) -> None:
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.FeatureNotSupported)):
        deployed.as_role("main", attempt)


def test_given_health_at_work_when_the_general_role_looks_on_then_it_sees_no_statement_and_ends_no_session(
    deployed: Deployed,
) -> None:
    with psycopg.connect(deployed.conninfo("health", "carnet_health")) as health:
        health.execute("SELECT 'CANARY-4b1d'")
        seen = deployed.as_role("main", "SELECT query FROM pg_stat_activity WHERE usename = 'carnet_health'")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            deployed.as_role("main", f"SELECT pg_terminate_backend({health.info.backend_pid})")

    assert seen == [("<insufficient privilege>",)]


@pytest.mark.parametrize("store", STORES)
def test_given_a_role_when_it_connects_then_no_statement_and_no_forgotten_transaction_of_it_lasts(
    deployed: Deployed, store: str
) -> None:
    limits = ("statement_timeout", "idle_in_transaction_session_timeout")

    assert [deployed.as_role(store, f"SHOW {limit}") for limit in limits] == [[("10min",)], [("1min",)]]


def test_given_pgbouncer_before_the_four_roles_when_they_knock_then_it_asks_for_passwords_and_the_limits_still_hold(
    deployed: Deployed, require: Require
) -> None:
    require("pgbouncer", pooler.program(), "apt-get install pgbouncer")
    passwords = {f"carnet_{store}": deployed.password(store) for store in STORES}
    reached, limits = set(), set()
    with pooler.pgbouncer(deployed.sockets, passwords) as folder:
        for role, database, right in product(STORES, DATABASES, (True, False)):
            password = deployed.password(role) if right else "wrong"
            address = deployed.conninfo(role, database, password=password, host=folder)
            with suppress(psycopg.OperationalError), psycopg.connect(address, prepare_threshold=None) as connection:
                limits.add(connection.execute("SHOW statement_timeout").fetchone())
                reached.add((role, database, right))

    assert reached == {(name, f"carnet_{name}", True) for name in STORES}
    assert limits == {("10min",)}
