"""The door of the Health space: waitlist, age, consent, in that order, every time. Unknown means no."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.chat.model import Button, Effect, Show, Space, Turn
from bot.chat.people import People
from bot.health.consent import VERSION, Consents
from bot.health.holder import HealthHolder
from bot.health.marks import Outdoors
from bot.i18n import Language, say
from bot.kernel.ids import PersonId
from bot.kernel.sensitive import Sensitive
from bot.storage.keys import KeyStore

_STEPS: Final = ("h:enter", "h:join", "h:adult:", "h:consent:")  # each may end in the id of a turn to move in


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A person's place in the gradual opening."""

    waiting: bool
    admitted: bool  # invited or active
    position: tuple[int, int] | None  # an honest range, None when unknown


class Waitlist(Protocol):
    """What Health asks of the gradual opening."""

    async def place(self, person: PersonId) -> Place: ...

    async def join(self, person: PersonId, language: Language) -> Place: ...

    async def accept(self, person: PersonId, consent_version: str) -> None: ...


class Entrance:
    """Decides, for every turn, whether the person is in; if not, says the next step."""

    def __init__(
        self, *, people: People, consents: Consents, waitlist: Waitlist, keys: KeyStore, holder: HealthHolder
    ) -> None:
        self._people = people
        self._consents = consents
        self._waitlist = waitlist
        self._keys = keys
        self._holder = holder

    async def step(self, turn: Turn) -> Sequence[Effect] | None:
        """Give what to show when *turn* is a step of entering or the person may not be in; None: they are in.

        When the waitlist cannot answer, its error rises: nothing is read, and nothing about the person changes.
        """
        button = turn.arrival.button
        if button.startswith("h:join"):
            return [self._waiting(turn, await self._waitlist.join(turn.person, turn.language))]
        place = await self._waitlist.place(turn.person)
        if not place.admitted:
            return await self._outside(turn, place)
        if button.startswith(("h:adult:no", "h:consent:no")):
            return await self._refuse(turn, minor=button.startswith("h:adult:no"))
        if button.startswith("h:adult:yes"):
            await self._consents.adult(turn.person)
        standing = await self._consents.standing(turn.person)
        if not standing.adult:
            return [self._ask_age(turn)]
        if button.startswith(f"h:consent:yes:{VERSION}:"):
            await self._consent(turn)
        elif not standing.consenting:
            return [self._ask_consent(turn)]
        return None

    async def inside(self, person: PersonId) -> bool:
        """Say whether *person* is admitted and consenting, without asking them anything."""
        if not (await self._waitlist.place(person)).admitted:
            return False
        standing = await self._consents.standing(person)
        return standing.adult and standing.consenting

    def opens(self, turn: Turn) -> bool:
        """Say whether *turn* is a step that, once nothing more is asked, means "I am in now"."""
        bare = turn.arrival.command == "health" and not turn.arrival.text.reveal().strip()
        return bare or turn.arrival.button.startswith(_STEPS)

    def carried(self, turn: Turn) -> str:
        """Give the id of the general turn to move in, carried through the steps; "" when there is none."""
        last = turn.arrival.button.rsplit(":", 1)[-1]
        return last if last.isdecimal() and turn.arrival.button.startswith((*_STEPS, "h:mv:")) else ""

    async def _consent(self, turn: Turn) -> None:
        await self._keys.revive(turn.person)  # someone who erased everything and comes back gets a fresh key
        await self._waitlist.accept(turn.person, VERSION)
        await self._consents.give(turn.person, turn.language)

    async def leave(self, turn: Turn) -> None:
        """Put the person back in general."""
        await self._people.move(turn.person, Space.GENERAL, order=turn.order)

    async def _outside(self, turn: Turn, place: Place) -> Sequence[Effect]:
        await self.leave(turn)
        if (await self._holder.held(turn.person)).anything:
            return [self._closed(turn, "health.closed_to_you")]
        if place.waiting:
            return [self._waiting(turn, place)]
        join = Button(label=say(turn.language, "health.join"), data=f"h:join:{self.carried(turn)}")
        return [Outdoors(text=Sensitive(say(turn.language, "health.not_open")), buttons=((join,),))]

    async def _refuse(self, turn: Turn, *, minor: bool) -> Sequence[Effect]:
        """Take a no for a no: a consent in force ends, and what was kept before can be erased at once."""
        await self._consents.withdraw(turn.person, minor=minor)
        await self.leave(turn)
        here = turn.arrival.message_id
        if (await self._holder.held(turn.person)).anything:
            return [self._closed(turn, "health.closed_held", edit=here)]
        key = "health.too_young" if minor else "health.no_consent"
        return [Outdoors(text=Sensitive(say(turn.language, key)), edit=here)]

    @staticmethod
    def _closed(turn: Turn, key: str, edit: int | None = None) -> Outdoors:
        see = Button(label=say(turn.language, "health.see_data"), data="h:data")
        return Outdoors(text=Sensitive(say(turn.language, key)), buttons=((see,),), edit=edit)

    def _waiting(self, turn: Turn, place: Place) -> Outdoors:
        language = turn.language
        if place.admitted:
            enter = Button(label=say(language, "health.enter"), data=f"h:enter:{self.carried(turn)}")
            return Outdoors(text=Sensitive(say(language, "health.admitted")), buttons=((enter,),))
        if place.position is None:
            return Outdoors(text=Sensitive(say(language, "health.waiting_unknown")))
        low, high = place.position
        return Outdoors(text=Sensitive(say(language, "health.waiting", low=low, high=high)))

    def _ask_age(self, turn: Turn) -> Show:
        carried = self.carried(turn)
        yes = Button(label=say(turn.language, "health.adult_yes"), data=f"h:adult:yes:{carried}")
        no = Button(label=say(turn.language, "health.adult_no"), data=f"h:adult:no:{carried}")
        return Show(text=Sensitive(say(turn.language, "health.adult")), buttons=((yes,), (no,)))

    def _ask_consent(self, turn: Turn) -> Show:
        language, carried = turn.language, self.carried(turn)
        yes = Button(label=say(language, "health.consent_yes"), data=f"h:consent:yes:{VERSION}:{carried}")
        no = Button(label=say(language, "health.consent_no"), data=f"h:consent:no:{VERSION}:{carried}")
        edit = turn.arrival.message_id if turn.arrival.button.startswith("h:adult:") else None
        return Show(text=Sensitive(self._consents.text(language)), buttons=((yes, no),), edit=edit)
