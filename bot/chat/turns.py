"""The worker: claims a chat's lane, runs its turns in order, commits the answer before it is sent.

No database transaction is open while a handler runs. A crash after the answer is committed goes on sending it; a crash
before computes it again, which spaces make harmless (idempotent by person and turn). A row that was in hand at every
crash runs alone, until it is done or has ended its process too often. An answer being worked out when a card goes
out is given up: its person is told so, once they have the card.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from bot.chat.computing import Computing
from bot.chat.lease import Lease
from bot.chat.model import HEALTH_MARK, Effect, Space, Turn
from bot.chat.people import People
from bot.chat.ports import Delivery, DeliveryLaterError, SpaceHandler
from bot.chat.progress import ShownProgress
from bot.chat.reception import express_lane, queue_context
from bot.chat.sending import Part, Sender
from bot.chat.slots import Slots, is_slot
from bot.chat.wire import pack_effect, unpack_effect, unpack_turn
from bot.crypto import open_with, seal_to
from bot.i18n import say
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.kernel.metrics import UNMEASURED, Metrics
from bot.kernel.sensitive import Sensitive
from bot.kernel.traces import UNTRACED, SpanName, Traces
from bot.storage.work import Claim, LeaseLostError, Work, WorkItem

log = get_logger()

TRIES: Final = 5
POLL: Final = 0.25  # seconds until other processes' rows are looked for
EXPRESS: Final = 16  # slots only express lanes may take: a card is sent while every other slot waits for a model
CARD_PATIENCE: Final = 5.0  # seconds a turn given up waits for the card before it says so
SUSPECT: Final = 2  # crashes after which a row runs alone: once may be anybody's fault

_WAITS: Final = frozenset(
    {"text", "command", "upload"}
)  # a pressed button mostly changes what is on the screen already


class ProcessDiedError(BotError):
    """The process ended each time it worked on this row."""


@dataclass(slots=True)
class _Seen:
    """What is known so far of where a row's answer goes: the chat, and the message that waits for it."""

    chat: int = 0
    waiting: int | None = None


