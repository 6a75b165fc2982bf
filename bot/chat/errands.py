"""What is put into a person's lane without a message of theirs: who came back from a page, a clock that rang.

It looks like a pressed button, so that the space it belongs to answers it in its turn; no chat ever shows that button.
"""

from collections.abc import Mapping
from datetime import datetime

from bot.chat.model import NO_TEXT, Arrival, Space
from bot.chat.people import People, Person
from bot.chat.reception import chat_lane, queue_context
from bot.chat.router import route
from bot.chat.wire import pack_turn
from bot.crypto import seal_to
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId
from bot.kernel.sensitive import Sensitive
from bot.storage.work import Work


class Errands:
    """Puts them, sealed to the workers of their space."""

    def __init__(self, *, people: People, work: Work, public_keys: Mapping[Space, bytes], clock: Clock) -> None:
        self._people = people
        self._work = work
        self._public_keys = public_keys
        self._clock = clock

    async def put(self, person: PersonId, *, key: str, button: str, text: Sensitive[str] = NO_TEXT) -> bool:
        """Accept the errand *key*, committed on return; False when it was there already, or nobody is."""
        known = await self._people.get(person)
        if known is None:
            return False
        arrival = _arrival(known, key, button, text, self._clock())
        space = route(arrival, known.mode)
        payload = pack_turn(known.id, known.language, space, known.order, arrival, country=known.country)
        sealed = seal_to(self._public_keys[space], payload, queue_context(space, key))
        return await self._work.put(
            key=key, lane=chat_lane(known.chat), space=space, payload=sealed, received_at=arrival.at
        )  # fmt: skip


def _arrival(person: Person, key: str, button: str, text: Sensitive[str], at: datetime) -> Arrival:
    return Arrival(
        key=key,
        chat=person.chat,
        user=person.chat,  # a private chat bears its person's id
        language_code=None,
        kind="button",
        at=at,
        message_id=0,  # none in the chat
        text=text,
        button=button,
    )
