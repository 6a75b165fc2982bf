"""The worker against real tables: order, retries, refusals, crashes; with a chat and a space of our own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.chat import turns as turns_module
from bot.chat.model import Alarm, Arrival, Effect, Erase, Show, Space, Turn
from bot.chat.people import People
from bot.chat.ports import Choice, DeliveryLaterError, Enter, PersonGoneError, Progress, Reader, UploadError
from bot.chat.progress import PLACEHOLDERS
from bot.chat.recent import Recent
from bot.chat.reception import FrontDesk
from bot.chat.turns import POLL, Turns
from bot.crypto import new_pair
from bot.i18n import Language, say
from bot.kernel.clock import utc_now
from bot.kernel.errors import BotError, StoreError
from bot.kernel.sensitive import Sensitive
from bot.storage.engine import Database
from bot.storage.work import Work

Answer = Callable[[Turn, Progress], Sequence[Effect]]


@dataclass
class Chat:
    """A delivery that remembers."""

    shown: list[tuple[int, str]] = field(default_factory=list)
    erased: list[int] = field(default_factory=list)
    trouble: list[BotError] = field(default_factory=list)
    ids: int = 100

    def parts(self, effect: Effect) -> Sequence[Effect]:
        return [effect]

    async def send(
        self, chat: int, effect: Effect, *, into: int | None = None, urgent: bool = False, enter: Enter | None = None
    ) -> int | None:
        if self.trouble:
            raise self.trouble.pop(0)
        if isinstance(effect, Erase):
            self.erased.append(effect.message_id)
            return None
        if effect.text.reveal() not in PLACEHOLDERS:
            self.shown.append((chat, effect.text.reveal()))
        self.ids += 1
        return into or effect.edit or self.ids

    async def busy(self, chat: int, *, document: bool = False) -> None: ...

    async def draft(self, chat: int, draft_id: int, text: Sensitive[str]) -> None: ...


class Mute:
    """A guard-rail that finds nothing."""

    def judge(self, text: str, *, recent: Sequence[str] = (), risk: bool = False, asked: bool = False) -> Alarm | None:
        return None

    def may_say_yes(self, text: str) -> bool:
        return False

    def judge_press(self, button: str) -> Alarm | None:
        return None

    def card(self, alarm: Alarm, reader: Reader) -> Show:
        raise AssertionError

    def ask_country(self, reader: Reader, *, named: str = "") -> Choice:
        raise AssertionError

    def pressed(self, button: str, reader: Reader, *, edit: int) -> Choice | None:
        return None

    def lines(self, language: Language, country: str | None) -> Mapping[str, str]:
        return {}


class Space1:
    """A space that does as told."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.handled: list[str] = []

    async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        self.handled.append(turn.arrival.text.reveal())
        await asyncio.sleep(0)
        return self.answer(turn, show)


def echo(turn: Turn, _: Progress) -> Sequence[Effect]:
    return [Show(text=turn.arrival.text)]


@dataclass
class Desk:
    """Everything a turn passes through."""

    front: FrontDesk
    work: Work
    turns: Turns
    numbers: int = 0

    async def receive(self, text: str, chat: int = 5, key: str | None = None) -> None:
        self.numbers += 1
        await self.front.receive(
            Arrival(
                key=key or f"tg:1:{chat}:{self.numbers}", chat=chat, user=chat, language_code="en", kind="text",
                at=datetime(2026, 11, 22, tzinfo=UTC), message_id=self.numbers, text=Sensitive(text),
            )
        )  # fmt: skip

    async def quiet(self) -> None:
        async with asyncio.timeout(20):
            while await self.work.pending() or not self.turns.idle:  # noqa: ASYNC110  (rows of a database have no event)
                await asyncio.sleep(0.01)


