"""Runs a bot as a child and tells what the whole process used: CPU by its own account, memory by the kernel's."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from bot.playground import TOKEN

ROOT: Final = Path(__file__).parents[1]
_LOG: Final = "log"
_PATIENCE: Final = 60.0  # seconds for anything a healthy bot does at once


class BenchmarkError(Exception):
    """A bot did not do what it was measured for: its figures would mean nothing."""


class Child:
    """A running bot."""

    def __init__(self, process: subprocess.Popen[bytes], reports: int, *, started: float) -> None:
        self.started = started
        self._process = process
        self._reports = reports

    async def until(self, event: asyncio.Event) -> None:
        """Wait for what shows that the bot is up."""
        deadline = time.monotonic() + _PATIENCE
        while not event.is_set():
            self._alive()
            if time.monotonic() > deadline:
                raise BenchmarkError(f"the bot did not come up within {_PATIENCE:.0f} s")
            try:
                await asyncio.wait_for(event.wait(), 0.5)
            except TimeoutError:
                continue

    async def cpu(self) -> float:
        """Give the CPU seconds used so far, all threads together."""
        self._alive()
        self._process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(_PATIENCE):
            return float(await asyncio.to_thread(os.read, self._reports, 64))

    def peak_memory(self) -> float | None:
        """Give the largest resident size so far, in MB; None where the kernel does not say."""
        # Not `ru_maxrss`: it begins with the size of the process that started this one.
        status = Path(f"/proc/{self._process.pid}/status")
        found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii")) if status.exists() else None
        return int(found[1]) / 1024 if found else None

    async def stop(self) -> None:
        """End the bot as an operator does; it must end well."""
        self._alive()
        self._process.terminate()
        code = await asyncio.to_thread(self._process.wait, _PATIENCE)
        if code != 0:
            raise BenchmarkError(f"the bot ended with {code}")

    def _alive(self) -> None:
        if self._process.poll() is not None:
            raise BenchmarkError(f"the bot ended by itself with {self._process.returncode}")


@asynccontextmanager
async def child(bot: str, url: str, folder: Path, settings: Mapping[str, str]) -> AsyncIterator[Child]:
    """Start *bot* against the playground at *url*; stopped well if the block ends well, killed otherwise."""
    reading, writing = os.pipe()
    begun = time.monotonic()
    try:
        process = _start(bot, url, folder, settings, writing)
    finally:
        os.close(writing)
    started = Child(process, reading, started=begun)
    try:
        yield started
        await started.stop()
    except BaseException:
        # What the bot logged last tells why; Carnet's log holds no words of a person.
        print((folder / _LOG).read_text(encoding="utf-8", errors="replace")[-1000:], file=sys.stderr)
        raise
    finally:
        os.close(reading)
        if process.poll() is None:
            process.kill()
            process.wait()


def _start(bot: str, url: str, folder: Path, settings: Mapping[str, str], reports: int) -> subprocess.Popen[bytes]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
    own = {"ECHO_TOKEN": TOKEN, "CARNET_TELEGRAM__TOKEN": TOKEN, "CARNET_TELEGRAM__BASE_URL": url}
    own |= {f"CARNET_TELEGRAM__{limit}": "1000" for limit in ("MESSAGES_PER_SECOND", "CHAT_MESSAGES_PER_SECOND")}
    with (folder / _LOG).open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "benchmarks.child", bot, str(reports), url],
            cwd=ROOT,
            env={**inherited, **own, **settings},
            stdout=log,
            stderr=log,
            pass_fds=(reports,),
        )
