"""`carnet run` on a machine whose clock is set while it runs: the file CLOCK names the hours by which it is wrong.

To be run as a process. SIGUSR1 says that the clock was set.
"""

import asyncio
import os
import signal
from datetime import datetime, timedelta
from pathlib import Path

from bot.app import running
from bot.cli.service import stopped
from bot.kernel import logs
from bot.kernel.clock import utc_now
from bot.settings import load


class SetClock:
    """The machine's clock, as it was last set."""

    def __init__(self, told: Path) -> None:
        self._told = told
        self.look()

    def look(self) -> None:
        self._wrong = timedelta(hours=int(self._told.read_text(encoding="ascii")))

    def __call__(self) -> datetime:
        return utc_now() + self._wrong


async def main() -> None:
    """Answer people until SIGTERM."""
    clock = SetClock(Path(os.environ["CLOCK"]))
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, clock.look)
    async with running(load(), clock=clock):
        await stopped()


if __name__ == "__main__":
    logs.configure("INFO")
    asyncio.run(main())
