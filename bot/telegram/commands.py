"""Commands as people type them: English and French names, accents and capitals forgiven, menus in both languages.

Telegram marks up only plain-ASCII commands, so "/santé" arrives as ordinary text: we read the slash ourselves.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from bot.i18n import Language, say

UNKNOWN: Final = (
    "unknown"  # a constant: what somebody typed after a slash may be about them, and command names are logged
)

_FRENCH: Final[Mapping[str, str]] = {
    "start": "start",
    "health": "sante",
    "exit": "quitter",
    "upload": "televerser",
    "why": "pourquoi",
    "data": "donnees",
    "sources": "sources",
    "connect": "connecter",
    "privacy": "confidentialite",
    "help": "aide",
    "cancel": "annuler",
    "country": "pays",
}
_CANONICAL: Final[Mapping[str, str]] = {french: name for name, french in _FRENCH.items()} | {
    **{name: name for name in _FRENCH},
    "stop": "cancel",
}
_MENU: Final = (
    "health",
    "exit",
    "upload",
    "why",
    "sources",
    "connect",
    "data",
    "privacy",
    "country",
    "help",
    "cancel",
)  # "start" has its own button
_TYPED = re.compile(r"/(?P<name>[^\W\d]\w*)(?:@\w*)?(?:[\s.,:;!?]+(?P<argument>.*))?", re.DOTALL)


def read_command(text: str) -> tuple[str, str] | None:
    """Give the canonical name and the argument of a typed command, or None for ordinary text.

    A command nobody knows is `UNKNOWN` with the whole text as argument, so that safety rules still read it.
    """
    typed = _TYPED.fullmatch(unicodedata.normalize("NFC", text.strip()))
    if typed is None:
        return None
    letters = unicodedata.normalize("NFKD", typed["name"].casefold())
    name = _CANONICAL.get("".join(letter for letter in letters if not unicodedata.combining(letter)))
    return (UNKNOWN, text) if name is None else (name, (typed["argument"] or "").strip())


def menu(language: Language) -> list[tuple[str, str]]:
    """Give the command menu of *language*: names as it types them, with what each one does."""
    return [(_FRENCH[name] if language == "fr" else name, say(language, f"telegram.menu_{name}")) for name in _MENU]
