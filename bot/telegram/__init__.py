"""The only door to Telegram: what people send comes in once and durably, what they are shown goes out."""

from bot.telegram.gateway import Gateway

__all__ = ["Gateway"]
