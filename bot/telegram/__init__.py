"""The only door to Telegram: what people send comes in once and durably, what they are shown goes out."""

from bot.telegram.gateway import Address, Gateway

__all__ = ["Address", "Gateway"]
