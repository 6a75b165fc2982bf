"""Runs a bot as one process or several and tells what they used: CPU by their own account, memory by the kernel's."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from benchmarks.peers import ROOT
from bot.playground import TOKEN

_LOOK: Final = 0.02  # seconds
_PATIENCE: Final = 60.0  # seconds for anything a healthy bot does at once


class BenchmarkError(Exception):
    """A bot did not do what it was measured for: its figures would mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to start: the words of `benchmarks.child`, by which Python, told what."""

    words: Sequence[str]
    python: Path = Path(sys.executable)
    settings: Mapping[str, str] = field(default_factory=dict)
    ready: str = ""  # what its log says once it is up


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What processes used up to a moment."""

    cpu: float = 0.0  # seconds, all threads together
    statements: int = 0  # sent to databases; counted only in a process told `COUNT_STATEMENTS`
    waited: float = 0.0  # seconds for these

    def __add__(self, other: "Used") -> "Used":
        return Used(
            cpu=self.cpu + other.cpu,
            statements=self.statements + other.statements,
            waited=self.waited + other.waited,
        )

    def __sub__(self, earlier: "Used") -> "Used":
        return Used(
            cpu=self.cpu - earlier.cpu,
            statements=self.statements - earlier.statements,
            waited=self.waited - earlier.waited,
        )


class Child:
    """A running process."""

    def __init__(self, process: subprocess.Popen[bytes], reports: int, log: Path, ready: str) -> None:
        self.pid = process.pid
        self._process = process
        self._reports = reports
        self._log = log
        self._ready = ready

    @property
    def ready(self) -> bool:
        """Say whether it is up, as far as it tells."""
        return self._ready in self._log.read_text(encoding="utf-8", errors="replace")

    async def used(self) -> Used:
        """Give what it used so far."""
        self.alive()
        self._process.send_signal(signal.SIGUSR1)
        async with asyncio.timeout(_PATIENCE):
            told = await asyncio.to_thread(os.read, self._reports, 200)
        cpu, statements, waited = told.split()
        return Used(cpu=float(cpu), statements=int(statements), waited=float(waited))

    def memory(self, of: str) -> float | None:
        """Give one line of the kernel's account in MB; None where it does not say."""
        status = Path(f"/proc/{self.pid}/status")
        found = re.search(rf"{of}:\s+(\d+) kB", status.read_text(encoding="ascii")) if status.exists() else None
        return int(found[1]) / 1024 if found else None

    def alive(self) -> None:
        """Raise if it is not."""
        if self._process.poll() is not None:
            raise BenchmarkError(f"the bot ended by itself with {self._process.returncode}")

    async def stop(self) -> None:
        """End the process as an operator does; it must end well."""
        self.alive()
        self._process.terminate()
        code = await asyncio.to_thread(self._process.wait, _PATIENCE)
        if code != 0:
            raise BenchmarkError(f"the bot ended with {code}")


class Fleet:
    """All the processes of one bot."""

    def __init__(self, children: Sequence[Child], *, started: float) -> None:
        self.started = started
        self._children = children

    async def until(self, event: asyncio.Event) -> None:
        """Wait for what shows that the bot is up."""
        deadline = time.monotonic() + _PATIENCE
        while not (event.is_set() and all(one.ready for one in self._children)):
            for one in self._children:
                one.alive()
            if time.monotonic() > deadline:
                raise BenchmarkError(f"the bot did not come up within {_PATIENCE:.0f} s")
            await asyncio.sleep(_LOOK)

    async def used(self) -> Used:
        """Give what all of them used so far."""
        total = Used()
        for one in self._children:
            total += await one.used()
        return total

    def peak_memory(self) -> float | None:
        """Give the largest resident sizes so far, added up, in MB; None where the kernel does not say."""
        # Not `ru_maxrss`: it begins with the size of the process that started this one.
        return self._memory("VmHWM")

    def memory(self) -> float | None:
        """Give the resident sizes now, added up, in MB."""
        return self._memory("VmRSS")

    def _memory(self, of: str) -> float | None:
        sizes = [one.memory(of) for one in self._children]
        return sum(size for size in sizes if size is not None) if all(sizes) else None

    async def stop(self) -> None:
        """End all of them, the one that receives first."""
        for one in self._children:
            await one.stop()


@asynccontextmanager
async def fleet(programs: Sequence[Program], url: str, folder: Path) -> AsyncIterator[Fleet]:
    """Start a bot against the playground at *url*; stopped well if the block ends well, killed otherwise."""
    started = time.monotonic()
    async with AsyncExitStack() as stack:
        children = []
        for number, program in enumerate(programs):
            log = folder / f"log{number}"
            children.append(await stack.enter_async_context(_running(program, url, log)))
        running = Fleet(children, started=started)
        yield running
        await running.stop()


@asynccontextmanager
async def _running(program: Program, url: str, log: Path) -> AsyncIterator[Child]:
    reading, writing = os.pipe()
    try:
        process = _start(program, url, log, writing)
    finally:
        os.close(writing)
    try:
        yield Child(process, reading, log, program.ready)
    except BaseException:
        # What the bot logged last tells why; Carnet's log holds no words of a person.
        _show_end(log)
        raise
    finally:
        os.close(reading)
        if process.poll() is None:
            process.kill()
            process.wait()


def _show_end(log: Path) -> None:
    print(log.read_text(encoding="utf-8", errors="replace")[-1000:], file=sys.stderr)


def _start(program: Program, url: str, log: Path, reports: int) -> subprocess.Popen[bytes]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
    own = {"PEER_TOKEN": TOKEN, "PEER_API": url, "CARNET_TELEGRAM__TOKEN": TOKEN, "CARNET_TELEGRAM__BASE_URL": url}
    name, *words = program.words
    with log.open("wb") as written:
        return subprocess.Popen(
            [program.python, "-m", "benchmarks.child", str(reports), name, *words],
            cwd=ROOT,
            env={**inherited, **own, **program.settings},
            stdout=written,
            stderr=written,
            pass_fds=(reports,),
        )
