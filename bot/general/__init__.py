"""The ordinary space: free conversation with its own sealed memory. It holds no handle on Health."""

from bot.general.space import GeneralSpace

__all__ = ["GeneralSpace"]
