"""Wiring: the only code that knows every part."""

from bot.app.admission import Opening
from bot.app.build import App, Process, facts_of, playing, running
from bot.app.checkup import Finding, checkup
from bot.app.part import WHOLE, Part, server, worker
from bot.app.queuekeys import public_key
from bot.app.stores import Stores, open_stores

__all__ = [
    "WHOLE",
    "App",
    "Finding",
    "Opening",
    "Part",
    "Process",
    "Stores",
    "checkup",
    "facts_of",
    "open_stores",
    "playing",
    "public_key",
    "running",
    "server",
    "worker",
]
