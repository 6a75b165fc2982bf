"""One process of a bot: `python -m benchmarks.child FD NAME WORD...`.

On SIGUSR1 it writes what it has used so far to the file descriptor, so that its start is not counted as work on
messages. Nothing else is added, unless statements are to be counted: Carnet is the `carnet` command, the peers are
what their manuals have.
"""

import os
import resource
import signal
import sys
import time
from typing import Final

CARNET: Final = "carnet"
PTB: Final = "python-telegram-bot"
AIOGRAM: Final = "aiogram"
COUNT_STATEMENTS: Final = "BENCHMARK_STATEMENTS"  # the environment's word for it


def main() -> None:
    """Run the bot until SIGTERM."""
    report, name, words = int(sys.argv[1]), sys.argv[2], sys.argv[3:]
    told = _Told()
    signal.signal(signal.SIGUSR1, lambda *_: told.report(report))
    if name == CARNET:
        from bot.cli import main as carnet  # noqa: PLC0415  (a peer must not pay for our imports)

        if os.environ.get(COUNT_STATEMENTS):
            told.listen()
        sys.argv = ["carnet", *words]
        carnet()
    elif name == PTB:
        from benchmarks import peer_ptb  # noqa: PLC0415  (nor we for theirs)

        peer_ptb.run(words)
    elif name == AIOGRAM:
        from benchmarks import peer_aiogram  # noqa: PLC0415  (it is in an environment of its own)

        peer_aiogram.run(words)
    else:
        sys.exit(f"no such bot: {name}")


class _Told:
    """What this process used."""

    def __init__(self) -> None:
        self._statements = 0
        self._waited = 0.0

    def report(self, descriptor: int) -> None:
        """Write it down."""
        used = resource.getrusage(resource.RUSAGE_SELF)
        line = f"{used.ru_utime + used.ru_stime:.6f} {self._statements} {self._waited:.6f}\n"
        os.write(descriptor, line.encode())

    def listen(self) -> None:
        """Count the statements of every database opened from now on, and the time until each is carried out."""
        from sqlalchemy import event  # noqa: PLC0415  (a peer has no database)
        from sqlalchemy.engine import Connection, Engine  # noqa: PLC0415

        @event.listens_for(Engine, "before_cursor_execute")
        def _before(connection: Connection, *_: object) -> None:
            connection.info["since"] = time.perf_counter()

        @event.listens_for(Engine, "after_cursor_execute")
        def _after(connection: Connection, *_: object) -> None:
            self._statements += 1
            self._waited += time.perf_counter() - connection.info["since"]


if __name__ == "__main__":
    main()
