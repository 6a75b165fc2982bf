"""`carnet run` with a clock that jumps: SIGUSR1 an hour ahead, SIGUSR2 an hour back. To be run as a process."""

import asyncio
import signal
from datetime import datetime, timedelta

from bot.app import running
from bot.cli.service import stopped
from bot.kernel import logs
from bot.kernel.clock import utc_now
from bot.settings import load

JUMP = timedelta(hours=1)


async def main() -> None:
    """Answer people until SIGTERM."""
    shift = timedelta(0)

    def clock() -> datetime:
        return utc_now() + shift

    def jump(by: timedelta) -> None:
        nonlocal shift
        shift += by

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, jump, JUMP)
    loop.add_signal_handler(signal.SIGUSR2, jump, -JUMP)
    async with running(load(), clock=clock):
        await stopped()


if __name__ == "__main__":
    logs.configure("INFO")
    asyncio.run(main())
