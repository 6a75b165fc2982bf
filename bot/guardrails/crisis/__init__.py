"""Recognises someone in danger from themselves, from others, or from not eating, however they write it."""

from bot.guardrails.crisis.judge import Crisis

__all__ = ["Crisis"]
