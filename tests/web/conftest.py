"""Carnet as separate processes, started as an operator does, around one playground."""

import asyncio
import os
import secrets
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.chat.progress import PLACEHOLDERS
from bot.playground import TOKEN, Persona, Playground, serving
from tests.conftest import PostgreSQL
from tests.telegram.conftest import base_url, camille, gateway, ledger, playground, settings, until

__all__ = ["base_url", "camille", "gateway", "ledger", "playground", "settings", "until"]  # fixtures used here too

CARNET = Path(sys.executable).with_name("carnet")

Url = Callable[[str], str]


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@dataclass
class Deployment:
    """What the processes of one installation share, and the processes started so far."""

    playground: Playground
    base_url: str
    folder: Path
    urls: Mapping[str, str]
    secret: str = field(default_factory=lambda: secrets.token_hex(32))
    keks: dict[str, str] = field(default_factory=lambda: {name: secrets.token_hex(32) for name in ("main", "health")})
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / "log"

    def told(self, *stores: str) -> dict[str, str]:
        """The environment of a process that may open *stores*, and is given nothing of the others."""
        told = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
        told |= {
            "CARNET_STATE": str(self.folder / "state"),
            "CARNET_TELEGRAM__BASE_URL": self.base_url,
            "CARNET_TELEGRAM__TOKEN": TOKEN,
            "CARNET_TELEGRAM__POLL_SECONDS": "1",
            "CARNET_TELEGRAM__WEBHOOK_SECRET": self.secret,
        }
        told |= {f"CARNET_{name.upper()}__URL": self.urls[name] for name in stores}
        return told | {f"CARNET_KEK__{kek.upper()}": key for kek, key in self.keks.items() if f"{kek}_keys" in stores}

    @property
    def general(self) -> dict[str, str]:
        return self.told("main", "main_keys")

    @property
    def whole(self) -> dict[str, str]:
        return self.told("main", "main_keys", "health", "health_keys")

    async def start(self, *words: str, told: Mapping[str, str], **more: str) -> asyncio.subprocess.Process:
        with self.log.open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                CARNET, *words, env={**told, **more}, stdout=asyncio.subprocess.DEVNULL, stderr=log, cwd=self.folder
            )
        self.processes.append(process)
        return process

    async def run(self, *words: str, told: Mapping[str, str], **more: str) -> tuple[int, str, str]:
        """Run a command to its end: its code and what it wrote."""
        process = await asyncio.create_subprocess_exec(
            CARNET,
            *words,
            env={**told, **more},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self.folder,
        )
        async with asyncio.timeout(60):
            out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def serve(self, *words: str, told: Mapping[str, str], **more: str) -> asyncio.subprocess.Process:
        port = str(free_port())
        listening = {"CARNET_WEB__PORT": port, "CARNET_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}"}
        return await self.start("serve", *words, told={**told, **listening}, **more)

    async def stop(self, process: asyncio.subprocess.Process) -> int:
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(60):
            return await process.wait()

    async def public_key(self, space: str = "health") -> str:
        code, out, _ = await self.run("keys", "public", "--space", space, told=self.whole)
        assert code == 0
        return out.strip()

    async def heard(self, person: Persona) -> None:
        """Wait until Telegram was told that everything arrived."""
        async with asyncio.timeout(60):
            while self.playground.pending(person):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def until(self, condition: Callable[[], object | Awaitable[object]]) -> None:
        async with asyncio.timeout(60):
            while True:
                held = condition()
                if await held if isinstance(held, Awaitable) else held:
                    return
                await asyncio.sleep(0.02)

    def answers(self, person: Persona) -> list[str]:
        """What the bot has said: a message that waits to become an answer is none yet."""
        said = [message.text for message in self.playground.messages(person) if message.author == "bot"]
        return [text for text in said if text not in PLACEHOLDERS]

    def notes(self, person: Persona) -> list[str]:
        """What was noted for *person*, as the bot listed it; nothing until the list is there."""
        listed = [text for text in self.answers(person) if "\n•" in text]
        return [line for line in listed[-1].splitlines() if line.startswith("•")] if listed else []


@asynccontextmanager
async def deployed(folder: Path, new_url: Url) -> AsyncIterator[Deployment]:
    playground = Playground()
    async with serving(playground) as base_url:
        urls = {name: new_url(name) for name in ("main", "main_keys", "health", "health_keys")}
        deployment = Deployment(playground, base_url, folder, urls)
        try:
            yield deployment
        finally:
            for process in deployment.processes:
                if process.returncode is None:
                    process.kill()
                    await process.wait()


@pytest.fixture
async def deployment(tmp_path: Path, postgresql: PostgreSQL) -> AsyncIterator[Deployment]:
    """An installation with four stores on PostgreSQL; what still runs at the end is killed."""

    def new_url(name: str) -> str:
        database = f"{tmp_path.name[-20:].lower()}_{name}".replace("-", "_")
        postgresql.create(database)
        return postgresql.url(database)

    async with deployed(tmp_path, new_url) as deployment:
        yield deployment


@pytest.fixture
async def on_either(tmp_path: Path, new_database_url: Url) -> AsyncIterator[Deployment]:
    """The same on each engine in turn."""
    async with deployed(tmp_path, new_database_url) as deployment:
        yield deployment
