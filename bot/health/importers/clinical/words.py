"""A record's words made fit to show: on one line, without invisible characters, never longer than an answer may hold."""

import re
from typing import Final

LONGEST: Final = 400  # characters of a label, a value, a unit
LONGEST_NOTE: Final = 4000
# Controls, text-direction overrides, lone surrogates: they could disguise a value, or could not be written at all.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\uffff\U000e0000-\U000e007f]"
)
_SPARE: Final = 4  # times the wanted length that is looked at, before blanks are folded


def line(text: str, longest: int = LONGEST) -> str:
    """Give *text* on one line."""
    if len(text) <= longest and text.isprintable() and "  " not in text:
        return text.strip(" ")  # nearly every text of a record
    return _cut(" ".join(_INVISIBLE.sub("", text[: longest * _SPARE]).split()), longest)


def paragraphs(text: str, longest: int = LONGEST_NOTE) -> str:
    """Give *text* with its line breaks, and no empty line."""
    lines = (" ".join(part.split()) for part in _INVISIBLE.sub("", text[: longest * _SPARE]).splitlines())
    return _cut("\n".join(part for part in lines if part), longest)


def joined(*texts: str) -> str:
    """Give the notes that say something, each once, a line each."""
    return _cut("\n".join(dict.fromkeys(text for text in map(paragraphs, texts) if text)), LONGEST_NOTE)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"
