"""Texts as Telegram measures and cleans them: in UTF-16 units, trimmed, their entities checked and moved along."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.playground.errors import bad_request
from bot.playground.model import Entity

TEXT_LIMIT: Final = 4096  # UTF-16 units
CAPTION_LIMIT: Final = 1024
_ENTITY_LIMIT: Final = 100
_COMMAND = re.compile(r"(?<![\w/<>])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")


def units(text: str) -> int:
    """Count *text* in UTF-16 units, as every limit and offset of the Bot API does."""
    return len(text.encode("utf-16-le")) // 2


def clean(text: str, entities: Sequence[Entity], *, limit: int, too_long: str) -> tuple[str, tuple[Entity, ...]]:
    """Trim *text* and refuse what Telegram refuses. Entities beyond the hundredth are dropped, as there."""
    for entity in entities:
        _check(text, entity)
    trimmed = text.strip()
    if units(trimmed) > limit:
        raise bad_request(too_long)
    lead = units(text) - units(text.lstrip())
    moved = (_moved(entity, -lead, units(trimmed)) for entity in entities[:_ENTITY_LIMIT])
    return trimmed, tuple(entity for entity in moved if entity.length > 0)


def _check(text: str, entity: Entity) -> None:
    raw = text.encode("utf-16-le")
    start, end = entity.offset * 2, (entity.offset + entity.length) * 2
    if start < 0 or start > len(raw):
        raise bad_request(f"entity begins after the end of the text at UTF-16 offset {entity.offset}")
    if end > len(raw):
        raise bad_request(
            f"entity beginning at UTF-16 offset {entity.offset} ends after the end of the text"
            f" at UTF-16 offset {entity.offset + entity.length}"
        )
    for place, verb in ((start, "begins"), (end, "ends")):
        if 0xDC <= (raw[place + 1] if place < len(raw) else 0) <= 0xDF:  # noqa: PLR2004  the low surrogates
            raise bad_request(f"entity {verb} in a middle of a UTF-16 symbol at UTF-16 offset {place // 2}")


def _moved(entity: Entity, by: int, total: int) -> Entity:
    start = max(0, entity.offset + by)
    end = min(total, entity.offset + entity.length + by)
    return replace(entity, offset=start, length=end - start)


def commands_in(text: str) -> tuple[Entity, ...]:
    """Find the commands a Telegram client would mark in what a person typed."""
    return tuple(
        Entity(type="bot_command", offset=units(text[: found.start()]), length=units(found.group()))
        for found in _COMMAND.finditer(text)
    )


def split(text: str) -> list[str]:
    """Cut a long text as Telegram's apps do before they send it, at a line or a word where they can."""
    parts: list[str] = []
    rest = text.strip()
    while units(rest) > TEXT_LIMIT:
        head = rest.encode("utf-16-le")[: TEXT_LIMIT * 2].decode("utf-16-le", "ignore")
        cut = max(head.rfind("\n"), head.rfind(" "))
        cut = cut if cut > 0 else len(head)
        parts.append(rest[:cut].strip())
        rest = rest[cut:].strip()
    return [*parts, rest]
