"""No crash shows an answer twice or loses one: real tables, and a process that ends at every step there is."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.chat import door, progress
from bot.chat.model import Arrival, Effect, Erase, Show, Space, Turn
from bot.chat.people import People
from bot.chat.ports import Delivery, DeliveryLaterError, DeliveryRefusedError, Enter, PersonGoneError, Progress
from bot.chat.reception import chat_lane, express_lane, queue_context
from bot.chat.turns import TRIES, Turns
from bot.chat.wire import pack_effect, pack_turn
from bot.crypto import new_pair, seal_to
from bot.i18n import say
from bot.kernel.clock import utc_now
from bot.kernel.sensitive import Sensitive
from bot.storage.engine import Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.schema import outbox as outbox_table
from bot.storage.schema import work as work_table
from bot.storage.work import Express, Work
from tests.chat.chatbook import FITS, ChatBook, Life

LEASE = timedelta(seconds=30)
AT = datetime(2026, 11, 22, tzinfo=UTC)
SCREEN = 50  # a message the bot showed earlier
STEPS = ("claim", "shown", "answer", "placed", "sent", "finish", "postpone", "fail", "count", "release")


def show(text: str, *, edit: int | None = None, urgent: bool = False) -> Show:
    return Show(text=Sensitive(text), edit=edit, urgent=urgent)


@dataclass
class Script:
    """A space that answers with these effects each time, slowly or at once, in a note's place or not."""

    effects: Sequence[Effect]
    slow: bool = False
    noted: bool = False

    async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        if self.noted:
            await show.note(Sensitive("reading"))
        if self.slow:
            await asyncio.sleep(progress.PATIENCE * 3)
        return self.effects


@dataclass
class House:
    """The queue of a bot that lives several lives, and the chat that remembers all of them."""

    db: Database
    book: ChatBook = field(default_factory=ChatBook)
    later: timedelta = timedelta(0)
    chats: Iterator[int] = field(default_factory=lambda: iter(range(1000, 10**9)))

    def __post_init__(self) -> None:
        self.private, self.public = new_pair()
        self.people = People(self.db, self.clock, default_language="en")

    def clock(self) -> datetime:
        return utc_now() + self.later

    def work(self) -> Work:
        return Work(self.db, self.clock, lease=LEASE)

    def arrival(self, chat: int, kind: str) -> Arrival:
        return Arrival(
            key=f"tg:1:{chat}:1", chat=chat, user=chat, language_code="en", kind=kind, at=AT, message_id=1,  # type: ignore[arg-type]
            text=Sensitive("hello"),
        )  # fmt: skip

    async def asks(self, kind: str = "text", *, chat: int | None = None) -> int:
        chat = chat or next(self.chats)
        arrival = self.arrival(chat, kind)
        person = await self.people.meet(arrival)
        await self.work().put(
            key=arrival.key, lane=chat_lane(chat), space=Space.GENERAL, received_at=AT,
            payload=self.seal(arrival.key, pack_turn(person.id, "en", Space.GENERAL, 0, arrival)),
        )  # fmt: skip
        return chat

    async def card(self, text: str) -> int:
        chat = next(self.chats)
        arrival = self.arrival(chat, "text")
        person = await self.people.meet(arrival)
        payload = self.seal(arrival.key, pack_turn(person.id, "en", Space.GENERAL, 0, arrival))
        body = self.seal(arrival.key, pack_effect(show(text, urgent=True)))
        express = Express(
            key=arrival.key, lane=express_lane(chat), space=Space.GENERAL, payload=payload, body=body
        )  # fmt: skip
        await self.work().put_express(express, received_at=AT)
        return chat

    def seal(self, key: str, body: bytes) -> bytes:
        return seal_to(self.public, body, queue_context(Space.GENERAL, key))

    async def live(self, script: Script, life: Life, *, delivery: Delivery | None = None) -> None:
        """Run until nothing is left to do, or until this life ends; its leases are over then."""
        work = life.mortal(self.work(), *STEPS)
        turns = Turns(
            work=work, spaces={Space.GENERAL: script}, private_keys={Space.GENERAL: self.private},
            public_keys={Space.GENERAL: self.public}, delivery=life.mortal(delivery or self.book, "send"),
            people=self.people,
        )  # fmt: skip
        running = asyncio.create_task(turns.run())
        over = asyncio.create_task(life.over.wait())
        done = asyncio.create_task(self._quiet(turns))
        async with asyncio.timeout(30):
            await asyncio.wait([running, over, done], return_when=asyncio.FIRST_COMPLETED)
        for task in (running, over, done):
            task.cancel()
        await asyncio.gather(running, over, done, return_exceptions=True)
        await self.db.run(lambda connection: connection.execute(select(1)))  # what was on its way is committed before
        self.later += LEASE * 2

    async def _quiet(self, turns: Turns) -> None:
        while not turns.idle or await self.work().pending():  # noqa: ASYNC110  (rows of a database have no event)
            await asyncio.sleep(0.002)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.01)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'main'}.db")
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    yield House(db)
    await db.close()


