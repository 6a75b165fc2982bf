"""Dates as each reader writes them: "13 mars 2025", "March 13, 2025"."""

from datetime import date

from babel.dates import format_date

from bot.i18n.catalogue import Language


def spelled(day: date, language: Language) -> str:
    """Write *day* in full."""
    text = format_date(day, format="long", locale=language)
    if language == "fr" and day.day == 1:
        return text.replace("1 ", "1er ", 1)  # CLDR has no French ordinal for the first of a month
    return text
