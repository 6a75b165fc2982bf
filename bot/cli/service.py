"""`carnet run`: everything in one process, with long polling."""

import asyncio
import signal
from contextlib import suppress

from bot.app import running
from bot.kernel import logs
from bot.settings import Settings, load


def run() -> None:
    """Answer people on Telegram until stopped (SIGTERM or Ctrl-C)."""
    settings = load()
    logs.configure(settings.log_level)
    asyncio.run(_serve(settings))


async def _serve(settings: Settings) -> None:
    async with running(settings):
        await stopped()


async def stopped() -> None:
    """Wait for SIGTERM or SIGINT."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows has no signal handlers on its loop; Ctrl-C still raises
            loop.add_signal_handler(name, asked.set)
    await asked.wait()