LONG = "a long answer " * 8
ANSWERS: dict[str, tuple[Script, list[str]]] = {
    "one": (Script([show("yes")]), ["screen", "yes"]),
    "slow": (Script([show("yes")], slow=True), ["screen", "yes"]),
    "noted": (Script([show("yes")], noted=True), ["screen", "yes"]),
    "several": (Script([show("one"), show("two"), show("three")]), ["screen", "one", "two", "three"]),
    "long": (Script([show(LONG)]), ["screen", LONG[:FITS], LONG[FITS : FITS * 2], LONG[FITS * 2 :]]),
    "screen": (Script([show("changed", edit=SCREEN)]), ["changed"]),
    "screen and more": (Script([show("changed", edit=SCREEN), show("more")], slow=True), ["changed", "more"]),
    "screen is gone": (Script([show("anew", edit=51)]), ["screen", "anew"]),
    "erases": (Script([Erase(message_id=SCREEN)]), []),
    "slow for nothing": (Script([], slow=True), ["screen"]),
    "noted for nothing": (Script([show("changed", edit=SCREEN)], noted=True), ["changed"]),
}


async def one_answer(house: House, name: str, lives: Sequence[int], kind: str = "text") -> tuple[int, int]:
    """Have one answer given over *lives*, each ending at its step, and a last one; give its steps and what still waits."""
    script, expected = ANSWERS[name]
    chat = await house.asks(kind)
    house.book.messages[chat, SCREEN] = "screen"
    for ends_at in lives:
        await house.live(script, Life(ends_at))
    last = Life()
    await house.live(script, last)

    assert house.book.shown(chat) == expected, (name, lives)
    assert house.book.waiting(chat) <= len(lives), (name, lives)
    return last.steps, house.book.waiting(chat)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("name", ANSWERS)
async def test_given_a_crash_at_any_step_when_carnet_comes_back_then_the_answer_stands_there_once(
    house: House, name: str
) -> None:
    steps, nothing = await one_answer(house, name, [])
    left = [(await one_answer(house, name, [ends_at]))[1] for ends_at in range(1, steps + 1)]

    assert steps > 4
    assert nothing == 0
    assert sum(left) <= 2 * len(ANSWERS[name][1])  # only what was accepted and not committed yet: two steps a message


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", ["text", "button"])
def test_given_any_crashes_when_carnet_comes_back_each_time_then_the_answer_stands_there_once(
    tmp_path: Path, kind: str
) -> None:
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'main'}.db")
    house = House(db)
    with asyncio.Runner() as runner:  # one loop for all examples: each starts with an empty queue

        @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
        @given(st.sampled_from(sorted(ANSWERS)), st.lists(st.integers(1, 30), min_size=1, max_size=3))
        def any_crashes(name: str, lives: list[int]) -> None:
            runner.run(one_answer(house, name, lives, kind))

        runner.run(upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE))
        any_crashes()
        runner.run(db.close())


async def test_given_a_person_who_deletes_what_waits_when_the_answer_comes_then_it_is_shown_anew(house: House) -> None:
    class Deleting(ChatBook):
        async def send(self, chat: int, effect: Effect, *, into: int | None = None, **how: Any) -> int | None:
            if into is not None and not deleted:
                deleted.append(self.messages.pop((chat, into)))
            return await super().send(chat, effect, into=into, **how)

    deleted: list[str] = []
    house.book = Deleting()
    chat = await house.asks()
    await house.live(Script([show("yes")]), Life())

    assert deleted == ["…"]
    assert (house.book.shown(chat), house.book.waiting(chat)) == (["yes"], 0)


