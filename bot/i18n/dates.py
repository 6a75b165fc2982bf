"""Dates and hours as each reader writes them: "13 mars 2025", "March 13, 2025"."""

from datetime import date, datetime

from babel.dates import format_date, format_time

from bot.i18n.catalogue import Language


def spelled(day: date, language: Language) -> str:
    """Write *day* in full."""
    text = format_date(day, format="long", locale=language)
    if language == "fr" and day.day == 1:
        return text.replace("1 ", "1er ", 1)  # CLDR has no French ordinal for the first of a month
    return text


def clock_time(moment: datetime, language: Language) -> str:
    """Write the hour of *moment* in its own zone: "08:05", "8:05 AM"."""
    return format_time(moment, format="short", locale=language).replace("\u202f", "\u00a0")
