"""Health's question "may this person in?", answered by the roll-out: a member is the person's id as text."""

from enum import StrEnum
from typing import Final

from bot.health.entrance import Place
from bot.i18n import Language
from bot.kernel.errors import BotError
from bot.kernel.ids import PersonId
from rollout import (
    CapacityError,
    ClosedError,
    Rollout,
    RolloutError,
    Status,
    TransitionError,
    UnknownWaitlistError,
)

SLUG: Final = "health"


class Opening(StrEnum):
    """Who is admitted without an admin's hand; always through the roll-out, never around it."""

    BY_HAND = "by_hand"
    ON_JOIN = "on_join"  # the demo: whoever joins its waitlist is admitted
    ON_SIGHT = "on_sight"  # `carnet talk --admit`


class AdmissionError(BotError):
    """The roll-out could not answer; the person is told to try again, and is not in."""

    reply = "errors.storage"


class NotNowError(BotError):
    """The list does not take this person now: it is closed, or they left it for good."""

    reply = "health.not_now"


async def open_first(rollout: Rollout, *, capacity: int) -> None:
    """Open the Health waitlist with *capacity* seats if there is none yet; afterwards its size is the admins' word."""
    try:
        await rollout.overview(SLUG)
    except UnknownWaitlistError:
        await rollout.open_waitlist(SLUG, capacity=capacity)


class Admission:
    """Fulfils Health's `Waitlist` port."""

    def __init__(self, rollout: Rollout, opening: Opening) -> None:
        self._rollout = rollout
        self._opening = opening

    async def place(self, person: PersonId) -> Place:
        """Give *person*'s place; unknown is outside."""
        try:
            status = await self._rollout.status(str(person), slug=SLUG)
            if self._opening is Opening.ON_SIGHT and not status.admitted:
                status = await self._admit(person)
        except RolloutError as error:
            raise AdmissionError(type(error).__name__) from None
        return _place(status)

    async def join(self, person: PersonId, language: Language) -> Place:
        """Put *person* on the list; joining twice is joining once."""
        try:
            status = await self._rollout.join(str(person), slug=SLUG, strata={"lang": language}, notify=True)
            if self._opening is Opening.ON_JOIN and not status.admitted:
                status = await self._admit(person)
        except (ClosedError, TransitionError) as error:
            raise NotNowError(type(error).__name__) from None
        except RolloutError as error:
            raise AdmissionError(type(error).__name__) from None
        return _place(status)

    async def accept(self, person: PersonId, consent_version: str) -> None:
        """Turn an invitation into an enrollment, with the consent it rests on."""
        try:
            await self._rollout.accept(str(person), consent_version, slug=SLUG)
        except RolloutError as error:
            raise AdmissionError(type(error).__name__) from None

    async def _admit(self, person: PersonId) -> Status:
        try:
            return await self._rollout.admit(str(person), slug=SLUG, by="local", reason=str(self._opening))
        except CapacityError:
            return await self._rollout.status(str(person), slug=SLUG)  # every seat is taken: they wait like anyone


def _place(status: Status) -> Place:
    return Place(waiting=status.waiting, admitted=status.admitted, position=status.position)