async def test_given_a_person_who_deletes_whatever_comes_when_answered_then_it_ends(house: House) -> None:
    class Deleting(ChatBook):
        async def send(self, chat: int, effect: Effect, *, into: int | None = None, **how: Any) -> int | None:
            self.messages.pop((chat, into or 0), None)
            return await super().send(chat, effect, into=into, **how)

    house.book = Deleting()
    chat = await house.asks()
    await house.live(Script([show("yes")]), Life())

    assert house.book.shown(chat) == []
    assert len(house.book.calls) < 10


async def test_given_a_card_when_sent_then_it_goes_at_once_in_one_step_and_rings(house: House) -> None:
    chat = await house.card("call now")
    await house.live(Script([]), Life())

    assert [(effect, into, urgent) for _, effect, into, urgent in house.book.calls] == [
        (show("call now", urgent=True), None, True)
    ]
    assert house.book.shown(chat) == ["call now"]


async def test_given_a_crash_at_any_step_of_a_card_when_carnet_comes_back_then_it_stands_there_at_least_once(
    house: House,
) -> None:
    last = Life()
    await house.card("call now")
    await house.live(Script([]), last)
    times = []
    for ends_at in range(1, last.steps + 1):
        chat = await house.card("call now")
        await house.live(Script([]), Life(ends_at))
        await house.live(Script([]), Life())
        times.append(house.book.shown(chat).count("call now"))

    assert set(times) == {1, 2}


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("slow", [False, True])
async def test_given_a_card_that_the_lane_finds_when_it_answers_then_it_does_not_hide_in_what_waits(
    house: House, slow: bool
) -> None:
    chat = await house.asks()
    await house.live(Script([show("call now", urgent=True), show("yes")], slow=slow), Life())
    only = await house.asks()
    await house.live(Script([show("call now", urgent=True)], slow=slow), Life())

    assert sorted(house.book.shown(chat)) == ["call now", "yes"]
    assert house.book.shown(only) == ["call now"]
    assert all(into is None for _, effect, into, _ in house.book.calls if effect == show("call now", urgent=True))
    assert (house.book.waiting(chat), house.book.waiting(only)) == (0, 0)


async def test_given_a_message_telegram_will_not_show_when_sent_then_what_waited_is_taken_back_and_the_rest_comes(
    house: House,
) -> None:
    chat = await house.asks()
    await house.live(Script([show(" "), show("the rest")]), Life())

    assert (house.book.shown(chat), house.book.waiting(chat)) == (["the rest"], 0)


async def test_given_somebody_who_blocked_us_when_answered_then_it_is_known_until_they_write_again(
    house: House,
) -> None:
    house.book.trouble = [PersonGoneError("blocked")] * 2
    chat = await house.asks()
    await house.live(Script([show("one"), show("two")]), Life())
    lost = await house.people.by_telegram(chat)
    calls = len(house.book.calls)
    back = await house.people.meet(house.arrival(chat, "text"))
    known = await house.people.by_telegram(chat)

    assert lost is not None
    assert known is not None
    assert (lost.reachable, back.reachable, known.reachable) == (False, True, True)
    assert calls == 2  # what waits, and the first part: the second is not tried


async def test_given_a_refusal_of_one_message_when_answered_then_the_person_is_not_taken_for_gone(
    house: House,
) -> None:
    house.book.trouble = [DeliveryRefusedError("too odd")] * 2
    chat = await house.asks()
    await house.live(Script([show("yes")]), Life())
    person = await house.people.by_telegram(chat)

    assert person is not None
    assert person.reachable


