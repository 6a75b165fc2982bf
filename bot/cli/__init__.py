"""`carnet`: every operator's verb, one line and an exit code when it fails."""

from bot.cli.main import app, main

__all__ = ["app", "main"]
