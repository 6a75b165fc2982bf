"""The Bot API methods the playground knows, by lower-cased name."""

from collections.abc import Callable
from typing import Final

from bot.playground.methods import commands, files, messages, receiving, topics
from bot.playground.params import Params
from bot.playground.world import Playground

Method = Callable[[Playground, Params], object]

METHODS: Final[dict[str, Method]] = {
    name.lower(): method
    for group in (receiving.METHODS, messages.METHODS, files.METHODS, commands.METHODS, topics.METHODS)
    for name, method in group.items()
}
