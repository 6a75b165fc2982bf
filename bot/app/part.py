"""Which part of Carnet a process plays: how messages come in, and whose turns it answers."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bot.chat.model import Space


class Intake(StrEnum):
    """How a process hears from Telegram."""

    NONE = "none"
    POLLING = "polling"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One process's share. What it does not need, it does not open."""

    intake: Intake
    works: frozenset[Space]  # whose turns it answers
    trusted: frozenset[Space]  # whose stores and keys it may open


def worker(spaces: Collection[Space]) -> Part:
    """Answer the turns of *spaces*; Telegram is spoken to, never listened to."""
    return Part(intake=Intake.NONE, works=frozenset(spaces), trusted=frozenset(spaces))


def server(spaces: Collection[Space]) -> Part:
    """Take messages in by webhook and answer none; for a space outside *spaces* it is told the public key."""
    return Part(intake=Intake.WEBHOOK, works=frozenset(), trusted=frozenset(spaces))


WHOLE: Final = Part(intake=Intake.POLLING, works=frozenset(Space), trusted=frozenset(Space))
