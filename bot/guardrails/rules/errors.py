"""A rule that cannot be used: refused before any message is judged by half a set of rules."""

from bot.kernel.errors import BotError


class RulesError(BotError):
    """Rules are wrong; the message names the file, the table and what is wrong there."""
