"""`carnet run`: everything in one process, with long polling."""

import asyncio
import signal
from contextlib import suppress

from bot.app import running
from bot.kernel import logs
from bot.kernel.errors import SettingsError
from bot.settings import Settings, load


def run() -> None:
    """Answer people on Telegram until stopped (SIGTERM or Ctrl-C)."""
    settings = load()
    logs.configure(settings.log_level)
    if settings.telegram.token is None:  # said before the stores are made, for there is nobody to keep anything of
        raise SettingsError(
            "telegram.token is missing or malformed: set CARNET_TELEGRAM__TOKEN_FILE to a file that holds the "
            "token @BotFather gave you, or run `carnet demo`, which needs none"
        )
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
