"""Which of our two languages a message is written in: people with an English app write French, and the reverse."""

import re
from typing import Final

from bot.i18n.catalogue import Language

_FRENCH: Final = frozenset({
    "je", "j", "tu", "il", "elle", "on", "nous", "vous", "le", "la", "les", "l", "un", "une", "des", "du", "de",
    "d", "et", "est", "ai", "a", "mon", "ma", "mes", "ton", "ta", "que", "qu", "qui", "ne", "pas", "pour", "dans",
    "avec", "c", "ce", "cette", "suis", "mal", "quoi", "comment", "pourquoi", "depuis", "au", "aux", "en", "sur",
    "fait", "peux", "veux", "dois",
})  # fmt: skip
_ENGLISH: Final = frozenset({
    "i", "you", "he", "she", "we", "they", "the", "an", "is", "are", "was", "am", "my", "your", "his", "her", "to",
    "of", "and", "not", "for", "what", "how", "why", "do", "does", "did", "have", "has", "with", "this", "that",
    "it", "in", "on", "at", "be", "can", "should", "would", "from", "when", "me", "since", "feel", "hurts",
})  # fmt: skip
_WORD: Final = re.compile(r"[a-zàâçéèêëîïôûùüœ]+")


def spoken(text: str, default: Language) -> Language:
    """Count small words of each language in the first 1,000 characters; *default* when neither leads."""
    words = _WORD.findall(text[:1000].lower())
    french = sum(word in _FRENCH for word in words)
    english = sum(word in _ENGLISH for word in words)
    if french == english:
        return default
    return "fr" if french > english else "en"
