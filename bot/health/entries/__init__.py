"""What a person types to be kept: "tension 13/8 ce matin", "add allergy: penicillin". Proposed, then confirmed."""

from bot.health.entries.reading import Entries, EntryError

__all__ = ["Entries", "EntryError"]
