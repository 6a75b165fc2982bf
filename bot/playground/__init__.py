"""A local Telegram: bots talk to it over real HTTP, people through a chat page, and nothing leaves the machine."""

from bot.playground.errors import PlaygroundError
from bot.playground.model import TOKEN, Button, Entity, Event, File, Persona, VisibleMessage
from bot.playground.serving import serving
from bot.playground.world import Playground

__all__ = [
    "TOKEN",
    "Button",
    "Entity",
    "Event",
    "File",
    "Persona",
    "Playground",
    "PlaygroundError",
    "VisibleMessage",
    "serving",
]
