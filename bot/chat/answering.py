"""Opens a row, has it answered, and commits the answer sealed: what comes out is committed, whoever computed it."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Final

from bot.chat.computing import Computing
from bot.chat.door import Door
from bot.chat.lease import Lease
from bot.chat.model import Effect, Space, Turn
from bot.chat.ports import Delivery
from bot.chat.progress import ShownProgress
from bot.chat.reception import queue_context
from bot.chat.sending import Part, Sender, Stand
from bot.chat.wire import pack_effect, unpack_effect, unpack_turn
from bot.crypto import open_with, seal_to
from bot.storage.work import Claim, Work, WorkItem

_WAITS: Final = frozenset(
    {"text", "command", "upload"}
)  # a pressed button mostly changes what is on the screen already


class Answering:
    """Of the spaces this process serves. *private_keys* are those of these spaces only."""

    def __init__(
        self,
        *,
        work: Work,
        computing: Computing,
        sender: Sender,
        delivery: Delivery,
        private_keys: Mapping[Space, bytes],
        public_keys: Mapping[Space, bytes],
    ) -> None:
        self._work = work
        self._computing = computing
        self._sender = sender
        self._delivery = delivery
        self._private_keys = private_keys
        self._public_keys = public_keys
        self._door = Door()

    def turn(self, item: WorkItem) -> Turn:
        """Open what a row carries."""
        return unpack_turn(item.id, self._open(item, item.payload))

    async def parts(self, claim: Claim, lease: Lease, stand: Stand, turn: Turn) -> Sequence[Part]:
        """Give what is to be sent: of an answer committed before what is left, of another all, committed now."""
        item = claim.item
        if item.state == "answered":
            return [
                Part(n=row.n, effect=unpack_effect(self._open(item, row.body)), waiting=row.message_id)
                for row in item.outbox
                if row.state == "pending" and row.body is not None
            ]
        effects = self._sender.cut(stand, await self._computed(claim, lease, stand, turn))
        bodies = [self._seal(item, effect) for effect in effects]
        if not self._sender.lacks_place(stand, effects):
            return await self._committed(claim, stand, effects, bodies)
        # From here to the commit a crash leaves a message that waits for nothing: all that can be done before, was.
        async with self._door.visit(lease.check) as enter:
            await self._sender.place(lease, stand, enter)
            return await self._committed(claim, stand, effects, bodies)

    async def _committed(
        self, claim: Claim, stand: Stand, effects: Sequence[Effect], bodies: Sequence[bytes]
    ) -> Sequence[Part]:
        parts = self._sender.parts(stand, effects)
        placed = {part.n: part.waiting for part in parts if part.waiting is not None}
        await self._work.answer(claim, bodies, placed=placed)
        return parts

    async def _computed(self, claim: Claim, lease: Lease, stand: Stand, turn: Turn) -> Sequence[Effect]:
        """Work the answer out; what is shown meanwhile stays for it."""
        progress = ShownProgress(
            self._delivery,
            turn,
            send=partial(self._sender.once, lease, stand.chat),
            keep=partial(self._work.shown, claim),
            visit=partial(self._door.visit, lease.check),
            message_id=stand.waiting,
        )
        carded = turn.alarm is not None and turn.alarm.stops
        try:
            async with progress.shown(waiting=turn.arrival.kind in _WAITS and not carded):
                return await self._computing.answer(claim.lane, claim.item.id, turn, progress)
        finally:
            stand.waiting = progress.message_id

    def _open(self, item: WorkItem, body: bytes) -> bytes:
        space = Space(item.space)
        return open_with(self._private_keys[space], body, queue_context(space, item.key))

    def _seal(self, item: WorkItem, effect: Effect) -> bytes:
        space = Space(item.space)
        return seal_to(self._public_keys[space], pack_effect(effect), queue_context(space, item.key))