class Turns:
    """Runs every space this process serves. *private_keys* are those of these spaces only."""

    def __init__(
        self,
        *,
        work: Work,
        spaces: Mapping[Space, SpaceHandler],
        private_keys: Mapping[Space, bytes],
        public_keys: Mapping[Space, bytes],
        delivery: Delivery,
        people: People,
        metrics: Metrics = UNMEASURED,
        traces: Traces = UNTRACED,
        slots: Slots | None = None,
        parallel: int = 128,
    ) -> None:
        self._work = work
        self._spaces = spaces
        self._private_keys = private_keys
        self._public_keys = public_keys
        self._delivery = delivery
        self._metrics = metrics
        self._traces = traces
        self._people = people
        self._sender = Sender(work, delivery)
        self._slots = slots
        self._parallel = parallel
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._computing = Computing(spaces, card_out=self._card_out)
        self._alone = asyncio.Lock()
        self._stop_in: float | None = None  # seconds that running turns have left, once we are told to stop
        self._ended = asyncio.Event()
        self._looked = time.monotonic()

    @property
    def idle(self) -> bool:
        """Say whether no turn is running in this process."""
        return not self._running

    @property
    def running(self) -> int:
        """Count the lanes held by this process."""
        return len(self._running)

    @property
    def unseen(self) -> float:
        """Seconds since rows were last looked for: a worker that has stopped shows here."""
        return time.monotonic() - self._looked

    async def stop(self, within: float) -> None:
        """Claim nothing more, give running turns *within* seconds to end, and hand every lane back."""
        self._stop_in = within
        await self._ended.wait()

    async def run(self) -> None:
        """Work until told to stop, or cancelled; turns given up then are due again at once, wherever they are claimed."""
        try:
            while self._stop_in is None:
                self._looked = time.monotonic()
                express = [claim.lane for claim in self._running.values() if claim.express]
                sending = len(
                    set(express) - self._sender.resting
                )  # a flooded chat must not keep other people's cards back
                free = self._parallel - (len(self._running) - len(express))
                asked = time.monotonic()
                try:
                    claims = await self._work.claim(free, spaces=self._spaces, express=EXPRESS - sending)
                except BotError as error:
                    log.error("claim_failed", exc_info=error)
                    await asyncio.sleep(1)
                    continue
                for claim in claims:
                    self._start(claim, asked)
                for lane, work in self._work.given_up().items():
                    self._computing.give_up(lane, work)
                ordinary = sum(not claim.express for claim in claims)
                if free and ordinary < free:  # nothing more is due: a put or a failed turn wakes us
                    await self._work.wait(POLL)
                elif ordinary == free:
                    await self._slot_or_express()
            if self._running:
                await asyncio.wait(list(self._running), timeout=self._stop_in)
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)
            self._ended.set()

    def _start(self, claim: Claim, since: float) -> None:
        task = asyncio.create_task(self._lane(claim, since))
        self._running[task] = claim
        task.add_done_callback(self._running.pop)

    async def _slot_or_express(self) -> None:
        """Wait, every slot being taken, for one to be free or for something that needs none."""
        express = asyncio.create_task(self._work.wait_express())
        try:
            await asyncio.wait([*self._running, express], timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
        finally:
            express.cancel()

    async def _lane(self, claim: Claim, since: float) -> None:
        try:
            async with Lease(
                self._work, claim, since=since, told=partial(self._computing.give_up, claim.lane)
            ) as lease:
                current: Claim | None = claim
                while current is not None and self._stop_in is None:
                    suspect = current.item.crashes >= SUSPECT and not current.express
                    name: SpanName = "slot" if is_slot(current.item.key) else "turn"
                    with self._traces.span(name, work=current.item.id, space=current.item.space):
                        current = await (self._by_itself if suspect else self._turn)(current, lease)
            if current is not None:
                await self._work.release(current)
        except asyncio.CancelledError:
            with contextlib.suppress(BotError):  # whatever was not committed: another process goes on with it
                await self._work.release(claim)
            raise
        except LeaseLostError:
            log.warning("lease_lost", work=claim.item.id)
        except BotError as error:
            # The database failed us mid-turn: the lease runs out and the row is claimed again.
            log.error("turn_interrupted", work=claim.item.id, exc_info=error)

    async def _by_itself(self, claim: Claim, lease: Lease) -> Claim | None:
        """Run a row that was in hand whenever a process died: with no other such row, and counted beforehand."""
        async with self._alone:
            if claim.item.attempts < TRIES - SUSPECT:
                await self._work.count(claim)
                return await self._turn(claim, lease)
            seen = _Seen(waiting=_waiting(claim.item))
            try:
                self._look(claim.item, seen)
            except Exception as error:
                log.error("turn_unreadable", work=claim.item.id, exc_info=error)
            return await self._failed(claim, seen, ProcessDiedError("too often"), last=True)

    async def _turn(self, claim: Claim, lease: Lease) -> Claim | None:
        """Answer one row and give the claim on the lane's next, or None when the lane is released."""
        item = claim.item
        if self._slots is not None and is_slot(item.key):
            return await self._slots.run(claim)
        started = time.monotonic()
        seen = _Seen(waiting=_waiting(item))
        try:
            turn = self._look(item, seen)
            pending = item.state == "pending"
            parts = await self._answered(claim, lease, seen, turn) if pending else self._committed(item)
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001  (any defect in a handler: logged by type and place, retried, then said)
            return await self._failed(claim, seen, error)
        following = await self._deliver(claim, lease, seen, turn, parts)
        seconds = time.monotonic() - started
        self._metrics.answered(turn.space, seconds)
        log.info("turn_answered", turn=turn.id, space=turn.space, ms=round(seconds * 1000))
        return following

    def _look(self, item: WorkItem, seen: _Seen) -> Turn:
        turn = unpack_turn(item.id, self._open(item, item.payload))
        seen.chat = turn.arrival.chat
        return turn

    async def _answered(self, claim: Claim, lease: Lease, seen: _Seen, turn: Turn) -> Sequence[Part]:
        """Work the answer out and commit it, together with the message that waits for the first of it."""
        progress = ShownProgress(
            self._delivery,
            turn,
            send=lambda show, into: self._sender.once(lease, turn.arrival.chat, show, into=into),
            keep=partial(self._work.shown, claim),
            message_id=seen.waiting,
        )
        carded = turn.alarm is not None and turn.alarm.stops
        try:
            async with progress.shown(waiting=turn.arrival.kind in _WAITS and not carded):
                effects = await self._computing.answer(claim.lane, claim.item.id, turn, progress)
        finally:
            seen.waiting = progress.message_id
        parts = await self._sender.prepare(lease, seen.chat, turn.space, effects, waiting=seen.waiting)
        placed = {part.n: part.waiting for part in parts if part.waiting is not None}
        seen.waiting = next(iter(placed.values()), seen.waiting)
        await self._work.answer(claim, [self._seal(claim.item, part.effect) for part in parts], placed=placed)
        return parts

    def _committed(self, item: WorkItem) -> Sequence[Part]:
        """Give what is left to send of an answer."""
        return [
            Part(n=row.n, effect=unpack_effect(self._open(item, row.body)), waiting=row.message_id)
            for row in item.outbox
            if row.state == "pending" and row.body is not None
        ]

    async def _card_out(self, chat: int) -> None:
        """Wait, not for ever, until the card for which a turn was given up has been sent."""
        lane = express_lane(chat)
        sending = [task for task, claim in self._running.items() if claim.lane == lane]
        if sending:
            await asyncio.wait(sending, timeout=CARD_PATIENCE)

    async def _failed(self, claim: Claim, seen: _Seen, error: Exception, *, last: bool = False) -> Claim | None:
        space = Space(claim.item.space)
        self._metrics.turn_failed(space)
        log.error("turn_failed", work=claim.item.id, space=space, attempt=claim.item.attempts + 1, exc_info=error)
        pause = timedelta(seconds=self._pause(claim.item.attempts))
        tries = 0 if last else TRIES
        name, waiting = type(error).__name__, seen.waiting
        dead = await self._work.fail(claim, name, retry_in=pause, give_up_after=tries, placeholder=waiting)
        if dead and seen.chat:
            await self._sender.apologise(seen.chat, Sensitive(_apology(space)), into=waiting)
        return None

    @staticmethod
    def _pause(attempts: int) -> float:
        """Give how many seconds a failed turn rests, with jitter: chats that failed together come back apart."""
        return 2.0**attempts * random.uniform(0.5, 1.5)  # noqa: S311  (no secret)

    async def _deliver(
        self, claim: Claim, lease: Lease, seen: _Seen, turn: Turn, parts: Sequence[Part]
    ) -> Claim | None:
        """Send what was committed and end the row."""
        try:
            outcome = await self._sender.all(claim, lease, turn.arrival.chat, turn.space, parts)
        except DeliveryLaterError as later:
            log.info("turn_postponed", turn=turn.id, space=turn.space, ms=round(later.seconds * 1000))
            await self._work.postpone(claim, retry_in=timedelta(seconds=later.seconds))
            return None
        except BotError:
            raise  # our database for a while: the lease runs out and the rest is sent later
        except Exception as error:  # noqa: BLE001  (a defect in delivery: counted, so that it ends)
            return await self._failed(claim, seen, error)
        if outcome.gone:
            log.info("person_unreachable", person=turn.person)
            await self._people.lost(turn.person)
        return await self._work.finish(claim, outcome.sent, outcome.refused)

    def _open(self, item: WorkItem, body: bytes) -> bytes:
        space = Space(item.space)
        return open_with(self._private_keys[space], body, queue_context(space, item.key))

    def _seal(self, item: WorkItem, effect: Effect) -> bytes:
        space = Space(item.space)
        return seal_to(self._public_keys[space], pack_effect(effect), queue_context(space, item.key))


def _waiting(item: WorkItem) -> int | None:
    """Give the message that was left waiting for the answer of *item*."""
    placed = (row.message_id for row in item.outbox if row.state == "pending" and row.message_id is not None)
    return next(placed, item.placeholder)


def _apology(space: Space) -> str:
    """Both languages: when a turn cannot even be opened, its language is unknown."""
    mark = f"{HEALTH_MARK} " if space is Space.HEALTH else ""
    return mark + say("fr", "errors.given_up") + "\n\n" + say("en", "errors.given_up")
