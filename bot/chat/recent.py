"""The last few messages of each chat, in memory only: what one says over several sends is judged together.

Never stored, never logged, apart by space, and forgotten after minutes; a restart forgets all of it.
"""

from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.chat.model import Space
from bot.kernel.sensitive import Sensitive

WINDOW: Final = timedelta(minutes=10)
MOST: Final = 5  # messages of one chat
CHATS: Final = 20_000  # the quietest are forgotten first


@dataclass(frozen=True, slots=True)
class _Said:
    key: str
    at: datetime
    text: Sensitive[str]


class Recent:
    """What was said lately, by chat and space."""

    def __init__(self) -> None:
        self._chats: OrderedDict[tuple[int, Space], deque[_Said]] = OrderedDict()

    def add(self, chat: int, space: Space, *, key: str, at: datetime, text: Sensitive[str]) -> None:
        """Remember *text* for a while; the same update once."""
        said = self._chats.setdefault((chat, space), deque(maxlen=MOST))
        if all(one.key != key for one in said):
            said.append(_Said(key, at, text))
        self._chats.move_to_end((chat, space))
        while len(self._chats) > CHATS:
            self._chats.popitem(last=False)

    def before(self, chat: int, space: Space, *, key: str, at: datetime) -> list[str]:
        """Give what was said in the minutes before *at*, oldest first, without the update *key* itself."""
        said = self._chats.get((chat, space), ())
        return [one.text.reveal() for one in said if one.key != key and at - one.at <= WINDOW]

    def forget(self, chat: int, space: Space) -> None:
        """Forget a chat's messages in one space at once: the person erased that space."""
        self._chats.pop((chat, space), None)

    def sweep(self, now: datetime) -> None:
        """Drop every chat whose last message is too old to count."""
        while self._chats:
            chat, said = next(iter(self._chats.items()))
            if now - said[-1].at <= WINDOW:
                return
            del self._chats[chat]
