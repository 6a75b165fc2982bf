"""What the bot says about itself: name, descriptions and command menus, by scope and language."""

import re
from dataclasses import dataclass
from typing import Final

from bot.playground.errors import bad_request
from bot.playground.model import Persona
from bot.playground.text import units

_COMMAND_LIMIT: Final = 100
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_DESCRIPTION_LIMIT: Final = 256
_LIMITS: Final = {"name": 64, "description": 512, "short_description": 120}


@dataclass(frozen=True, slots=True)
class Command:
    """One line of the menu."""

    command: str
    description: str


class BotProfile:
    """The bot's self-presentation, as its set* methods left it."""

    def __init__(self) -> None:
        self._menus: dict[tuple[str, str], tuple[Command, ...]] = {}  # (scope, language)
        self._words: dict[tuple[str, str], str] = {}  # (what, language)
        self.menu_button: dict[str, object] = {"type": "commands"}

    def set_menu(self, scope: str, language: str, commands: list[Command]) -> None:
        """Set the menu of one scope and language."""
        if len(commands) > _COMMAND_LIMIT:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        for entry in commands:
            if not _COMMAND.fullmatch(entry.command):
                raise bad_request("BOT_COMMAND_INVALID")
            if not 1 <= units(entry.description) <= _DESCRIPTION_LIMIT:
                raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
        self._menus[scope, language] = tuple(commands)

    def menu(self, scope: str, language: str) -> tuple[Command, ...]:
        """Give the menu set for exactly this scope and language."""
        return self._menus.get((scope, language), ())

    def drop_menu(self, scope: str, language: str) -> None:
        """Forget it, so that a wider one shows again."""
        self._menus.pop((scope, language), None)

    def menu_of(self, persona: Persona) -> tuple[Command, ...]:
        """Give the menu *persona* sees: the narrowest scope wins, and in it their language."""
        for scope in (f"chat:{persona.id}", "all_private_chats", "default"):
            for language in (_base(persona), ""):
                if (scope, language) in self._menus:
                    return self._menus[scope, language]
        return ()

    def describe(self, what: str, language: str, words: str) -> None:
        """Set the name, the description or the short description; empty words unset it."""
        if units(words) > _LIMITS[what]:
            raise bad_request(f"bot {what.replace('_', ' ')} is too long")
        if words:
            self._words[what, language] = words
        else:
            self._words.pop((what, language), None)

    def described(self, what: str, language: str) -> str:
        """Give it in *language*, else as set for everybody."""
        return self._words.get((what, language)) or self._words.get((what, ""), "")

    def described_to(self, persona: Persona, what: str) -> str:
        """Give it as *persona* reads it."""
        return self.described(what, _base(persona))


def _base(persona: Persona) -> str:
    return persona.language_code.split("-")[0].lower()
