"""What an analyte is, what commonly moves it and what to ask, in both languages; never what a value means for someone."""

from bot.health.knowledge.load import KnowledgeError
from bot.health.knowledge.model import Dimension, Entry, Wording, dimension_of
from bot.health.knowledge.recall import Knowledge

__all__ = ["Dimension", "Entry", "Knowledge", "KnowledgeError", "Wording", "dimension_of"]