@asynccontextmanager
async def desk(
    db: Database, chat: Chat, space: Space1, *, poll: float = POLL, lively: float | None = None
) -> AsyncIterator[Desk]:
    private, public = {}, {}
    for name in Space:
        private[name], public[name] = new_pair()
    work = Work(db, utc_now, lease=timedelta(seconds=30))
    people = People(db, utc_now, default_language="en")
    turns = Turns(
        work=work, spaces={Space.GENERAL: space, Space.HEALTH: space}, private_keys=private, public_keys=public,
        delivery=chat, people=people, poll=poll, lively=lively,
    )  # fmt: skip
    task = asyncio.create_task(turns.run())
    try:
        yield Desk(
            front=FrontDesk(people=people, work=work, public_keys=public, guard=Mute(), recent=Recent()),
            work=work,
            turns=turns,
        )
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_given_many_chats_when_worked_then_each_is_answered_once_and_in_order(main_db: Database) -> None:
    chat = Chat()
    async with desk(main_db, chat, Space1(echo)) as carnet:
        for n in range(8):
            for who in (5, 6, 7):
                await carnet.receive(f"{n}", chat=who)
        await carnet.quiet()

    for who in (5, 6, 7):
        assert [text for to, text in chat.shown if to == who] == [str(n) for n in range(8)]


async def test_given_something_found_when_another_process_takes_in_more_then_it_is_looked_for_soon(
    main_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns_module, "LIVELY_FOR", 60)  # a slow machine is not a failing test
    chat = Chat()
    async with desk(main_db, chat, Space1(echo), poll=60, lively=0.01) as carnet:
        await carnet.receive("one")
        await carnet.quiet()
        carnet.front._work = Work(main_db, utc_now, lease=timedelta(seconds=30))
        async with asyncio.timeout(10):
            await carnet.receive("two")
            while len(chat.shown) < 2:  # noqa: ASYNC110  (another process has no event)
                await asyncio.sleep(0.01)

    assert chat.shown == [(5, "one"), (5, "two")]


async def test_given_the_same_update_twice_when_received_then_it_is_answered_once(main_db: Database) -> None:
    chat = Chat()
    async with desk(main_db, chat, Space1(echo)) as carnet:
        await carnet.receive("hello", key="tg:1:5:77")
        await carnet.receive("hello", key="tg:1:5:77")
        await carnet.quiet()

    assert chat.shown == [(5, "hello")]


async def test_given_a_handler_that_fails_then_recovers_when_retried_then_the_answer_comes_and_order_holds(
    main_db: Database,
) -> None:
    failures = [ValueError("CANARY"), ValueError("CANARY")]

    def flaky(turn: Turn, show: Progress) -> Sequence[Effect]:
        if turn.arrival.text.reveal() == "first" and failures:
            raise failures.pop()
        return echo(turn, show)

    chat = Chat()
    async with desk(main_db, chat, Space1(flaky)) as carnet:
        await carnet.receive("first")
        await carnet.receive("second")
        await carnet.quiet()

    assert chat.shown == [(5, "first"), (5, "second")]


async def test_given_a_handler_that_always_fails_when_given_up_then_the_person_is_told_and_the_lane_moves_on(
    main_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns_module, "TRIES", 2)

    def broken(turn: Turn, show: Progress) -> Sequence[Effect]:
        if turn.arrival.text.reveal() == "poison":
            raise ValueError("CANARY")
        return echo(turn, show)

    chat = Chat()
    async with desk(main_db, chat, Space1(broken)) as carnet:
        await carnet.receive("poison")
        await carnet.receive("after")
        await carnet.quiet()

    apology, answer = [text for _, text in chat.shown]
    assert say("fr", "errors.given_up") in apology
    assert say("en", "errors.given_up") in apology
    assert answer == "after"


async def test_given_a_refusal_of_ours_when_handled_then_its_sentence_is_the_answer(main_db: Database) -> None:
    def refuses(turn: Turn, show: Progress) -> Sequence[Effect]:
        raise UploadError("ids only")

    chat, space = Chat(), Space1(refuses)
    async with desk(main_db, chat, space) as carnet:
        await carnet.receive("hello")
        await carnet.quiet()

    assert chat.shown == [(5, say("en", "errors.upload"))]
    assert len(space.handled) == 1


async def test_given_a_database_that_was_away_when_it_is_back_then_what_was_asked_is_answered_and_nobody_was_told(
    main_db: Database,
) -> None:
    away = [StoreError("ids only")]

    def flaky(turn: Turn, show: Progress) -> Sequence[Effect]:
        if away:
            raise away.pop()
        return echo(turn, show)

    chat = Chat()
    async with desk(main_db, chat, Space1(flaky)) as carnet:
        await carnet.receive("hello")
        await carnet.quiet()

    assert chat.shown == [(5, "hello")]


