"""Turns `Show.text` into what Telegram accepts: `**bold**` is the only markup, every other character stays as written.

Own code instead of a Markdown converter: converters rewrite `* B` flags into bullets, swallow `<5>` as HTML and
renumber lists, and a printed result must reach its reader unchanged. Markers count only around words, on one line,
so `10**9 … 10**12` is left alone. Lengths are UTF-16 units, as Telegram counts them.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity
from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from bot.chat.model import HEALTH_MARK, Button
from bot.chat.ports import DeliveryRefusedError

LONGEST: Final = int(MessageLimit.MAX_TEXT_LENGTH)
MOST_ENTITIES: Final = int(MessageLimit.MESSAGE_ENTITIES)

_LONGEST_CLUSTER: Final = 16  # code points of one emoji family, with room

# At most 500 characters: an unclosed marker must not make every later one scan the whole line.
_BOLD = re.compile(r"(?<![\w*])\*\*(?=[^\s*])([^\n]{1,500}?)(?<=[^\s*])\*\*(?![\w*])")
_JOINERS = frozenset("\u200d\ufe0e\ufe0f\u20e3🏻🏼🏽🏾🏿")  # what must stay with the emoji before it

_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Piece:
    """One message's worth of text."""

    text: str
    entities: tuple[MessageEntity, ...]


def split(text: str) -> list[str]:
    """Give *text* as what fits in one message each, cut at blank lines, else line ends, else spaces; empty if blank.

    A Health message cut in two bears the mark on each part: every message of the space shows where it belongs.
    """
    plain, bold = _read_bold(text)
    if _units(plain) <= LONGEST and len(bold) <= MOST_ENTITIES:
        return [text] if plain.strip() else []
    again = f"{HEALTH_MARK} " if plain.startswith(f"{HEALTH_MARK} ") else ""
    parts: list[str] = []
    start = 0
    while start < len(plain):
        mark = again if parts else ""
        end = _cut(plain, start, _reach(plain, start, bold, room=LONGEST - _units(mark)))
        end = next((a for a, b in bold if start < a < end < b), end)  # bold is short: it moves whole to the next one
        if plain[start:end].strip():  # Telegram refuses a blank message
            parts.append(mark + _marked(plain, start, end, bold))
        start = end
    return parts


def render(text: str) -> list[Piece]:
    """Give *text* as messages Telegram accepts; see `split`."""
    return [_piece(part) for part in split(text)]


def _piece(part: str) -> Piece:
    plain, bold = _read_bold(part)
    return Piece(plain, _entities(plain, bold))


def _marked(plain: str, start: int, end: int, bold: list[_Span]) -> str:
    """Give a stretch of *plain* with its markers back in place."""
    parts: list[str] = []
    at = start
    for a, b in bold:
        if start <= a < end:
            parts += (plain[at:a], "**", plain[a:b], "**")
            at = b
    return "".join((*parts, plain[at:end]))


def keyboard(rows: tuple[tuple[Button, ...], ...]) -> InlineKeyboardMarkup | None:
    """Give the inline keyboard of *rows*; none when there is no button."""
    for button in (button for row in rows for button in row):
        size = len(button.data.encode())
        if not 1 <= size <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA:
            raise DeliveryRefusedError(f"button data of {size} bytes")
    if not rows:
        return None
    return InlineKeyboardMarkup([[InlineKeyboardButton(b.label, callback_data=b.data) for b in row] for row in rows])


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _read_bold(text: str) -> tuple[str, list[_Span]]:
    parts: list[str] = []
    spans: list[_Span] = []
    length = end = 0
    for found in _BOLD.finditer(text):
        parts += (text[end : found.start()], found[1])
        length += found.start() - end
        spans.append((length, length + len(found[1])))
        length += len(found[1])
        end = found.end()
    return "".join((*parts, text[end:])), spans


def _reach(text: str, start: int, bold: list[_Span], *, room: int) -> int:
    """Give how far one message may go from *start*."""
    end, units = start, 0
    while end < len(text):
        units += 2 if text[end] > "\uffff" else 1
        if units > room:
            break
        end += 1
    ahead = [a for a, _ in bold if a >= start]
    return min(end, ahead[MOST_ENTITIES]) if len(ahead) > MOST_ENTITIES else end


def _cut(text: str, start: int, reach: int) -> int:
    """Give the best place to end a message before *reach*, in its second half when there is one."""
    if reach == len(text):
        return reach
    for separator in ("\n\n", "\n", " "):
        at = text.rfind(separator, start + (reach - start) // 2, reach)
        if at >= 0:
            return at + len(separator)
    whole = (at for at in range(reach, max(start, reach - _LONGEST_CLUSTER), -1) if not _belongs_to_previous(text, at))
    return next(whole, reach)


def _belongs_to_previous(text: str, at: int) -> bool:
    return text[at] in _JOINERS or text[at - 1] == "\u200d" or bool(unicodedata.combining(text[at]))


def _entities(text: str, bold: list[_Span]) -> tuple[MessageEntity, ...]:
    return tuple(MessageEntity(MessageEntity.BOLD, offset=_units(text[:a]), length=_units(text[a:b])) for a, b in bold)
