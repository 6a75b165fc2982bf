"""Which bots are measured: Carnet on each engine, received and worked in each way, and its peers."""

import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from benchmarks.child import AIOGRAM, CARNET, PTB
from benchmarks.peers import SECRET, Answer, PeerBot, interpreter
from benchmarks.postgresql import Server
from benchmarks.process import Program

SQLITE: Final = "SQLite"
POSTGRESQL: Final = "PostgreSQL"
FLOOR: Final = "python-telegram-bot, edit"
# Telegram's limit for all chats together is not the subject here; a chat's own is kept, and nobody writes that often.
_UNHELD: Final = {"CARNET_TELEGRAM__MESSAGES_PER_SECOND": "1000"}
# Where there is one chat only, its own limit is not the subject either.
ONE_CHAT: Final = {**_UNHELD, "CARNET_TELEGRAM__CHAT_MESSAGES_PER_SECOND": "1000"}
_UP: Final = "event=started"  # in the log of a process of Carnet's that is


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """One subject."""

    subject: str
    programs: Sequence[Program]
    webhook: bool = False
    server: Server | None = None  # whose CPU is counted beside the bot's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """Databases that Carnet can be started on, again and again."""

    name: str
    settings: Mapping[str, str]
    server: Server | None = None


def peer(name: str, answer: Answer, *, fast: str = "", webhook: bool = False) -> Bot | None:
    """Give a peer; *fast* names what makes it so. None where it is not installed."""
    python = interpreter(name, webhook=webhook)
    if python is None:
        return None
    told = PeerBot(answer=answer, fast=bool(fast), port=_free_port() if webhook else 0)
    subject = ", ".join(filter(None, (name, fast, "webhook" if webhook else "", answer)))
    return Bot(subject=subject, programs=[Program(words=[name, *told.words()], python=python)], webhook=webhook)


def peers() -> Iterator[Bot]:
    """Give every peer that is installed, the floor first."""
    wanted = (
        peer(PTB, "edit"),
        peer(PTB, "echo"),
        peer(PTB, "edit", fast="httpx-aiohttp"),
        peer(PTB, "echo", fast="httpx-aiohttp"),
        peer(AIOGRAM, "edit"),
        peer(AIOGRAM, "echo"),
        peer(PTB, "edit", webhook=True),
        peer(PTB, "echo", webhook=True),
        peer(AIOGRAM, "edit", webhook=True),
        peer(AIOGRAM, "echo", webhook=True),
    )
    yield from (one for one in wanted if one is not None)


def carnet(engine: Engine, *, subject: str = "", settings: Mapping[str, str] | None = None, workers: int = 1) -> Bot:
    """Give Carnet that polls: `carnet run`, which also works, beside workers until there are as many as asked for."""
    told = {**_UNHELD, **engine.settings, **(settings or {})}
    return Bot(
        subject=subject or f"Carnet, {engine.name}, polling, {_workers(workers)}",
        programs=[_carnet("run", told), *(_carnet("worker", told) for _ in range(workers - 1))],
        server=engine.server,
    )


def carnet_hooked(engine: Engine, *, workers: int = 1) -> Bot:
    """Give Carnet that is posted to: `carnet serve`, and workers."""
    port = _free_port()
    listening = {
        "CARNET_WEB__PORT": str(port),
        "CARNET_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
        "CARNET_TELEGRAM__WEBHOOK_SECRET": SECRET,
    }
    told = {**_UNHELD, **engine.settings}
    return Bot(
        subject=f"Carnet, {engine.name}, webhook, {_workers(workers)}",
        programs=[_carnet("serve", {**told, **listening}), *(_carnet("worker", told) for _ in range(workers))],
        webhook=True,
        server=engine.server,
    )


def carnet_ways(engine: Engine) -> Iterator[Bot]:
    """Give Carnet in every way it can be deployed on *engine*."""
    for workers in (1, 2):
        yield carnet(engine, workers=workers)
    for workers in (1, 2):
        yield carnet_hooked(engine, workers=workers)


def carnet_chosen(engine: Engine, only: str) -> Iterator[Bot]:
    """Give the ways whose names hold *only*; without that word, one for each engine and the one for many machines."""
    usual = ("polling, 1 worker", f"{POSTGRESQL}, webhook, 2 workers")
    wanted = (only,) if only else usual
    yield from (bot for bot in carnet_ways(engine) if any(words in bot.subject for words in wanted))


def _workers(number: int) -> str:
    return "1 worker" if number == 1 else f"{number} workers"


def _carnet(verb: str, told: Mapping[str, str]) -> Program:
    return Program(words=[CARNET, verb], settings=told, ready=_UP)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
