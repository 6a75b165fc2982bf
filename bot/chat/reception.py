"""Intake: settle whose message it is and which space it belongs to, judge it, seal it, commit it, then say "accepted".

What cannot wait for an answer being worked out goes out beside the chat's lane, committed with the message itself:
the card of an emergency or a crisis, and the choice of a country, which changes the numbers on a card.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.chat.guarded import carded, fingerprint, judged, words
from bot.chat.model import FAULT, NO_TEXT, Alarm, Arrival, Show, Space
from bot.chat.people import People, Person
from bot.chat.ports import Guardrail, Reader
from bot.chat.recent import Recent
from bot.chat.router import mode_decided, route
from bot.chat.wire import pack_effect, pack_turn
from bot.crypto import seal_to
from bot.i18n import LANGUAGES, spoken
from bot.kernel.logs import get_logger
from bot.kernel.metrics import UNMEASURED, Metrics
from bot.storage.work import Express, Work

log = get_logger()

_ERASED = {"h:erase:yes": Space.HEALTH, "g:erase:yes": Space.GENERAL}


def queue_context(space: Space, key: str) -> bytes:
    """Bind a sealed queue payload to its space and row, so that one moved elsewhere does not open."""
    return f"work:{space}:{key}".encode()


def chat_lane(chat: int) -> str:
    """Name the lane that keeps a chat's turns in order."""
    return f"chat:{chat}"


def express_lane(chat: int) -> str:
    """Name the lane of what a chat is shown at once; the same for a card and a country, so that it tells neither."""
    return f"express:{chat}"


class FrontDesk:
    """Fulfils `Reception`: returning means the message is committed, sealed to the workers of its space."""

    def __init__(
        self,
        *,
        people: People,
        work: Work,
        public_keys: Mapping[Space, bytes],
        guard: Guardrail,
        recent: Recent,
        metrics: Metrics = UNMEASURED,
    ) -> None:
        self._people = people
        self._work = work
        self._public_keys = public_keys
        self._guard = guard
        self._recent = recent
        self._metrics = metrics

    async def receive(self, arrival: Arrival) -> None:
        """Accept *arrival* once; a repeat of the same update changes nothing."""
        person = await self._people.meet(arrival)
        space = route(arrival, person.mode)
        alarm, made_of = self._judge(space, arrival)
        if arrival.kind == "edit":
            await self._edited(person, space, arrival, alarm)
            return
        if not (alarm and alarm.stops) and await self._about_country(person, space, arrival):
            return
        order = person.order
        mode = mode_decided(arrival)
        if mode is not None:
            # Before the message is committed: a crash in between redelivers it, and deciding again agrees.
            order += 1
            await self._people.move(person.id, mode, order=order)
        payload = pack_turn(
            person.id, person.language, space, order, arrival, country=person.country, alarm=alarm, judged=made_of
        )
        express = None
        if alarm is not None and alarm.stops:
            card = carded(self._guard, alarm, _reader(person, space, arrival))
            express = self._express(space, arrival, payload, card)
        fresh = await self._work.put(
            key=arrival.key,
            lane=chat_lane(arrival.chat),
            space=space,
            payload=self._seal(space, arrival.key, payload),
            received_at=arrival.at,
            express=express,
        )
        if fresh:
            self._metrics.accepted(space, arrival.kind)
            self._metrics.judged(alarm.level if alarm is not None else "none")
            log.info("message_accepted", space=space, kind=arrival.kind)

    def _judge(self, space: Space, arrival: Arrival) -> tuple[Alarm | None, str]:
        """Judge the person's own words, with those of their last minutes in this space; give the digest of it as well."""
        erased = _ERASED.get(arrival.button)
        if erased is not None:
            self._recent.forget(arrival.chat, erased)
        if arrival.kind == "button":
            return self._guard.judge_press(arrival.button), ""
        text = words(arrival)
        if not text:
            return None, ""
        asked = self._recent.asked(arrival.chat, space, key=arrival.key, at=arrival.at)
        recent = self._recent.before(arrival.chat, space, key=arrival.key, at=arrival.at)
        if arrival.kind != "edit":  # it may have been said in the other space
            self._recent.add(arrival.chat, space, key=arrival.key, at=arrival.at, text=arrival.text)
        asked = asked and self._guard.may_say_yes(text)
        alarm = judged(self._guard, text, recent=recent, asked=asked)
        if alarm is not None and alarm.rule == FAULT.rule:
            return alarm, ""  # whoever answers may be able to judge it, and find a crisis
        return alarm, fingerprint(text, recent, asked=asked)

    async def _edited(self, person: Person, space: Space, arrival: Arrival, alarm: Alarm | None) -> None:
        """Answer a danger that an edit tells, and keep none of its words: they may belong to the other space."""
        if alarm is None or not alarm.stops:
            return
        card = carded(self._guard, alarm, _reader(person, space, arrival))
        payload = pack_turn(person.id, person.language, space, person.order, replace(arrival, text=NO_TEXT))
        await self._work.put_express(self._express(space, arrival, payload, card), received_at=arrival.at)

    async def _about_country(self, person: Person, space: Space, arrival: Arrival) -> bool:
        """Ask or keep a country, at once: whoever is choosing the number to call cannot wait for their lane."""
        reader = _reader(person, space, arrival)
        if arrival.kind == "button":
            choice = self._guard.pressed(arrival.button, reader, edit=arrival.message_id)
        elif arrival.command == "country":
            choice = self._guard.ask_country(reader, named=words(arrival))
        else:
            return False
        if choice is None:
            return False
        if choice.country is not None:
            await self._people.reside(person.id, choice.country)
        payload = pack_turn(person.id, person.language, space, person.order, arrival)
        await self._work.put_express(self._express(space, arrival, payload, choice.show), received_at=arrival.at)
        return True

    def _express(self, space: Space, arrival: Arrival, payload: bytes, show: Show) -> Express:
        key = f"{arrival.key}:express"
        return Express(
            key=key,
            lane=express_lane(arrival.chat),
            space=space,
            payload=self._seal(space, key, payload),
            body=self._seal(space, key, pack_effect(show)),
        )

    def _seal(self, space: Space, key: str, body: bytes) -> bytes:
        return seal_to(self._public_keys[space], body, queue_context(space, key))


def _reader(person: Person, space: Space, arrival: Arrival) -> Reader:
    """Speak the language the message is written in: who is afraid writes their own, whatever their app is set to."""
    last = arrival.button.rsplit(":", 1)[-1]  # buttons of a card end in the language of the card
    language = next((one for one in LANGUAGES if one == last), None) or spoken(words(arrival), person.language)
    return Reader(language=language, country=person.country, space=space)
