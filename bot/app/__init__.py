"""Wiring: the only code that knows every part."""

from bot.app.admission import Opening
from bot.app.build import App, facts_of, running
from bot.app.checkup import Finding, checkup
from bot.app.stores import Stores, open_stores

__all__ = ["App", "Finding", "Opening", "Stores", "checkup", "facts_of", "open_stores", "running"]
