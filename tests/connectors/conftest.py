"""A clinic in a process of its own, and somebody's browser."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
import pytest

from tests.connectors.record import record

REDIRECT = "https://carnet.example/oauth/callback"


@dataclass
class Clinic:
    """The running counterpart."""

    base: str
    stranger: str
    control: str
    client: httpx.AsyncClient

    async def tell(self, **what: Any) -> None:
        (await self.client.post(self.control, json=what)).raise_for_status()

    async def state(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.client.get(self.control)).json()
        return found

    async def visit(self, address: str, decision: str = "allow") -> str:
        """Sign in as a person does; give the address the browser is sent back to."""
        page = await self.client.get(address)
        assert page.status_code == 200, page.text
        found = re.search(r'value="([^"]+)"', page.text)
        assert found is not None
        where = urljoin(address, "/auth/decide")
        back = await self.client.post(where, data={"request": found[1], "decision": decision})
        assert back.status_code == 302, back.text
        return back.headers["location"]

    async def allowed(self, address: str, decision: str = "allow") -> dict[str, str]:
        """Sign in; give what the browser brings back."""
        said = parse_qs(urlsplit(await self.visit(address, decision)).query)
        return {name: values[0] for name, values in said.items()}


@pytest.fixture
async def clinic(tmp_path: Path) -> AsyncIterator[Clinic]:
    lines = tmp_path / "record.ndjson"
    lines.write_text("\n".join(record()), encoding="utf-8")
    program = Path(__file__).with_name("clinic.py")
    # Isolated: it can import nothing of ours.
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(program), str(lines), stdout=asyncio.subprocess.PIPE, cwd=tmp_path
    )
    try:
        assert process.stdout is not None
        ports = json.loads(await process.stdout.readline())
        async with httpx.AsyncClient(trust_env=False) as client:
            running = Clinic(client=client, **ports)
            await running.tell(redirect=REDIRECT)
            yield running
    finally:
        process.kill()
        await process.wait()
