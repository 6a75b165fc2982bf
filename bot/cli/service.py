"""`carnet run`, `carnet serve` and `carnet worker`: the processes that stay until they are stopped, and stop with grace."""

import asyncio
import gc
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, suppress
from typing import Annotated, Final

import typer

from bot.app import WHOLE, Part, playing, server, worker
from bot.chat.model import Space
from bot.kernel import logs
from bot.kernel.errors import SettingsError
from bot.kernel.logs import get_logger
from bot.settings import load

log = get_logger()

Loop = Callable[[], asyncio.AbstractEventLoop]
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)

Spaces = Annotated[
    list[Space] | None, typer.Option("--space", help="One space only; give it twice for both, which is the default.")
]


def run() -> None:
    """Answer people on Telegram until stopped (SIGTERM or Ctrl-C)."""
    _play(WHOLE)


def serve(space: Spaces = None) -> None:
    """Take messages in by webhook; `carnet worker` answers them. Without a space's keys, its public key is needed."""
    _play(server(space or list(Space)))


def work(space: Spaces = None) -> None:
    """Answer what was taken in, beside any number of others. A worker for general alone needs nothing of Health."""
    _play(worker(space or list(Space)))


def _play(part: Part) -> None:
    settings = load()
    logs.configure(settings.log_level)
    if settings.telegram.token is None:  # said before the stores are made, for there is nobody to keep anything of
        raise SettingsError(
            "telegram.token is missing or malformed: set CARNET_TELEGRAM__TOKEN_FILE to a file that holds the "
            "token @BotFather gave you, or run `carnet demo`, which needs none"
        )
    with asyncio.Runner(loop_factory=fast_loop()) as runner:
        runner.run(_until_stopped(playing(part, settings)))


def fast_loop() -> Loop | None:
    """Give the quicker event loop where there is one; None is Python's own."""
    try:
        from uvloop import new_event_loop  # noqa: PLC0415  (there is none for Windows)
    except ImportError:
        return None
    return new_event_loop


async def _until_stopped(service: AbstractAsyncContextManager[object]) -> None:
    """Run *service* until a signal; one that is still starting, Telegram being out of reach perhaps, is given up."""
    starting, asked = asyncio.current_task(), asyncio.Event()

    def ask() -> None:
        asked.set()
        if starting is not None:
            starting.cancel()

    _on_signal(ask)
    try:
        async with service:
            starting = None
            # The rules stay as long as we do: a pass over them takes a sixth of a second, in which everyone waits.
            gc.collect()
            gc.freeze()
            log.info("started", kind=type(asyncio.get_running_loop()).__module__)
            await asked.wait()
            log.info("stopping")
    except asyncio.CancelledError:
        if not asked.is_set():
            raise


async def stopped() -> None:
    """Wait for SIGTERM or SIGINT."""
    asked = asyncio.Event()
    _on_signal(asked.set)
    await asked.wait()


def _on_signal(act: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for name in SIGNALS:
        with suppress(NotImplementedError):  # Windows has no signal handlers on its loop; Ctrl-C still raises
            loop.add_signal_handler(name, act)
