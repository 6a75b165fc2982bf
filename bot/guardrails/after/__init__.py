"""Reads every answer before it is sent, whatever wrote it: passes it, asks for another, or stops it."""

from bot.guardrails.after.model import Answer, RecordFact, Review, Source, Violation
from bot.guardrails.after.review import Reviewer

__all__ = ["Answer", "RecordFact", "Review", "Reviewer", "Source", "Violation"]
