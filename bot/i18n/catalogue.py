"""Gettext catalogues read straight from `locale/<language>/<domain>.po`; the key's first word is its domain.

A key missing in one language is an error, not a fallback: a French reader never meets an English sentence.
"""

from functools import cache
from pathlib import Path
from typing import Final, Literal, get_args

from babel.messages.pofile import read_po

Language = Literal["en", "fr"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
LOCALE = Path(__file__).parent / "locale"


@cache
def _domain(language: Language, domain: str) -> dict[str, str | tuple[str, ...]]:
    path = LOCALE / language / f"{domain}.po"
    with path.open("rb") as file:
        catalogue = read_po(file, locale=language, abort_invalid=True)
    entries: dict[str, str | tuple[str, ...]] = {}
    for message in catalogue:
        if not message.id:
            continue
        key = message.id if isinstance(message.id, str) else message.id[0]
        entries[key] = tuple(message.string) if isinstance(message.string, tuple | list) else str(message.string)
    return entries


def say(language: Language, key: str, /, *, count: int | None = None, **values: object) -> str:
    """Give the sentence *key* in *language*, its `{names}` filled with *values*.

    With *count*, picks the plural form (French: 0 and 1 are singular) and offers it as `{count}`.
    Raises `KeyError` for a key the language lacks.
    """
    entry = _domain(language, key.split(".", 1)[0])[key]
    if count is not None:
        values = values | {"count": count}
    if isinstance(entry, tuple):
        if count is None:
            raise KeyError(f"{key} needs a count")
        plural = count > 1 if language == "fr" else count != 1
        entry = entry[1 if plural else 0]
    return entry.format_map(values) if values else entry


def language_of(code: str | None, default: Language = "en") -> Language:
    """Map a Telegram `language_code` ("fr", "fr-CA", "en-GB", None) to a language we speak."""
    head = (code or "").lower().split("-")[0]
    return next((language for language in LANGUAGES if language == head), default)
