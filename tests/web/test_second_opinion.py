"""The transport before a Bot API somebody else wrote: its offsets, its long polls, its 409, its webhook with a secret."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.kernel.errors import StoreError
from bot.settings import TelegramSettings
from bot.telegram import Gateway
from bot.web import serving, webhook_app
from tests.telegram.conftest import Ledger
from tests.web.conftest import free_port
from tests.web.test_webhook import LIMITS, SECRET, at

EMULATOR = Path(sys.executable).with_name("lo-bot-api-emulator")
TOKEN = "7:second-opinion"

Until = Callable[[Callable[[], object]], Awaitable[None]]


@dataclass
class Emulator:
    """The other Bot API, and what it wrote down."""

    client: httpx.AsyncClient
    settings: TelegramSettings
    journal: Path

    async def says(self, text: str) -> None:
        """Have a person write."""
        message = {
            "message_id": 1,
            "date": 1_800_000_000,
            "text": text,
            "chat": {"id": 5, "type": "private", "first_name": "Ann"},
            "from": {"id": 5, "is_bot": False, "first_name": "Ann"},
        }
        answer = await self.client.post("/__fixture/updates", json={"token": TOKEN, "update": {"message": message}})
        assert answer.json()["ok"], answer.text

    async def deliver(self) -> None:
        """Have it post again what waits."""
        await self.client.post("/__fixture/deliver", json={"token": TOKEN})

    def events(self, event: str) -> list[Any]:
        written = [json.loads(line) for line in self.journal.read_text().splitlines()]
        return [one for one in written if one.get("event") == event]


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[Emulator]:
    port, journal = free_port(), tmp_path / "journal"
    options = ["--port", str(port), "--enable-control", "--allow-insecure-loopback-webhooks", "--journal", str(journal)]
    process = await asyncio.create_subprocess_exec(
        EMULATOR, *options, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    url = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=url) as client:
            async with asyncio.timeout(20):
                while True:
                    try:
                        await client.get(f"/bot{TOKEN}/getMe")
                        break
                    except httpx.TransportError:
                        await asyncio.sleep(0.05)
            settings = TelegramSettings(token=SecretStr(TOKEN), base_url=url, poll_seconds=1)
            yield Emulator(client, settings, journal)
    finally:
        process.kill()
        await process.wait()


async def test_given_its_webhook_when_a_commit_fails_then_it_keeps_the_update_and_brings_it_again_with_the_secret(
    emulator: Emulator, ledger: Ledger
) -> None:
    ledger.failures = [StoreError("down")]
    async with (
        Gateway(emulator.settings, ledger) as gateway,
        serving(webhook_app(gateway, SECRET, LIMITS), host="127.0.0.1", port=0) as port,
    ):
        await gateway.listen(at(port, SECRET))
        await emulator.says("first")
        before = list(ledger.texts)
        await emulator.says("second")

    assert before == []
    assert [one["status"] for one in emulator.events("webhook")] == [503, 200, 200]
    assert ledger.texts == ["first", "second"]


async def test_given_its_webhook_when_its_secret_is_another_then_nothing_is_taken(
    emulator: Emulator, ledger: Ledger
) -> None:
    async with (
        Gateway(emulator.settings, ledger) as gateway,
        serving(webhook_app(gateway, SECRET, LIMITS), host="127.0.0.1", port=0) as port,
    ):
        await gateway.listen(at(port, "another" * 5))
        await emulator.says("first")

    assert [one["status"] for one in emulator.events("webhook")] == [403]
    assert ledger.calls == 0


async def test_given_its_long_polls_when_a_commit_fails_then_the_offset_does_not_pass_the_update(
    emulator: Emulator, ledger: Ledger, until: Until
) -> None:
    ledger.failures = [StoreError("down"), StoreError("still down")]
    async with Gateway(emulator.settings, ledger) as gateway:
        await gateway.start()
        for text in ("first", "second", "third"):
            await emulator.says(text)
        await until(lambda: len(ledger.texts) == 3)

    assert ledger.texts == ["first", "second", "third"]


async def test_given_two_that_poll_when_it_answers_409_then_every_message_is_accepted_once(
    emulator: Emulator, ledger: Ledger, until: Until
) -> None:
    async with Gateway(emulator.settings, ledger) as one, Gateway(emulator.settings, ledger) as other:
        await one.start()
        await other.start()
        for number in range(5):
            await emulator.says(str(number))
        await until(lambda: len(ledger.texts) == 5)

    assert ledger.texts == [str(number) for number in range(5)]
