"""A playground on a real port, a gateway that polls it, and a reception whose failures the test chooses."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from pydantic import SecretStr

from bot.chat.model import Arrival
from bot.playground import TOKEN, Persona, Playground, serving
from bot.settings import TelegramSettings
from bot.telegram import Gateway

# Plain modules cannot be imported between test files here, so what tests share comes as fixtures.


@dataclass
class Ledger:
    """Accepts arrivals once each, like the real reception; `failures` are raised first, one per call."""

    failures: list[Exception] = field(default_factory=list)
    calls: int = 0
    accepted: dict[str, Arrival] = field(default_factory=dict)
    may_commit: asyncio.Event = field(default_factory=asyncio.Event)
    entered: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, arrival: Arrival) -> None:
        self.calls += 1
        self.entered.set()
        if self.failures:
            raise self.failures.pop(0)
        await self.may_commit.wait()
        self.accepted.setdefault(arrival.key, arrival)

    @property
    def texts(self) -> list[str]:
        return [arrival.text.reveal() for arrival in self.accepted.values()]


@pytest.fixture
def ledger() -> Ledger:
    ledger = Ledger()
    ledger.may_commit.set()
    return ledger


@pytest.fixture
def playground() -> Playground:
    return Playground()


@pytest.fixture
def camille(playground: Playground) -> Persona:
    return playground.person("Camille", "fr")


@pytest.fixture
async def base_url(playground: Playground) -> AsyncIterator[str]:
    async with serving(playground) as url:
        yield url


@pytest.fixture
def settings(base_url: str) -> TelegramSettings:
    return TelegramSettings(
        token=SecretStr(TOKEN),
        base_url=base_url,
        poll_seconds=1,
        messages_per_second=1000,
        chat_messages_per_second=1000,
    )


@pytest.fixture
async def gateway(settings: TelegramSettings, ledger: Ledger) -> AsyncIterator[Gateway]:
    """Connected, not polling."""
    async with Gateway(settings, ledger) as connected:
        yield connected


@pytest.fixture
def until() -> Callable[[Callable[[], object]], Awaitable[None]]:
    """Wait for a condition, at most about ten seconds."""

    async def wait(condition: Callable[[], object]) -> None:
        for _ in range(1000):
            if condition():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it never happened")

    return wait
