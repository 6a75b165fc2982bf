"""Carnet whole, in this process: real stores, the real gateway, and the playground's Bot API over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.app import App, Opening, running
from bot.chat.progress import PLACEHOLDERS
from bot.cli.playground import behind, with_page
from bot.guardrails.before import Gate
from bot.guardrails.guard import Judge
from bot.kernel.clock import Clock, utc_now
from bot.playground import Persona, Playground, VisibleMessage, serving
from bot.settings import Settings, config_folder, load


@dataclass
class Chat:
    """One person's side of the conversation."""

    playground: Playground
    persona: Persona
    app: App
    seen: int = 0
    transcript: list[VisibleMessage] = field(default_factory=list)

    async def say(self, text: str) -> list[VisibleMessage]:
        self.playground.say(self.persona, text)
        return await self.quiet()

    async def upload(self, path: Path, caption: str | None = None, name: str | None = None) -> list[VisibleMessage]:
        data = await asyncio.to_thread(path.read_bytes)
        self.playground.upload(self.persona, name or path.name, data, "application/pdf", caption)
        return await self.quiet()

    async def press(self, wanted: str) -> list[VisibleMessage]:
        """Press the first button whose label holds *wanted*, on the latest message that has one."""
        shown = [(m, b) for m in reversed(self.playground.messages(self.persona)) for row in m.buttons for b in row]
        message, button = next((m, b) for m, b in shown if wanted in b.label)
        data = button.data
        assert data is not None
        self.playground.press(self.persona, message.id, data)
        return await self.quiet()

    async def quiet(self) -> list[VisibleMessage]:
        """Wait for the answer; give what the bot showed or changed."""
        async with asyncio.timeout(60):
            while self.playground.pending(self.persona):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            await self.app.quiet()
        new = self.playground.events(self.persona, after=self.seen)
        self.seen = new[-1].number if new else self.seen
        shown = [e.message for e in new if e.type in {"message", "edit", "file"} and e.message is not None]
        bots = [message for message in shown if message.author == "bot" and message.text not in PLACEHOLDERS]
        self.transcript += bots
        return bots

    async def enter(self) -> list[VisibleMessage]:
        """Walk through the door of Health as a new person does."""
        french = self.persona.language_code.startswith("fr")
        await self.say("/sante" if french else "/health")
        await self.press("Rejoindre" if french else "Join")
        await self.press("Entrer" if french else "Enter")
        await self.press("18 ans ou plus" if french else "18 or older")
        return await self.press("accepte" if french else "I agree")


Meet = Callable[[str, str], Chat]


@dataclass
class House:
    """A running Carnet and everybody who talks to it."""

    app: App
    playground: Playground
    settings: Settings

    def meet(self, name: str, language: str) -> Chat:
        return Chat(playground=self.playground, persona=self.playground.person(name, language), app=self.app)


@cache
def rules() -> Gate:
    """Carnet's own rules, read once: every house of a run shares them."""
    return Gate.load(config_folder() / "guardrails")


@asynccontextmanager
async def house(
    settings: Settings,
    *,
    clock: Clock = utc_now,
    opening: Opening = Opening.ON_JOIN,
    judge: Judge | None = None,
    page: bool = False,
) -> AsyncIterator[House]:
    playground = Playground(clock=clock)
    async with serving(playground) as base_url, AsyncExitStack() as stack:
        told = behind(settings, base_url)
        told = with_page(told, base_url) if page else told
        carnet = running(
            told, clock=clock, opening=opening, judge=judge or rules(), mount=playground.mount if page else None
        )
        app = await stack.enter_async_context(carnet)
        yield House(app=app, playground=playground, settings=settings)


OpenHouse = Callable[..., Any]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load({"CARNET_STATE": str(tmp_path / "state")})


@pytest.fixture
async def carnet(settings: Settings) -> AsyncIterator[House]:
    async with house(settings) as opened:
        yield opened


@pytest.fixture
async def open_house() -> AsyncIterator[OpenHouse]:
    """Open a house with other settings; closed at the end of the test."""
    async with AsyncExitStack() as stack:

        async def opened(settings: Settings, **options: Any) -> House:
            return await stack.enter_async_context(house(settings, **options))

        yield opened


@pytest.fixture
def on_either(settings: Settings, new_database_url: Callable[[str], str]) -> Settings:
    """The same settings with four stores on each engine in turn."""
    urls = {name: new_database_url(name) for name in ("main", "main_keys", "health", "health_keys")}
    return settings.model_copy(
        update={name: getattr(settings, name).model_copy(update={"url": SecretStr(url)}) for name, url in urls.items()}
    )
