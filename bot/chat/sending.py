"""Sends a committed answer so that a crash at any moment neither loses it nor shows it twice.

Telegram knows no idempotency key, but replacing a message by what it says already is no change. So what is new to the
chat goes out in two steps: a message that says nothing yet, whose id is committed, then the answer in its place. What
may come twice is the message that says nothing. Urgent messages go out in one step: see `Show`.
"""

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.chat.lease import Lease
from bot.chat.model import Effect, Erase, Show, Space
from bot.chat.ports import (
    Delivery,
    DeliveryLaterError,
    DeliveryRefusedError,
    Enter,
    MessageGoneError,
    PersonGoneError,
)
from bot.chat.progress import placeholder
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.storage.work import Claim, Work

log = get_logger()

PATIENCE: Final = 10.0  # seconds of waiting in a worker's slot; a longer wait is spent in the queue
PLACES: Final = 3  # messages that may be deleted under an answer before it is no longer wanted
_PAUSE: Final = 1.0  # seconds, after a request that took as long as the lease would last


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One message of an answer, and the message that waits for it."""

    n: int
    effect: Effect
    waiting: int | None = None


@dataclass(slots=True)
class Stand:
    """Where a row's answer goes: the chat, as seen from a space, and the message that stands there for what comes next."""

    space: Space
    chat: int = 0
    waiting: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an answer's parts."""

    sent: dict[int, int | None]
    refused: list[int]
    gone: bool  # the person cannot be reached at all


