"""The visible mark: on every message of the Health space, and on none that is shown to someone outside it."""

from dataclasses import dataclass, replace

from bot.chat.model import HEALTH_MARK, Effect, Show
from bot.kernel.sensitive import Sensitive


@dataclass(frozen=True, slots=True, kw_only=True)
class Outdoors(Show):
    """A message Health shows to someone whose next words belong to the general space: unmarked."""


def marked(effect: Effect) -> Effect:
    """Put the mark at the head of what is shown in Health."""
    if not isinstance(effect, Show) or isinstance(effect, Outdoors) or effect.text.reveal().startswith(HEALTH_MARK):
        return effect
    return replace(effect, text=Sensitive(f"{HEALTH_MARK} {effect.text.reveal()}"))
