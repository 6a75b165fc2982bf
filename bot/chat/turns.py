"""The worker: claims a chat's lane, runs its turns in order, commits the answer before it is sent.

No database transaction is open while a handler runs. A crash after the answer is committed sends it again without
computing it again; a crash before computes it again, which spaces make harmless (idempotent by person and turn).
An answer being worked out when a card goes out is given up: its person is told so, once they have the card.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.chat.model import HEALTH_MARK, Effect, Erase, Show, Space, Turn
from bot.chat.ports import Delivery, DeliveryLaterError, DeliveryRefusedError, SpaceHandler
from bot.chat.progress import ShownProgress, keep_busy
from bot.chat.reception import express_lane, queue_context
from bot.chat.slots import Slots, is_slot
from bot.chat.wire import pack_effect, unpack_effect, unpack_turn
from bot.crypto import open_with, seal_to
from bot.i18n import say
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.storage.work import Claim, LeaseLostError, Work, WorkItem

log = get_logger()

TRIES: Final = 5
POLL: Final = 0.25  # seconds until other processes' rows are looked for
LONGEST_TURN: Final = 180.0  # seconds a space may take; without an end, its chat would wait for ever
EXPRESS: Final = 16  # slots only express lanes may take: a card is sent while every other slot waits for a model
CARD_PATIENCE: Final = 5.0  # seconds a turn given up waits for the card before it says so
SEND_PATIENCE: Final = 120.0  # seconds of waiting on Telegram's "retry after" before the row goes back to the queue


@dataclass(slots=True)
class _Computing:
    """An answer being worked out, and whether it was given up."""

    work: int
    task: asyncio.Task[Sequence[Effect]]
    given_up: bool = False


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
        slots: Slots | None = None,
        parallel: int = 128,
    ) -> None:
        self._work = work
        self._spaces = spaces
        self._private_keys = private_keys
        self._public_keys = public_keys
        self._delivery = delivery
        self._slots = slots
        self._parallel = parallel
        self._running: dict[asyncio.Task[None], Claim] = {}
        self._computing: dict[str, _Computing] = {}
        self._resting: set[str] = set()  # lanes whose chat Telegram wants left alone for a while

    @property
    def idle(self) -> bool:
        """Say whether no turn is running in this process."""
        return not self._running

    async def run(self) -> None:
        """Work until cancelled; running turns are given up, and claimed again after their lease."""
        try:
            while True:
                express = [claim.lane for claim in self._running.values() if claim.express]
                sending = len(set(express) - self._resting)  # a flooded chat must not keep other people's cards back
                free = self._parallel - (len(self._running) - len(express))
                try:
                    claims = await self._work.claim(free, spaces=self._spaces, express=EXPRESS - sending)
                except BotError as error:
                    log.error("claim_failed", exc_info=error)
                    await asyncio.sleep(1)
                    continue
                for claim in claims:
                    self._start(claim)
                for lane, work in self._work.given_up().items():
                    self._give_up(lane, work)
                ordinary = sum(not claim.express for claim in claims)
                if free and ordinary < free:  # nothing more is due: a put or a failed turn wakes us
                    await self._work.wait(POLL)
                elif ordinary == free:
                    await self._slot_or_express()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    def _start(self, claim: Claim) -> None:
        task = asyncio.create_task(self._lane(claim))
        self._running[task] = claim
        task.add_done_callback(self._running.pop)

    async def _slot_or_express(self) -> None:
        """Wait, every slot being taken, for one to be free or for something that needs none."""
        express = asyncio.create_task(self._work.wait_express())
        try:
            await asyncio.wait([*self._running, express], timeout=POLL, return_when=asyncio.FIRST_COMPLETED)
        finally:
            express.cancel()

    def _give_up(self, lane: str, before: int) -> None:
        """Give up the answer being worked out in *lane*, if it is to a message older than row *before*."""
        computing = self._computing.get(lane)
        if computing is not None and computing.work < before:
            computing.given_up = True
            computing.task.cancel()

    async def _lane(self, claim: Claim) -> None:
        over = asyncio.Event()
        beat = asyncio.create_task(self._heartbeat(claim, over))
        try:
            current: Claim | None = claim
            while current is not None:
                current = await self._turn(current)
        except LeaseLostError:
            log.warning("lease_lost", work=claim.item.id)
        except BotError as error:
            # The database failed us mid-turn: the lease runs out and the row is claimed again.
            log.error("turn_interrupted", work=claim.item.id, exc_info=error)
        finally:
            over.set()
            await beat

    async def _heartbeat(self, claim: Claim, over: asyncio.Event) -> None:
        """Renew the lease until *over*; told rather than cancelled, which could strike in the middle of a write."""
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._work.lease.total_seconds() / 3):
                    await over.wait()
                return
            with contextlib.suppress(BotError):
                self._give_up(claim.lane, await self._work.extend(claim))

    async def _turn(self, claim: Claim) -> Claim | None:
        """Answer one row and give the claim on the lane's next, or None when the lane is released."""
        item = claim.item
        if self._slots is not None and is_slot(item.key):
            return await self._slots.run(claim)
        space = Space(item.space)
        started = time.monotonic()
        chat, shown = 0, None
        try:
            turn = unpack_turn(item.id, self._open(space, item, item.payload))
            chat = turn.arrival.chat
            if item.state == "pending":
                progress = ShownProgress(self._delivery, turn)
                async with keep_busy(self._delivery, turn):
                    effects = dict(enumerate(await self._answer(claim, turn, progress)))
                shown = progress.message_id
                await self._work.answer(claim, [self._seal(space, item, effect) for effect in effects.values()])
            else:
                rows = [row for row in item.outbox if row.state == "pending" and row.body is not None]
                effects = {row.n: unpack_effect(self._open(space, item, row.body or b"")) for row in rows}
        except LeaseLostError:
            raise
        except Exception as error:  # noqa: BLE001  (any defect in a handler: logged by type and place, retried, then said)
            return await self._failed(claim, space, chat, error)
        try:
            following = await self._deliver(claim, chat, effects, shown)
        except BotError:
            raise  # our database or Telegram for a while: the lease runs out and the rest is sent later
        except Exception as error:  # noqa: BLE001  (a defect in delivery: counted, so that it ends)
            return await self._failed(claim, space, chat, error)
        log.info("turn_answered", turn=turn.id, space=space, ms=round((time.monotonic() - started) * 1000))
        return following

    async def _answer(self, claim: Claim, turn: Turn, progress: ShownProgress) -> Sequence[Effect]:
        """Let the space answer, unless a card makes that void meanwhile. What changes data is never broken off."""
        question = turn.arrival.kind == "text" or turn.arrival.command == "health"
        if not question or (turn.alarm is not None and turn.alarm.stops):
            return await self._handle(turn, progress)
        computing = _Computing(claim.item.id, asyncio.create_task(self._handle(turn, progress)))
        self._computing[claim.lane] = computing
        try:
            return await computing.task
        except asyncio.CancelledError:
            if not computing.given_up:
                raise  # this process is stopping: the row is claimed again
        finally:
            del self._computing[claim.lane]
        log.info("turn_given_up", turn=turn.id, space=turn.space)
        await self._card_out(turn.arrival.chat)
        return [self._sentence(turn, "cards.interrupted")]

    async def _card_out(self, chat: int) -> None:
        """Wait, not for ever, until the card for which a turn was given up has been sent."""
        lane = express_lane(chat)
        sending = [task for task, claim in self._running.items() if claim.lane == lane]
        if sending:
            await asyncio.wait(sending, timeout=CARD_PATIENCE)

    async def _handle(self, turn: Turn, progress: ShownProgress) -> Sequence[Effect]:
        """Run the space; a refusal it raised becomes the sentence that says what to do."""
        try:
            async with asyncio.timeout(LONGEST_TURN):
                return await self._spaces[turn.space].handle(turn, progress)
        except TimeoutError:
            log.error("turn_too_slow", turn=turn.id, space=turn.space)
            return [self._sentence(turn, "errors.too_slow")]
        except BotError as error:
            if error.reply == BotError.reply:
                raise
            log.info("turn_refused", turn=turn.id, space=turn.space, exc_info=error)
            return [self._sentence(turn, error.reply)]

    def _sentence(self, turn: Turn, key: str) -> Show:
        mark = f"{HEALTH_MARK} " if turn.space is Space.HEALTH else ""
        return Show(text=Sensitive(mark + say(turn.language, key)))

    async def _failed(self, claim: Claim, space: Space, chat: int, error: Exception) -> Claim | None:
        log.error("turn_failed", work=claim.item.id, space=space, attempt=claim.item.attempts + 1, exc_info=error)
        pause = timedelta(seconds=self._pause(claim.item.attempts))
        dead = await self._work.fail(claim, type(error).__name__, retry_in=pause, give_up_after=TRIES)
        if dead and chat:
            with contextlib.suppress(BotError):
                await self._delivery.send(chat, Show(text=Sensitive(_apology(space))))
        return None

    @staticmethod
    def _pause(attempts: int) -> float:
        """Give how many seconds a failed turn rests, with jitter: chats that failed together come back apart."""
        return 2.0**attempts * random.uniform(0.5, 1.5)  # noqa: S311  (no secret)

    async def _deliver(self, claim: Claim, chat: int, effects: Mapping[int, Effect], shown: int | None) -> Claim | None:
        """Send what was committed; the first new message takes the place of what was shown meanwhile."""
        sent: dict[int, int | None] = {}
        refused: list[int] = []
        for n, effect in effects.items():
            if shown is not None and isinstance(effect, Show) and effect.edit is None:
                effect, shown = replace(effect, edit=shown), None  # noqa: PLW2901  (the same message, in its new place)
            try:
                sent[n] = await self._send(claim.lane, chat, effect)
            except DeliveryRefusedError:
                refused.append(n)
                log.warning("delivery_refused", work=claim.item.id)
            else:
                if n != max(effects):
                    await self._work.sent(claim, n, sent[n])  # a crash before the next must not show this one twice
        if shown is not None:
            with contextlib.suppress(BotError):
                await self._delivery.send(chat, Erase(message_id=shown))
        return await self._work.finish(claim, sent, refused)

    async def _send(self, lane: str, chat: int, effect: Effect) -> int | None:
        deadline = time.monotonic() + SEND_PATIENCE
        while True:
            try:
                return await self._delivery.send(chat, effect)
            except DeliveryLaterError as later:
                if time.monotonic() + later.seconds > deadline:
                    raise
                self._resting.add(lane)
                try:
                    await asyncio.sleep(later.seconds)
                finally:
                    self._resting.discard(lane)

    def _open(self, space: Space, item: WorkItem, body: bytes) -> bytes:
        return open_with(self._private_keys[space], body, queue_context(space, item.key))

    def _seal(self, space: Space, item: WorkItem, effect: Effect) -> bytes:
        return seal_to(self._public_keys[space], pack_effect(effect), queue_context(space, item.key))


def _apology(space: Space) -> str:
    """Both languages: when a turn cannot even be opened, its language is unknown."""
    mark = f"{HEALTH_MARK} " if space is Space.HEALTH else ""
    return mark + say("fr", "errors.given_up") + "\n\n" + say("en", "errors.given_up")
