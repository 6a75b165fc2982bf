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
ASKED_ONCE_IN: Final = timedelta(hours=12)  # how someone is; oftener would be nagging


@dataclass(frozen=True, slots=True)
class _Said:
    key: str
    at: datetime
    text: Sensitive[str]


@dataclass(slots=True)
class _Asked:
    at: datetime
    key: str  # the update beside whose answer it was asked
    answer: str = ""  # the update that came next


class Recent:
    """What was said lately, by chat and space."""

    def __init__(self) -> None:
        self._chats: OrderedDict[tuple[int, Space], deque[_Said]] = OrderedDict()
        self._asked: OrderedDict[tuple[int, Space], _Asked] = OrderedDict()

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

    def may_ask(self, chat: int, space: Space, *, key: str, at: datetime) -> bool:
        """Say whether it is time to ask somebody how they are, and remember that it was done; a retry asks again."""
        last = self._asked.get((chat, space))
        if last is not None and last.key != key and at - last.at < ASKED_ONCE_IN:
            return False
        self._asked[chat, space] = _Asked(at, key)
        self._asked.move_to_end((chat, space))
        while len(self._asked) > CHATS:
            self._asked.popitem(last=False)
        return True

    def asked(self, chat: int, space: Space, *, key: str, at: datetime) -> bool:
        """Say whether the update *key* is the first thing they said after they were asked so, minutes ago at most."""
        last = self._asked.get((chat, space))
        if last is None or at - last.at > WINDOW:
            return False
        last.answer = last.answer or key
        return last.answer == key

    def forget(self, chat: int, space: Space) -> None:
        """Forget a chat's messages in one space at once: the person erased that space."""
        self._chats.pop((chat, space), None)
        self._asked.pop((chat, space), None)

    def sweep(self, now: datetime) -> None:
        """Drop everything too old to count."""
        old = [chat for chat, said in self._chats.items() if now - said[-1].at > WINDOW]
        for chat in old:
            del self._chats[chat]
        for chat in [chat for chat, asked in self._asked.items() if now - asked.at >= ASKED_ONCE_IN]:
            del self._asked[chat]
