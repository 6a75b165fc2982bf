"""Commands that mean the same in both spaces: a welcome, help, privacy."""

from collections.abc import Sequence

from bot.chat.model import HEALTH_MARK, Button, Effect, Show, Space, Turn
from bot.i18n import Language, say
from bot.kernel.sensitive import Sensitive

_COMMON = frozenset({"start", "help", "privacy"})


def common_answer(
    turn: Turn, *, command: str | None = None, language: Language | None = None, edit: int | None = None
) -> Sequence[Effect] | None:
    """Answer a command both spaces share, or None. The mark shows where the person is."""
    command = command or turn.arrival.command
    language = language or turn.language
    if command not in _COMMON:
        return None
    text = say(language, f"chat.{command}")
    if turn.space is Space.HEALTH:
        return [Show(text=Sensitive(f"{HEALTH_MARK} {text}"))]
    if command != "start":
        return [Show(text=Sensitive(text))]
    enter = Button(label=say(language, "chat.enter_health"), data="h:enter")
    other: Language = "en" if language == "fr" else "fr"
    switch = Button(label=say(language, "chat.other_language"), data=f"g:lang:{other}")
    return [Show(text=Sensitive(text), buttons=((enter,), (switch,)), edit=edit)]
