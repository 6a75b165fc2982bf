"""The same reading, of a real FHIR server from a wheel: what we wrote ourselves could share our misunderstandings."""

import asyncio
import json
import os
import socket
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from tests.conftest import ROOT, Require
from tests.connectors.conftest import Clinic
from tests.connectors.record import record
from tests.connectors.test_smart import Bench, item

PROGRAM = Path(os.environ.get("SEKMET") or ROOT / ".venv/fhir/bin/sekmet")
MANY = 130  # results: several pages


@pytest.fixture
async def upstream(tmp_path: Path, require: Require) -> AsyncIterator[str]:
    """A running server that holds the record, and many results more."""
    require("sekmet-fhir", PROGRAM.is_file(), "make test installs it into .venv/fhir")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "settings.yaml").write_text('validation: {inbound: "off"}\n')
    base = f"http://127.0.0.1:{port}/fhir"
    told = {"PATH": "/usr/bin:/bin", "SEKMET_BASE_URL": base, "SEKMET_CONFIG": str(tmp_path / "settings.yaml")}
    server = await asyncio.create_subprocess_exec(
        str(PROGRAM), "serve", "--host", "127.0.0.1", "--port", str(port), cwd=tmp_path, env=told,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            await _started(client, base)
            await _filled(client, base)
        yield base
    finally:
        server.kill()
        await server.wait()


async def _started(client: httpx.AsyncClient, base: str) -> None:
    async with asyncio.timeout(60):
        while True:
            with suppress(httpx.HTTPError):
                if (await client.get(f"{base}/metadata")).status_code == 200:
                    return
            await asyncio.sleep(0.2)


async def _filled(client: httpx.AsyncClient, base: str) -> None:
    resources = [json.loads(line) for line in record() if '"c9"' not in line]
    one = next(r for r in resources if r["resourceType"] == "Observation")
    resources += [one | {"id": f"many{n}"} for n in range(MANY)]
    entries = [
        {"resource": r, "request": {"method": "PUT", "url": f"{r['resourceType']}/{r['id']}"}} for r in resources
    ]
    answer = await client.post(base, json={"resourceType": "Bundle", "type": "transaction", "entry": entries})
    answer.raise_for_status()


@pytest.mark.parametrize("everything", [True, False])
async def test_given_a_real_server_when_read_then_every_kind_comes_whole(
    clinic: Clinic, upstream: str, everything: bool
) -> None:
    faults = {} if everything else {"status": {"$everything": 404}}
    await clinic.tell(upstream=upstream, faults=faults)
    bench = Bench(clinic)
    first = await bench.gather()
    again = await bench.gather(seen=first.fresh)
    results = "Observation" if everything else "Observation:laboratory"

    assert first.outcome == "ok"
    assert item(first, results).stored == (MANY + 5 if everything else MANY + 4)
    assert {one.kind for one in first.items} >= {"Patient", "Condition", "AllergyIntolerance", "Immunization"}
    assert (again.fresh, again.lines) == ((), b"")
