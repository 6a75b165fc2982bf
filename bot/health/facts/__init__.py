"""What a person's record says: facts, as printed and as numbers, and how they stand to their own printed range."""

from bot.health.facts.model import Day, Device, Fact, NotRead, Report, Rollup, Span
from bot.health.facts.standing import Standing, standing

__all__ = ["Day", "Device", "Fact", "NotRead", "Report", "Rollup", "Span", "Standing", "standing"]
