from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx_aiohttp
import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.playground import TOKEN, Playground, serving


@dataclass
class MovableClock:
    now: datetime = field(default_factory=lambda: datetime(2026, 5, 4, 9, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def transport() -> Callable[[], HTTPXRequest]:
    """The HTTP transport the gateway uses too."""
    return lambda: HTTPXRequest(httpx_kwargs={"transport": httpx_aiohttp.AiohttpTransport()})


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def playground(clock: MovableClock) -> Playground:
    return Playground(clock=clock)


@pytest.fixture
async def base_url(playground: Playground) -> AsyncIterator[str]:
    async with serving(playground) as url:
        yield url


@pytest.fixture
async def telegram(base_url: str, transport: Callable[[], HTTPXRequest]) -> AsyncIterator[Bot]:
    """The real client library, over real HTTP."""
    async with Bot(
        TOKEN,
        base_url=f"{base_url}/bot",
        base_file_url=f"{base_url}/file/bot",
        request=transport(),
        get_updates_request=transport(),
    ) as client:
        yield client
