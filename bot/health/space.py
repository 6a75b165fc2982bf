"""One Health turn: the door first, every time; then documents, questions and notes; the mark on every message."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, Protocol

from bot.chat.checks import calling
from bot.chat.commands import common_answer
from bot.chat.memory import Memory, Said
from bot.chat.model import NO_TEXT, Alarm, Button, Effect, Show, Space, Turn
from bot.chat.notes import about_notes
from bot.chat.people import People
from bot.chat.ports import Progress
from bot.health.answers.answering import Answering
from bot.health.answers.comfort import PAUSE, SUMMARY, Comfort, buttons
from bot.health.answers.dial import Dials
from bot.health.answers.model import Answer, Detail
from bot.health.answers.narrate import without_figures
from bot.health.connections.desk import NIGHT, ConnectionDesk
from bot.health.entrance import Entrance
from bot.health.entries import Entries
from bot.health.holder import HealthHolder
from bot.health.marks import Outdoors, marked
from bot.health.reports import Reports
from bot.health.risk import RiskState
from bot.health.sent import SentFiles
from bot.health.sources import Sources
from bot.i18n import say
from bot.kernel.ids import PersonId, TurnId
from bot.kernel.sensitive import Sensitive

_DIAL: Final = "h:dial"
CONVERSATION: Final = timedelta(hours=6)  # after a silence this long, an answer says again that this is no doctor


class Handover(Protocol):
    """Gives what a person said in general and now asks to be answered here; forgets it there once that is done."""

    async def asked(self, person: PersonId, turn: TurnId) -> Sensitive[str] | None: ...

    async def forget(self, person: PersonId, turn: TurnId) -> None: ...


class SecondOpinion(Protocol):
    """A model's own view of how urgent a message is: it may raise, never lower, and its silence changes nothing."""

    async def raised(self, turn: Turn, seen: Sensitive[str], *, user: str) -> Alarm | None:
        """Give the alarm of a question that is graver than the rules found, when a card must answer it."""
        ...

    async def card(self, turn: Turn, alarm: Alarm) -> Show:
        """Give the card that answers *alarm*."""
        ...


