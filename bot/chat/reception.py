"""Intake: settle whose message it is and which space it belongs to, seal it, commit it, then say "accepted"."""

from collections.abc import Mapping

from bot.chat.model import Arrival, Space
from bot.chat.people import People
from bot.chat.router import mode_decided, route
from bot.chat.wire import pack_turn
from bot.crypto import seal_to
from bot.kernel.logs import get_logger
from bot.storage.work import Work

log = get_logger()


def queue_context(space: Space, key: str) -> bytes:
    """Bind a sealed queue payload to its space and row, so that one moved elsewhere does not open."""
    return f"work:{space}:{key}".encode()


class FrontDesk:
    """Fulfils `Reception`: returning means the message is committed, sealed to the workers of its space."""

    def __init__(self, *, people: People, work: Work, public_keys: Mapping[Space, bytes]) -> None:
        self._people = people
        self._work = work
        self._public_keys = public_keys

    async def receive(self, arrival: Arrival) -> None:
        """Accept *arrival* once; a repeat of the same update changes nothing."""
        person = await self._people.meet(arrival)
        space = route(arrival, person.mode)
        order = person.order
        mode = mode_decided(arrival)
        if mode is not None:
            # Before the message is committed: a crash in between redelivers it, and deciding again agrees.
            order += 1
            await self._people.move(person.id, mode, order=order)
        payload = seal_to(
            self._public_keys[space],
            pack_turn(person.id, person.language, space, order, arrival),
            queue_context(space, arrival.key),
        )
        fresh = await self._work.put(
            key=arrival.key, lane=f"chat:{arrival.chat}", space=space, payload=payload, received_at=arrival.at
        )
        if fresh:
            log.info("message_accepted", space=space, kind=arrival.kind)
