"""Carnet's processes as an operator has them, to be killed, frozen, thawed and stopped."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
JUMPING = "tests.faults.jumping"  # in place of a verb: the same as `run`, with a clock that jumps
_PATIENCE = 30.0  # seconds for a graceful end


class Process:
    """One `carnet` process; its log is kept, for it tells why a test failed."""

    def __init__(self, verb: str, *, settings: Mapping[str, str], log: Path) -> None:
        self.verb = verb
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
        with log.open("ab") as written:
            self._process = subprocess.Popen(
                [sys.executable, "-m", *([verb] if verb == JUMPING else ["bot", verb])],
                cwd=ROOT,
                env={**inherited, "PYTHONPATH": str(ROOT), **settings},
                stdout=written,
                stderr=written,
            )

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    async def kill(self) -> None:
        """End it as a power cut would. One that ended by itself before is a failure of its own."""
        assert self.alive, f"{self.verb} ended by itself with {self._process.returncode}"
        self._process.kill()
        await asyncio.to_thread(self._process.wait)

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        self._process.send_signal(number)

    def freeze(self) -> None:
        """Stop it in its tracks, as a paused virtual machine is."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on where it was."""
        self._process.send_signal(signal.SIGCONT)

    async def stop(self) -> None:
        """End it as an operator does; it must end well."""
        assert self.alive, f"{self.verb} ended by itself with {self._process.returncode}"
        self._process.terminate()
        code = await asyncio.to_thread(self._process.wait, _PATIENCE)
        assert code == 0, f"{self.verb} ended with {code}"

    def abandon(self) -> None:
        """Leave nothing running behind a test that failed."""
        if self.alive:
            self._process.kill()
            self._process.wait()