class Sender:
    """Sends for one process. `resting` are the lanes whose chat Telegram wants left alone for a moment."""

    def __init__(self, work: Work, delivery: Delivery) -> None:
        self._work = work
        self._delivery = delivery
        self.resting: set[str] = set()

    async def once(
        self,
        lease: Lease,
        chat: int,
        effect: Effect,
        *,
        into: int | None = None,
        urgent: bool = False,
        enter: Enter | None = None,
    ) -> int | None:
        """Carry out *effect* if the lane is ours, and not a moment longer than it is."""
        try:
            async with asyncio.timeout(await lease.sure()):
                return await self._delivery.send(chat, effect, into=into, urgent=urgent, enter=enter)
        except TimeoutError:
            raise DeliveryLaterError(_PAUSE) from None

    def cut(self, stand: Stand, effects: Sequence[Effect]) -> Sequence[Effect]:
        """Give *effects* as what fits in one message each; what stands there and nothing will replace is deleted at the end."""
        parts = [part for effect in effects for part in self._delivery.parts(effect)]
        if stand.waiting is not None and not any(_is_calm(part) for part in parts):
            parts.append(Erase(message_id=stand.waiting))
        return parts

    def lacks_place(self, stand: Stand, effects: Sequence[Effect]) -> bool:
        """Say whether a message should wait for the first of *effects* that is new to the chat, and does not yet.

        An urgent one does not wait: what stands there already is for what follows it.
        """
        first = _first_calm(effects)
        urgent_before = any(_urgent(effect) and _is_new(effect) for effect in effects[:first])
        return stand.waiting is None and first is not None and not urgent_before

    async def place(self, lease: Lease, stand: Stand, enter: Enter) -> None:
        """Show a message that waits to be replaced; when that cannot be done now, no harm is done."""
        try:
            stand.waiting = await self.once(lease, stand.chat, _waiting(stand.space), enter=enter)
        except (DeliveryLaterError, DeliveryRefusedError) as error:
            log.info("placeholder_not_shown", space=stand.space, exc_info=error)

    def parts(self, stand: Stand, effects: Sequence[Effect]) -> Sequence[Part]:
        """Give what was *cut* as parts: what stands there waits for the first that is new to the chat."""
        first = _first_calm(effects)
        return [Part(n=n, effect=one, waiting=stand.waiting if n == first else None) for n, one in enumerate(effects)]

    async def all(self, claim: Claim, lease: Lease, stand: Stand, parts: Sequence[Part]) -> Outcome:
        """Send *parts* in order; `DeliveryLaterError` when Telegram wants a wait that is better spent in the queue."""
        outcome = Outcome(sent={}, refused=[], gone=False)
        for place, part in enumerate(parts):
            stand.waiting = part.waiting
            try:
                outcome.sent[part.n] = await self._send(claim, lease, stand, part, outcome.sent)
            except PersonGoneError:
                outcome.refused.extend(rest.n for rest in parts[place:])
                return replace(outcome, gone=True)
            except DeliveryRefusedError as error:
                outcome.refused.append(part.n)
                log.warning("delivery_refused", work=claim.item.id, exc_info=error)
        return outcome

    async def _send(
        self, claim: Claim, lease: Lease, stand: Stand, part: Part, before: Mapping[int, int | None]
    ) -> int | None:
        effect = part.effect
        if isinstance(effect, Erase):
            return await self._insist(claim, lease, stand.chat, effect)
        if part.waiting is None and (claim.express or _urgent(effect)):
            return await self._at_once(claim, lease, stand.chat, replace(part, effect=replace(effect, urgent=True)))
        for _ in range(PLACES):
            if stand.waiting is None and effect.edit is None:
                stand.waiting = await self._insist(claim, lease, stand.chat, _waiting(stand.space))
                if stand.waiting is None:
                    raise DeliveryRefusedError("no message was made")
                # Those before it stand there already: after a crash nothing is to be said in their place.
                await self._work.placed(claim, part.n, stand.waiting, sent=before)
            try:
                return await self._insist(claim, lease, stand.chat, effect, into=stand.waiting)
            except MessageGoneError:
                stand.waiting, effect = None, replace(effect, edit=None)
            except PersonGoneError:
                raise
            except DeliveryRefusedError:
                await self._take_back(lease, stand)
                raise
        raise DeliveryRefusedError(f"{PLACES} messages were deleted under it")

    async def _at_once(self, claim: Claim, lease: Lease, chat: int, part: Part) -> int | None:
        effect = part.effect
        try:
            sent = await self._insist(claim, lease, chat, effect)
        except MessageGoneError:
            if not isinstance(effect, Show) or effect.edit is None:
                raise
            sent = await self._insist(claim, lease, chat, replace(effect, edit=None))
        if not claim.express:  # more may follow, and a crash before the end of it would show this one again
            await self._work.sent(claim, part.n, sent)
        return sent

    async def _insist(
        self, claim: Claim, lease: Lease, chat: int, effect: Effect, *, into: int | None = None
    ) -> int | None:
        """Carry out *effect*, waiting as Telegram asks when that is short."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return await self.once(lease, chat, effect, into=into, urgent=_urgent(effect))
            except DeliveryLaterError as later:
                if time.monotonic() + later.seconds > deadline:
                    raise
                self.resting.add(claim.lane)
                try:
                    await asyncio.sleep(later.seconds)
                finally:
                    self.resting.discard(claim.lane)

    async def _take_back(self, lease: Lease, stand: Stand) -> None:
        """Delete a message that waited for what Telegram will not show."""
        if stand.waiting is not None:
            with contextlib.suppress(DeliveryLaterError, DeliveryRefusedError):
                await self.once(lease, stand.chat, Erase(message_id=stand.waiting))

    async def apologise(self, stand: Stand, sentence: Sensitive[str]) -> None:
        """Say *sentence* once, in the place of the message that waited for an answer."""
        with contextlib.suppress(BotError):
            try:
                await self._delivery.send(stand.chat, Show(text=sentence), into=stand.waiting)
            except MessageGoneError:
                await self._delivery.send(stand.chat, Show(text=sentence))


def _is_new(effect: Effect) -> bool:
    return isinstance(effect, Show) and effect.edit is None


def _is_calm(effect: Effect) -> bool:
    return _is_new(effect) and not _urgent(effect)


def _first_calm(effects: Sequence[Effect]) -> int | None:
    return next((n for n, effect in enumerate(effects) if _is_calm(effect)), None)


def _urgent(effect: Effect) -> bool:
    return isinstance(effect, Show) and effect.urgent


def _waiting(space: Space) -> Show:
    return Show(text=Sensitive(placeholder(space)))
