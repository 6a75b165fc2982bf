"""The bots Carnet is compared with: what a newcomer to a library writes in its first hour, and nothing to keep.

Each exists *echo*, one message sent for one received, and *edit*, a placeholder that the text then replaces: what a
bot needs that must not show an answer twice. Those with a webhook, and aiogram, need an environment of their own
(`make bench` installs it from `peers.lock`): aiogram's pydantic is not ours.
"""

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from benchmarks.child import AIOGRAM, PTB

ROOT: Final = Path(__file__).parents[1]
SECRET: Final = "benchmark" * 4  # long enough for Carnet
PLACEHOLDER: Final = "…"

Answer = Literal["echo", "edit"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerBot:
    """What a peer is told on its command line."""

    answer: Answer
    fast: bool = False  # python-telegram-bot: its optional transport; aiogram: uvloop
    port: int = 0  # of its webhook; 0: it polls

    def words(self) -> Iterator[str]:
        """Give the words `read` understands."""
        yield from (self.answer, "fast" if self.fast else "as-is", str(self.port))

    @classmethod
    def read(cls, words: list[str]) -> "PeerBot":
        """Read them."""
        answer: Answer = "edit" if words[0] == "edit" else "echo"
        return cls(answer=answer, fast=words[1] == "fast", port=int(words[2]))

    @property
    def url(self) -> str:
        """Where the Bot API is: by the environment, as for Carnet."""
        return os.environ["PEER_API"]

    @property
    def token(self) -> str:
        """What the Bot API knows the bot by."""
        return os.environ["PEER_TOKEN"]

    @property
    def hook(self) -> str:
        """Where Telegram is to bring updates."""
        return f"http://127.0.0.1:{self.port}/hook"


def interpreter(name: str, *, webhook: bool) -> Path | None:
    """Give the Python that can run peer *name*; None when its environment is not installed."""
    if name == PTB and not webhook:
        return Path(sys.executable)
    own = environment() / "bin" / "python"
    return own if own.exists() else None


def environment() -> Path:
    """Say where the peers' environment is."""
    return Path(os.environ.get("PEERS", ROOT / ".venv" / "peers")).absolute()


def missing() -> list[str]:
    """Say what cannot be run, and what to do."""
    if interpreter(AIOGRAM, webhook=False) is not None:
        return []
    return [f"{AIOGRAM}, and {PTB} with a webhook: make bench installs them from benchmarks/peers.lock"]
