"""French and English, as equals: message catalogues by key, numbers and dates as each reader writes them."""

from bot.i18n.catalogue import LANGUAGES, Language, language_of, say
from bot.i18n.spoken import spoken

__all__ = ["LANGUAGES", "Language", "language_of", "say", "spoken"]