class HealthSpace:
    """Fulfils `SpaceHandler` for the Health space."""

    def __init__(
        self,
        *,
        entrance: Entrance,
        people: People,
        memory: Memory,
        reports: Reports,
        sources: Sources,
        connections: ConnectionDesk,
        entries: Entries,
        sent: SentFiles,
        answering: Answering,
        holder: HealthHolder,
        handover: Handover,
        dials: Dials,
        comfort: Comfort,
        opinion: SecondOpinion | None,
        risk: RiskState,
    ) -> None:
        self._entrance = entrance
        self._people = people
        self._memory = memory
        self._reports = reports
        self._sources = sources
        self._connections = connections
        self._entries = entries
        self._sent = sent
        self._answering = answering
        self._holder = holder
        self._handover = handover
        self._dials = dials
        self._comfort = comfort
        self._opinion = opinion
        self._risk = risk

    async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        """Answer *turn*; nothing is read, kept or answered for someone who is not in."""
        arrival = turn.arrival
        if arrival.command == "exit":
            await self._people.move(turn.person, Space.GENERAL, order=turn.order)
            return [Outdoors(text=Sensitive(say(turn.language, "health.left")))]
        if arrival.button.startswith(NIGHT) and not await self._entrance.inside(turn.person):
            return []  # nobody asked: nothing is read for them, and nothing said
        # What is held of a person is theirs to see and erase, in or out.
        own = arrival.command == "data" or arrival.button.startswith(("h:data", "h:erase"))
        effects = await self._own_data(turn) if own else await self._entrance.step(turn)
        if effects is None:
            effects = await self._inside(turn, show)
        elif arrival.kind == "upload":
            await self._reports.turn_away(turn)
        return [marked(effect) for effect in effects]

    async def _inside(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        arrival = turn.arrival
        if self._entrance.opens(turn):
            return await self._enter(turn)
        if arrival.button.startswith("h:mv:"):
            if turn.alarm is not None and turn.alarm.stops:
                return []
            return await self._answer_moved(turn) or [await self._moved_already(turn)]
        if arrival.button.startswith(("doc:", "con:", "src:")):
            return await self._on_screen(turn, show)
        if arrival.kind == "button":
            return await self._press(turn)
        if arrival.kind == "upload":
            return await self._reports.receive(turn, show)
        if arrival.kind == "unsupported":
            return [_plain(turn, "health.unsupported")]
        if arrival.kind == "command" and arrival.command != "health":
            return await self._command(turn)
        return await self._text(turn, once=arrival.command == "health")

    async def _on_screen(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        """Carry out a button of a screen; the explanation that confirming gives is kept like any other answer."""
        button = turn.arrival.button
        if button.startswith("src:"):
            return await self._sources.press(turn)
        press = self._connections.press(turn, show) if button.startswith("con:") else self._reports.press(turn)
        effects = await press
        match effects:
            case [Show(edit=int()), Show() as explained]:
                await self._memory.remember(turn.person, turn.id, [Said(role="assistant", text=explained.text)])
        return effects

    async def _enter(self, turn: Turn) -> Sequence[Effect]:
        """Open the space; a question carried through the door is answered at once."""
        await self._people.move(turn.person, Space.HEALTH, order=turn.order)
        edit = turn.arrival.message_id if turn.arrival.button.startswith("h:consent:") else None
        welcome = Show(text=Sensitive(say(turn.language, "health.welcome")), edit=edit)
        return [welcome, *await self._answer_moved(turn)]

    async def _answer_moved(self, turn: Turn) -> Sequence[Effect]:
        """Answer a question moved in from general, and forget it there; nothing when there is none any more."""
        moving = TurnId(self._entrance.carried(turn))
        question = await self.carried(turn)
        if turn.alarm is not None and turn.alarm.stops:  # a card has answered it
            return []
        if question is None:
            return await self._reports.proposed_in(turn)
        moved = replace(turn, arrival=replace(turn.arrival, kind="text", text=question))
        effects = await self._text(moved, once=turn.arrival.button.startswith("h:mv:"))
        await self._handover.forget(turn.person, moving)
        return effects

    async def carried(self, turn: Turn) -> Sensitive[str] | None:
        """Find the question *turn* brings: still in general, or already here when this turn is replayed after a crash."""
        moving = TurnId(self._entrance.carried(turn))
        if not moving:
            return None
        return await self._handover.asked(turn.person, moving) or await self._memory.asked(turn.person, turn.id)

    async def _text(self, turn: Turn, *, once: bool) -> Sequence[Effect]:
        """Answer what was typed; after a question asked *once* from general, say that they are still there."""
        question = turn.arrival.text
        proposed = await self._reports.correct(turn) or await self._entered(turn)
        if proposed:
            return [
                *proposed,
                *([_outdoors(turn, "health.outdoors")] if once and await self._is_outdoors(turn) else []),
            ]
        noted = await about_notes(self._memory, turn)
        shown = Show(text=noted) if noted is not None else await self._reply(turn, question)
        await self._memory.remember(
            turn.person, turn.id, [Said(role="user", text=question), Said(role="assistant", text=shown.text)]
        )
        if once and await self._is_outdoors(turn):
            return [shown, _outdoors(turn, "health.outdoors")]
        return [shown]

    async def _entered(self, turn: Turn) -> Sequence[Effect] | None:
        """Propose what was typed to be kept; None when it is a question, a note or talk."""
        text = turn.arrival.text.reveal()
        held = await self._reports.facts(turn) if self._entries.ends(text) else []
        report = self._entries.read(text, turn.language, turn.arrival.at.date(), held)
        return None if report is None else await self._reports.enter(turn, report)

    async def _reply(self, turn: Turn, question: Sensitive[str]) -> Show:
        """Answer a question; when a model finds it graver than the rules did, the card stands instead."""
        if self._opinion is None:
            return await self._shown(turn, question)
        user = await self._memory.pseudonym(turn.person)
        seen = Sensitive(without_figures(question.reveal()))
        asked = asyncio.create_task(self._opinion.raised(turn, seen, user=user))
        try:
            shown = await self._shown(turn, question)
            alarm = await asked
        finally:
            asked.cancel()
        if alarm is None:
            return shown
        if alarm.crisis:
            await self._risk.note(turn, alarm)
        return await self._opinion.card(replace(turn, arrival=replace(turn.arrival, text=question)), alarm)

    async def _shown(self, turn: Turn, question: Sensitive[str]) -> Show:
        lines = self._answering.lines(turn)
        calm = await self._comfort.answer(turn, question, lines, country=turn.country)
        if calm is None:
            return Show(text=(await self._answer(turn, question)).text)
        return Show(text=(await self._answering.give(turn, question, calm)).text, buttons=buttons(turn.language))

    async def _press(self, turn: Turn) -> Sequence[Effect]:
        """Carry out a button that needs the person to be in."""
        data = turn.arrival.button
        if data == SUMMARY:
            summary = await self._answering.give(turn, NO_TEXT, await self._comfort.summary(turn))
            return [Show(text=summary.text)]
        if data == PAUSE:
            return [Show(text=Sensitive(calling(turn.language, "comfort.paused", self._answering.lines(turn))))]
        if data.startswith(f"{_DIAL}:"):
            chosen = next((detail for detail in Detail if data == f"{_DIAL}:{detail}"), None)
            if chosen is not None:
                await self._dials.set(turn.person, chosen)
                now = say(turn.language, f"comfort.{chosen}")
                text = Sensitive(say(turn.language, "comfort.dial_set", now=now))
                return [Show(text=text, edit=turn.arrival.message_id)]
        if data == _DIAL:
            return [await self._dial(turn)]
        return [_plain(turn, "health.no_longer")]

    async def _dial(self, turn: Turn) -> Show:
        """Show how much detail is told, and what may be chosen."""
        now = say(turn.language, f"comfort.{await self._dials.get(turn.person)}")
        choices = tuple((Button(label=say(turn.language, f"comfort.{one}"), data=f"{_DIAL}:{one}"),) for one in Detail)
        return Show(text=Sensitive(say(turn.language, "comfort.dial", now=now)), buttons=choices)

    async def _moved_already(self, turn: Turn) -> Show:
        """Say that an old button has nothing left to move, and where the person is if that is outside."""
        if await self._is_outdoors(turn):
            return _outdoors(turn, "health.moved_already")
        return _plain(turn, "health.moved_before")

    async def _is_outdoors(self, turn: Turn) -> bool:
        """Say whether the person's next words belong to the general space."""
        person = await self._people.get(turn.person)
        return person is not None and person.mode is Space.GENERAL

    async def _answer(self, turn: Turn, question: Sensitive[str]) -> Answer:
        pseudonym = await self._memory.pseudonym(turn.person)
        last = await self._memory.last_at(turn.person)
        opening = last is None or turn.arrival.at - last > CONVERSATION
        return await self._answering.answer(turn, question, pseudonym=pseudonym, disclose=opening)

    async def _command(self, turn: Turn) -> Sequence[Effect]:
        command = turn.arrival.command
        if command == "why":
            return [Show(text=await self._answering.why(turn.person, turn.language))]
        if command == "sources":
            return [await self._sources.show(turn), *await self._connections.standing(turn)]
        if command == "upload":
            return [Show(text=await self._sent.link(turn))]
        if command == "connect":
            return await self._connections.offer(turn)
        if command == "cancel":
            return await self._reports.cancel(turn)
        return common_answer(turn) or [_plain(turn, "health.unknown_command")]

    async def _own_data(self, turn: Turn) -> Sequence[Effect]:
        """Show what is held, and erase it; each step says what it did, also when it is repeated."""
        data, here = turn.arrival.button, turn.arrival.message_id
        if data == "h:erase":
            yes = Button(label=say(turn.language, "health.erase_yes"), data="h:erase:yes")
            no = Button(label=say(turn.language, "health.erase_no"), data="h:erase:no")
            return [Show(text=Sensitive(say(turn.language, "health.erase_sure")), buttons=((no,), (yes,)), edit=here)]
        if data == "h:erase:no":
            return [Show(text=Sensitive(say(turn.language, "health.kept")), edit=here)]
        if data == "h:erase:yes":
            await self._connections.end_all(turn.person)
            await self._holder.erase(turn.person)
            await self._entrance.leave(turn)
            return [Outdoors(text=Sensitive(say(turn.language, "health.erased")), edit=here)]
        held = await self._holder.held(turn.person)
        counts = {
            "documents": held.documents,
            "facts": held.facts,
            "messages": held.messages,
            "notes": held.notes,
            "months": held.months,
            "connections": held.connections,
        }
        erase = Button(label=say(turn.language, "health.erase"), data="h:erase")
        dial = Button(label=say(turn.language, "comfort.dial_open"), data=_DIAL)
        return [Show(text=Sensitive(say(turn.language, "health.data", **counts)), buttons=((dial,), (erase,)))]


def _plain(turn: Turn, key: str) -> Show:
    return Show(text=Sensitive(say(turn.language, key)))


def _outdoors(turn: Turn, key: str) -> Outdoors:
    """Remind someone answered from outside where their next message would go."""
    enter = Button(label=say(turn.language, "health.enter"), data="h:enter:")
    return Outdoors(text=Sensitive(say(turn.language, key)), buttons=((enter,),))
