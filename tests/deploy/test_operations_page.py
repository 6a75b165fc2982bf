"""What the page for operators tells them to type."""

import re

import psycopg
import pytest

from bot.app.stores import SCHEMAS
from bot.storage.engine import Database
from bot.storage.migrate import upgrade
from tests.deploy.conftest import ROOT, Deployed

PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
AS_MAIN, AS_MONITOR = re.findall(r"^```sql\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)


def queries(fence: str) -> list[str]:
    return [query for query in fence.split(";\n") if query.strip()]


@pytest.fixture
async def main(deployed: Deployed) -> str:
    for name, scripts, version_table in SCHEMAS:
        if name == "main":
            db = Database(deployed.url(name))
            await upgrade(db, scripts, version_table=version_table)
            await db.close()
    return deployed.conninfo("main", "carnet_main")


def test_given_the_queries_of_the_page_when_run_then_the_server_knows_what_they_ask(
    deployed: Deployed, main: str
) -> None:
    watching = f"host={deployed.sockets} user=carnet dbname=postgres"
    ran = 0
    for address, fence in ((main, AS_MAIN), (watching, AS_MONITOR)):
        with psycopg.connect(address) as connection:
            connection.read_only = True
            for query in queries(fence):
                connection.execute(query.encode())
                ran += 1

    assert ran == 8