async def test_given_telegram_asks_to_wait_when_sent_then_the_answer_waits_and_is_not_computed_again(
    main_db: Database,
) -> None:
    chat, space = Chat(trouble=[DeliveryLaterError(0.05), DeliveryLaterError(0.05)]), Space1(echo)
    async with desk(main_db, chat, space) as carnet:
        await carnet.receive("hello")
        await carnet.quiet()

    assert chat.shown == [(5, "hello")]
    assert space.handled == ["hello"]


async def test_given_a_person_who_blocked_the_bot_when_sent_then_it_is_not_retried(main_db: Database) -> None:
    chat, space = Chat(trouble=[PersonGoneError("blocked")] * 2), Space1(echo)
    async with desk(main_db, chat, space) as carnet:
        await carnet.receive("hello")
        await carnet.receive("again")
        await carnet.quiet()

    assert chat.shown == [(5, "again")]
    assert space.handled == ["hello", "again"]


async def test_given_a_passing_note_when_the_answer_comes_then_it_takes_the_notes_place(main_db: Database) -> None:
    class Noted(Space1):
        async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
            await show.note(Sensitive("reading"))
            await show.note(Sensitive("still reading"))
            return echo(turn, show)

    class Recording(Chat):
        async def send(self, chat: int, effect: Effect, *, into: int | None = None, **how: Any) -> int | None:
            edits.append(into)
            return await super().send(chat, effect, into=into, **how)

    edits: list[int | None] = []
    chat = Recording()
    async with desk(main_db, chat, Noted(echo)) as carnet:
        await carnet.receive("hello")
        await carnet.quiet()

    assert edits == [None, 101, 101, 101]
    assert chat.shown[-1] == (5, "hello")


async def test_given_a_worker_that_died_after_committing_the_answer_when_another_comes_then_it_only_sends(
    main_db: Database,
) -> None:
    """The lane of a dead worker is claimed again once its lease is over; the answer is not computed twice."""
    stuck, space = asyncio.Event(), Space1(echo)

    class Dying(Chat):
        async def send(self, chat: int, effect: Effect, *, into: int | None = None, **how: Any) -> int | None:
            if into is None:
                return await super().send(chat, effect, **how)
            stuck.set()
            await asyncio.sleep(60)
            raise AssertionError

    private, public = {}, {}
    for name in Space:
        private[name], public[name] = new_pair()
    people = People(main_db, utc_now, default_language="en")

    def worker(delivery: Chat, lease: float) -> tuple[Work, Turns]:
        work = Work(main_db, utc_now, lease=timedelta(seconds=lease))
        return work, Turns(
            work=work, spaces={Space.GENERAL: space}, private_keys=private, public_keys=public, delivery=delivery,
            people=people,
        )  # fmt: skip

    work, first = worker(Dying(), 1)
    front = FrontDesk(people=people, work=work, public_keys=public, guard=Mute(), recent=Recent())
    dying = asyncio.create_task(first.run())
    await Desk(front=front, work=work, turns=first).receive("hello")
    await asyncio.wait_for(stuck.wait(), 10)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)

    chat = Chat()
    work, second = worker(chat, 5)
    living = asyncio.create_task(second.run())
    await Desk(front=front, work=work, turns=second).quiet()
    living.cancel()
    await asyncio.gather(living, return_exceptions=True)

    assert chat.shown == [(5, "hello")]
    assert space.handled == ["hello"]


async def test_given_more_chats_than_slots_when_worked_then_all_are_answered_without_spinning(
    main_db: Database,
) -> None:
    gate = asyncio.Event()

    class Slow(Space1):
        async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
            await gate.wait()
            return await super().handle(turn, show)

    chat, space = Chat(), Slow(echo)
    async with desk(main_db, chat, space) as carnet:
        carnet.turns._parallel = 2
        claims = 0
        real = carnet.work.claim

        async def counting(limit: int, *, spaces: object, express: int, sure: bool) -> object:
            nonlocal claims
            claims += 1
            return await real(limit, spaces=spaces, express=express, sure=sure)  # type: ignore[arg-type]

        carnet.work.claim = counting  # type: ignore[method-assign, assignment]
        for who in range(5, 11):
            await carnet.receive("hello", chat=who)
        await asyncio.sleep(0.5)
        assert claims < 20
        gate.set()
        await carnet.quiet()

    assert sorted(to for to, _ in chat.shown) == list(range(5, 11))
