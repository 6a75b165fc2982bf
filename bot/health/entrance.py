"""The door of the Health space: waitlist, age, consent, in that order, every time. Unknown means no."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.chat.model import Button, Effect, Show, Turn
from bot.chat.people import People
from bot.health.consent import VERSION, Consents
from bot.i18n import Language, say
from bot.kernel.errors import BotError
from bot.kernel.ids import PersonId
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.storage.keys import KeyStore

log = get_logger()

ModelLine = Callable[[Language], str]  # what this installation does with a language model, as consent says it
_STEPS: Final = ("h:enter", "h:join", "h:adult:", "h:consent:")


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
        self, *, people: People, consents: Consents, waitlist: Waitlist, keys: KeyStore, model_line: ModelLine
    ) -> None:
        self._people = people
        self._consents = consents
        self._waitlist = waitlist
        self._keys = keys
        self._model_line = model_line

    async def step(self, turn: Turn) -> Sequence[Effect] | None:
        """Give what to show when *turn* is a step of entering or the person may not be in; None: they are in."""
        button, language = turn.arrival.button, turn.language
        if button == "h:join":
            return [self._waiting(language, await self._waitlist.join(turn.person, language))]
        place = await self._safe_place(turn.person)
        if not place.admitted:
            return await self._outside(turn, place)
        if button.startswith("h:adult:no"):
            return await self._refuse(turn, "health.too_young")
        if button.startswith("h:adult:yes"):
            await self._consents.adult(turn.person)
        standing = await self._consents.standing(turn.person)
        if not standing.adult:
            return [self._ask_age(turn)]
        if button.startswith("h:consent:no"):
            return await self._refuse(turn, "health.no_consent")
        if button.startswith(f"h:consent:yes:{VERSION}:"):
            await self._consent(turn)
        elif standing.consent != VERSION:
            return [self._ask_consent(turn)]
        return None

    def opens(self, turn: Turn) -> bool:
        """Say whether *turn* is a step that, once nothing more is asked, means "I am in now"."""
        bare = turn.arrival.command == "health" and not turn.arrival.text.reveal().strip()
        return bare or turn.arrival.button.startswith(_STEPS)

    def carried(self, turn: Turn) -> str:
        """Give the id of the general turn to move in, carried through the steps; "" when there is none."""
        button = turn.arrival.button
        if button.startswith("h:mv:"):
            return button.removeprefix("h:mv:")
        return button.rsplit(":", 1)[1] if button.startswith(("h:adult:", "h:consent:")) else ""

    async def _safe_place(self, person: PersonId) -> Place:
        try:
            return await self._waitlist.place(person)
        except BotError as error:
            log.error("admission_unknown", exc_info=error)
            return Place(waiting=False, admitted=False, position=None)

    async def _consent(self, turn: Turn) -> None:
        await self._keys.revive(turn.person)  # someone who erased everything and comes back gets a fresh key
        await self._waitlist.accept(turn.person, VERSION)
        await self._consents.give(turn.person, turn.language, model=self._model_line(turn.language))

    async def _outside(self, turn: Turn, place: Place) -> Sequence[Effect]:
        await self._people.leave_health(turn.person, ready=False)
        if place.waiting:
            return [self._waiting(turn.language, place)]
        join = Button(label=say(turn.language, "health.join"), data="h:join")
        return [Show(text=Sensitive(say(turn.language, "health.not_open")), buttons=((join,),))]

    async def _refuse(self, turn: Turn, key: str) -> Sequence[Effect]:
        await self._people.leave_health(turn.person, ready=False)
        return [Show(text=Sensitive(say(turn.language, key)), edit=turn.arrival.message_id)]

    def _waiting(self, language: Language, place: Place) -> Show:
        if place.admitted:
            enter = Button(label=say(language, "health.enter"), data="h:enter")
            return Show(text=Sensitive(say(language, "health.admitted")), buttons=((enter,),))
        if place.position is None:
            return Show(text=Sensitive(say(language, "health.waiting_unknown")))
        low, high = place.position
        return Show(text=Sensitive(say(language, "health.waiting", low=low, high=high)))

    def _ask_age(self, turn: Turn) -> Show:
        carried = self.carried(turn)
        yes = Button(label=say(turn.language, "health.adult_yes"), data=f"h:adult:yes:{carried}")
        no = Button(label=say(turn.language, "health.adult_no"), data=f"h:adult:no:{carried}")
        return Show(text=Sensitive(say(turn.language, "health.adult")), buttons=((yes,), (no,)))

    def _ask_consent(self, turn: Turn) -> Show:
        language, carried = turn.language, self.carried(turn)
        text = self._consents.text(language, model=self._model_line(language))
        yes = Button(label=say(language, "health.consent_yes"), data=f"h:consent:yes:{VERSION}:{carried}")
        no = Button(label=say(language, "health.consent_no"), data=f"h:consent:no:{VERSION}:{carried}")
        edit = turn.arrival.message_id if turn.arrival.button.startswith("h:adult:") else None
        return Show(text=Sensitive(text), buttons=((yes, no),), edit=edit)
