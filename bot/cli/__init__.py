"""`carnet`: every operator's verb, one line and an exit code when it fails."""

from bot.cli.main import VERBS, build, main

__all__ = ["VERBS", "build", "main"]
