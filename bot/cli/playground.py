"""`carnet demo`: the playground, so that a newcomer talks to the real bot with no token."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from bot.app import Opening, running
from bot.cli.service import stopped
from bot.kernel import logs
from bot.playground import TOKEN, Playground, serving
from bot.settings import Settings, load


def demo(
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the page on this machine.")] = 8080,
    state: Annotated[Path | None, typer.Option(help="Folder of the demo's databases.")] = None,
) -> None:
    """Start a local stand-in for Telegram and the bot behind it: no token, nothing leaves this machine."""
    settings = load(state=state)
    logs.configure("WARNING" if settings.log_level == "INFO" else settings.log_level)
    asyncio.run(_serve(settings, port))


async def _serve(settings: Settings, port: int) -> None:
    playground = Playground()
    async with (
        serving(playground, port=port) as base_url,
        running(with_page(behind(settings, base_url), base_url), opening=Opening.ON_JOIN, mount=playground.mount),
    ):
        typer.echo(f"Carnet playground: {base_url}   (Ctrl-C stops it)")
        await stopped()


def behind(settings: Settings, base_url: str) -> Settings:
    """Point the gateway at a playground instead of Telegram; it wants no rest."""
    told = {"token": SecretStr(TOKEN), "base_url": base_url.rstrip("/"), "poll_seconds": 20}
    fast = {"messages_per_second": 1000.0, "chat_messages_per_second": 1000.0}
    telegram = settings.telegram.model_copy(update=told | fast)
    return settings.model_copy(update={"telegram": telegram})


def with_page(settings: Settings, base_url: str) -> Settings:
    """Say that the upload page stands at the playground's own address."""
    return settings.model_copy(update={"web": settings.web.model_copy(update={"public_url": base_url})})
