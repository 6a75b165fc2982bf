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
from datetime import timedelta
from functools import partial
from typing import Final

from bot.chat.answering import Answering
from bot.chat.computing import LONGEST_TURN, Computing
from bot.chat.lease import Lease
from bot.chat.model import HEALTH_MARK, Space, Turn
from bot.chat.people import People
from bot.chat.ports import Delivery, DeliveryLaterError, SpaceHandler
from bot.chat.reception import express_lane
from bot.chat.sending import Part, Sender, Stand
from bot.chat.slots import Slots, is_slot
from bot.i18n import say
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.kernel.metrics import UNMEASURED, Metrics
from bot.kernel.sensitive import Sensitive
from bot.kernel.traces import UNTRACED, SpanName, Traces
from bot.storage.work import Claim, LeaseLostError, Work, WorkItem

log = get_logger()

TRIES: Final = 5
POLL: Final = 0.25  # seconds until other processes' rows are looked for, where messages come in through this one
LIVELY_FOR: Final = 1.0  # seconds
EXPRESS: Final = 16  # slots only express lanes may take: a card is sent while every other slot waits for a model
CARD_PATIENCE: Final = 5.0  # seconds a turn given up waits for the card before it says so
SUSPECT: Final = 2  # crashes after which a row runs alone: once may be anybody's fault


class ProcessDiedError(BotError):
    """The process ended each time it worked on this row."""


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
        poll: float = POLL,
        lively: float | None = None,
        longest_file: float = LONGEST_TURN,
    ) -> None:
        """Look for other processes' rows every *poll* seconds, *lively* ones for a while after some were found."""
        self._work = work
        self._spaces = spaces
        self._metrics = metrics
        self._traces = traces
        self._people = people
        self._sender = Sender(work, delivery)
        self._slots = slots
        self._parallel = parallel
        self._poll = poll
        self._lively = poll if lively is None else lively
        self._found = -LIVELY_FOR
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._computing = Computing(spaces, card_out=self._card_out, longest_file=longest_file)
        self._answering = Answering(
            work=work,
            computing=self._computing,
            sender=self._sender,
            delivery=delivery,
            private_keys=private_keys,
            public_keys=public_keys,
        )
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
        sure = True
        try:
            while self._stop_in is None:
                self._looked = time.monotonic()
                express = [claim.lane for claim in self._running.values() if claim.express]
                # A flooded chat must not keep other people's cards back.
                sending = len(set(express) - self._sender.resting)
                free = self._parallel - (len(self._running) - len(express))
                asked = time.monotonic()
                try:
                    claims = await self._work.claim(free, spaces=self._spaces, express=EXPRESS - sending, sure=sure)
                except BotError as error:
                    log.error("claim_failed", exc_info=error)
                    await asyncio.sleep(1)
                    continue
                sure = True
                if claims:
                    self._found = asked
                for claim in claims:
                    self._start(claim, asked)
                for lane, work in self._work.given_up().items():
                    self._computing.give_up(lane, work)
                ordinary = sum(not claim.express for claim in claims)
                if free and ordinary < free:  # nothing more is due: a put or a failed turn wakes us
                    sure = await self._work.wait(self._lively if asked - self._found < LIVELY_FOR else self._poll)
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
            await asyncio.wait([*self._running, express], timeout=self._poll, return_when=asyncio.FIRST_COMPLETED)
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
            stand = _stand(claim.item)
            try:
                stand.chat = self._answering.turn(claim.item).arrival.chat
            except Exception as error:
                log.error("turn_unreadable", work=claim.item.id, exc_info=error)
            return await self._failed(claim, stand, ProcessDiedError("too often"), last=True)

    async def _turn(self, claim: Claim, lease: Lease) -> Claim | None:
        """Answer one row and give the claim on the lane's next, or None when the lane is released."""
        item = claim.item
        if self._slots is not None and is_slot(item.key):
            return await self._slots.run(claim)
        started = time.monotonic()
        stand = _stand(item)
        try:
            turn = self._answering.turn(item)
            stand.chat = turn.arrival.chat
            parts = await self._answering.parts(claim, lease, stand, turn)
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001  (any defect in a handler: logged by type and place, retried, then said)
            return await self._failed(claim, stand, error)
        following = await self._deliver(claim, lease, stand, turn, parts)
        seconds = time.monotonic() - started
        self._metrics.answered(turn.space, seconds)
        log.info("turn_answered", turn=turn.id, space=turn.space, ms=round(seconds * 1000))
        return following

    async def _card_out(self, chat: int) -> None:
        """Wait, not for ever, until the card for which a turn was given up has been sent."""
        lane = express_lane(chat)
        sending = [task for task, claim in self._running.items() if claim.lane == lane]
        if sending:
            await asyncio.wait(sending, timeout=CARD_PATIENCE)

    async def _failed(self, claim: Claim, stand: Stand, error: Exception, *, last: bool = False) -> Claim | None:
        space = Space(claim.item.space)
        self._metrics.turn_failed(space)
        log.error("turn_failed", work=claim.item.id, space=space, attempt=claim.item.attempts + 1, exc_info=error)
        pause = timedelta(seconds=self._pause(claim.item.attempts))
        tries = 0 if last else TRIES
        name, waiting = type(error).__name__, stand.waiting
        dead = await self._work.fail(claim, name, retry_in=pause, give_up_after=tries, placeholder=waiting)
        if dead and stand.chat:
            await self._sender.apologise(stand, Sensitive(_apology(space)))
        return None

    @staticmethod
    def _pause(attempts: int) -> float:
        """Give how many seconds a failed turn rests, with jitter: chats that failed together come back apart."""
        return 2.0**attempts * random.uniform(0.5, 1.5)  # noqa: S311  (no secret)

    async def _deliver(
        self, claim: Claim, lease: Lease, stand: Stand, turn: Turn, parts: Sequence[Part]
    ) -> Claim | None:
        """Send what was committed and end the row."""
        try:
            outcome = await self._sender.all(claim, lease, stand, parts)
        except DeliveryLaterError as later:
            log.info("turn_postponed", turn=turn.id, space=turn.space, ms=round(later.seconds * 1000))
            await self._work.postpone(claim, retry_in=timedelta(seconds=later.seconds))
            return None
        except BotError:
            raise  # our database for a while: the lease runs out and the rest is sent later
        except Exception as error:  # noqa: BLE001  (a defect in delivery: counted, so that it ends)
            return await self._failed(claim, stand, error)
        if outcome.gone:
            log.info("person_unreachable", person=turn.person)
            await self._people.lost(turn.person)
        return await self._work.finish(claim, outcome.sent, outcome.refused)


def _stand(item: WorkItem) -> Stand:
    """Give the message that was left waiting for the answer of *item*; whose chat it is, only the row itself tells."""
    placed = (row.message_id for row in item.outbox if row.state == "pending" and row.message_id is not None)
    return Stand(space=Space(item.space), waiting=next(placed, item.placeholder))


def _apology(space: Space) -> str:
    """Both languages: when a turn cannot even be opened, its language is unknown."""
    mark = f"{HEALTH_MARK} " if space is Space.HEALTH else ""
    return mark + say("fr", "errors.given_up") + "\n\n" + say("en", "errors.given_up")
