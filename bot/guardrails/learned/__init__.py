"""Readers that learned from written examples what a crisis and an emergency sound like; they stand beside the rules."""

from bot.guardrails.learned.hearing import Hearing

__all__ = ["Hearing"]