async def test_given_telegram_wants_a_long_rest_when_answered_then_the_row_waits_in_the_queue_and_holds_no_slot(
    house: House,
) -> None:
    chat = await house.asks()
    house.book.trouble = [DeliveryLaterError(0), DeliveryLaterError(600)]
    first = asyncio.create_task(house.live(Script([show("yes")]), Life()))
    async with asyncio.timeout(10):
        while house.book.trouble:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    other = await house.asks()
    async with asyncio.timeout(10):
        while house.book.shown(other) != ["yes"]:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert house.book.shown(chat) == []
    house.later += timedelta(seconds=601)
    await first
    async with house.db.read() as connection:
        crashes = set(await connection.scalars(select(work_table.c.crashes)))

    assert house.book.shown(chat) == ["yes"]
    assert crashes == {0}  # it was given back, not left until its lease ran out


class Poison(Script):
    """A row that ends whatever process works on it."""

    def __init__(self, life: Life, chats: Sequence[int]) -> None:
        super().__init__([show("yes")], slow=True)
        self.life = life
        self.chats = chats

    async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        if turn.arrival.chat in self.chats:
            await asyncio.sleep(progress.PATIENCE)  # others are at work beside it by now
            self.life.over.set()
            raise asyncio.CancelledError
        return await super().handle(turn, show)


@pytest.mark.usefixtures("impatient")
async def test_given_a_row_that_ends_its_process_when_it_did_so_often_then_it_is_given_up_and_nobody_else_is(
    house: House,
) -> None:
    poisoned, bystander = await house.asks(), await house.asks()
    deaths = 0
    while await house.work().pending():
        life = Life()
        await house.live(Poison(life, [poisoned]), life)
        deaths += life.over.is_set()

    assert deaths == TRIES
    (apology,) = house.book.shown(poisoned)
    assert say("en", "errors.given_up") in apology
    assert house.book.shown(bystander) == ["yes"]
    assert max(house.book.waiting(bystander), house.book.waiting(poisoned)) <= deaths


@pytest.mark.usefixtures("impatient")
async def test_given_a_row_that_always_fails_when_given_up_then_the_apology_takes_the_place_of_what_waited(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(Script):
        async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
            await super().handle(turn, show)
            raise ValueError

    monkeypatch.setattr(Turns, "_pause", staticmethod(lambda _: 0.01))
    chat = await house.asks()
    await house.live(Failing([], slow=True), Life())

    (apology,) = house.book.shown(chat)
    assert say("en", "errors.given_up") in apology
    assert house.book.waiting(chat) == 0
    assert sum(into is None for _, _, into, _ in house.book.calls) == 1  # one message for five tries and the apology


async def test_given_an_answer_half_shown_when_the_rest_is_given_up_then_the_apology_leaves_what_is_shown_alone(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Defective(ChatBook):
        async def send(self, chat: int, effect: Effect, **how: Any) -> int | None:
            if effect == show("two"):
                raise ZeroDivisionError
            return await super().send(chat, effect, **how)

    monkeypatch.setattr(Turns, "_pause", staticmethod(lambda _: 0.01))
    house.book = Defective()
    chat = await house.asks()
    await house.live(Script([show("one"), show("two")]), Life())

    one, apology = house.book.shown(chat)
    assert one == "one"
    assert say("en", "errors.given_up") in apology
    assert house.book.waiting(chat) == 0


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("slow", [False, True])
async def test_given_many_chats_answered_at_once_when_a_message_waits_then_the_one_before_is_committed(
    house: House, monkeypatch: pytest.MonkeyPatch, *, slow: bool
) -> None:
    monkeypatch.setattr(door, "PATIENCE", 60)  # a slow machine is not a failing test
    placed: set[int | None] = set()
    left_by_a_crash: list[int] = []  # at the moment each message that waits goes out

    class Watched(ChatBook):
        async def send(self, chat: int, effect: Effect, *, enter: Enter | None = None, **how: Any) -> int | None:
            if enter is not None:
                await enter()
                async with house.db.read() as connection:
                    kept = {*await connection.scalars(select(outbox_table.c.message_id))}
                    kept |= {*await connection.scalars(select(work_table.c.placeholder))}
                left_by_a_crash.append(len(placed - kept))
            message = await super().send(chat, effect, **how)
            if enter is not None:
                placed.add(message)
            return message

    house.book = Watched()
    chats = [await house.asks() for _ in range(8)]
    await house.live(Script([show("yes")], slow=slow), Life())

    assert [house.book.shown(chat) for chat in chats] == [["yes"]] * 8
    assert left_by_a_crash == [0] * 8
