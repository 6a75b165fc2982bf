"""What a Telegram app says of whoever opened a page in it, signed by Telegram for our bot.

As Telegram describes it: a line a field, sorted, under HMAC-SHA256 with HMAC-SHA256("WebAppData", token) as its key.
"""

import hmac
import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import parse_qsl

from bot.web.uploads.errors import StrangerError

FRESH: Final = timedelta(hours=1)
_AHEAD: Final = timedelta(minutes=5)  # Telegram's clock before ours
_MOST: Final = 4096  # characters
_PLAIN: Final = frozenset({"hash"})


def user_of(init_data: str, token: str, now: datetime) -> int:
    """Give the Telegram id of whoever opened the page; `StrangerError` unless Telegram said so within the hour."""
    if len(init_data) > _MOST:
        raise StrangerError("too long")
    try:
        pairs = parse_qsl(init_data, keep_blank_values=True, strict_parsing=True)
        said = dict(pairs)
        if len(said) != len(pairs):
            raise StrangerError("a field twice")
        lines = "\n".join(f"{key}={value}" for key, value in sorted(said.items()) if key not in _PLAIN)
        key = hmac.digest(b"WebAppData", token.encode(), sha256)
        if not hmac.compare_digest(hmac.digest(key, lines.encode(), sha256), bytes.fromhex(said["hash"])):
            raise StrangerError("not signed for this bot")
        age = now - datetime.fromtimestamp(int(said["auth_date"]), now.tzinfo)
        user = json.loads(said["user"])["id"]
    except (ValueError, KeyError, TypeError, OverflowError, OSError):
        raise StrangerError("not what Telegram says") from None
    if not -_AHEAD <= age <= FRESH:
        raise StrangerError("too old")
    if not isinstance(user, int):
        raise StrangerError("nobody's")
    return user
