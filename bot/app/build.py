"""Connects what one process needs for its part, and runs it for as long as a block lasts.

When the block ends well, what was begun is ended in order: first nothing more is taken in, then running turns get
their time, then their chats go to whoever else works them. When it ends by an error, turns are given up at once.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.app.admission import Opening
from bot.app.background import background
from bot.app.hearing import hearing, is_ready_to_hear
from bot.app.part import WHOLE, Intake, Part
from bot.app.queuekeys import QueueKeys, needed, queue_keys
from bot.app.spaces import Parts, open_spaces
from bot.app.stores import SomeStores, open_some, open_stores
from bot.app.usage import Usage
from bot.chat.people import People
from bot.chat.recent import Recent
from bot.chat.reception import FrontDesk
from bot.chat.turns import Turns
from bot.guardrails.before import Gate
from bot.guardrails.cards import Cards
from bot.guardrails.guard import Guard, Judge
from bot.guardrails.helplines import Helplines
from bot.health.facts import Fact
from bot.health.opening import Health, confirmed_facts
from bot.kernel.clock import Clock, utc_now
from bot.kernel.errors import BotError, StoreError
from bot.kernel.logs import get_logger
from bot.llm import HttpChatModel
from bot.settings import LlmSettings, Settings, config_folder
from bot.storage.work import Work
from bot.telegram import Gateway

log = get_logger()

LEASE: Final = timedelta(seconds=60)
QUIET_POLL: Final = 0.02  # seconds
TIDY_EVERY: Final = 600.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One process of Carnet, running its part."""

    people: People
    work: Work
    turns: Turns | None
    health: Health | None


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Carnet whole, in one process."""

    people: People
    health: Health
    work: Work
    turns: Turns

    async def quiet(self) -> None:
        """Wait until nothing accepted is left to answer."""
        while not self.turns.idle or await self.work.pending():  # noqa: ASYNC110  (rows of a database have no event)
            await asyncio.sleep(QUIET_POLL)


def guardrail(clock: Clock, judge: Judge | None = None) -> Guard:
    """Load the rules and the numbers; what cannot be read whole is refused, and nothing starts without it."""
    cards = Cards(Helplines.load(config_folder() / "helplines"), clock)
    return Guard(judge or Gate.load(config_folder() / "guardrails"), cards)


@asynccontextmanager
async def running(
    settings: Settings, *, clock: Clock = utc_now, opening: Opening = Opening.BY_HAND, judge: Judge | None = None
) -> AsyncIterator[App]:
    """Run Carnet whole, by polling; see `playing`."""
    async with playing(WHOLE, settings, clock=clock, opening=opening, judge=judge) as process:
        if process.turns is None or process.health is None:
            raise StoreError("this process does not play every part")
        yield App(people=process.people, health=process.health, work=process.work, turns=process.turns)


@asynccontextmanager
async def playing(
    part: Part,
    settings: Settings,
    *,
    clock: Clock = utc_now,
    opening: Opening = Opening.BY_HAND,
    judge: Judge | None = None,
) -> AsyncIterator[Process]:
    """Open what *part* needs, connect to Telegram and play it until the block ends; *judge* stands in for the rules."""
    is_ready_to_hear(part, settings)
    guard, recent = guardrail(clock, judge), Recent()
    main_keys, health_too = needed(settings, part)
    async with AsyncExitStack() as stack:
        stores = await stack.enter_async_context(open_some(settings, clock, main_keys=main_keys, health=health_too))
        work = Work(stores.main, clock, lease=LEASE)
        people = People(stores.main, clock, default_language=settings.default_language)
        keys = await queue_keys(settings, stores, part)
        desk = None
        if part.intake is not Intake.NONE:
            desk = FrontDesk(people=people, work=work, public_keys=keys.public, guard=guard, recent=recent)
        gateway = await stack.enter_async_context(Gateway(settings.telegram, desk, clock=clock))
        model = await stack.enter_async_context(_model(settings.llm, Usage(stores.main, clock, settings.llm)))
        parts = Parts(
            settings=settings,
            stores=stores,
            clock=clock,
            people=people,
            guard=guard,
            recent=recent,
            files=gateway,
            model=model,
            opening=opening,
        )
        turns, health = await _workers(parts, part, work, keys, gateway)
        tasks = [_tidy(stores, health, recent, clock), *([turns.run()] if turns is not None else [])]
        await stack.enter_async_context(background(*tasks))
        async with _given_time(turns, settings.stop_seconds), hearing(part, settings, gateway):
            yield Process(people=people, work=work, turns=turns, health=health)


async def _workers(
    parts: Parts, part: Part, work: Work, keys: QueueKeys, gateway: Gateway
) -> tuple[Turns | None, Health | None]:
    if not part.works:
        return None, None
    spaces, health = await open_spaces(parts, part.works)
    turns = Turns(work=work, spaces=spaces, private_keys=keys.private, public_keys=keys.public, delivery=gateway)
    return turns, health


@asynccontextmanager
async def _given_time(turns: Turns | None, seconds: float) -> AsyncIterator[None]:
    """Let running turns end when the block has ended well."""
    yield
    if turns is not None:
        await turns.stop(seconds)


@asynccontextmanager
async def _model(llm: LlmSettings, usage: Usage) -> AsyncIterator[HttpChatModel | None]:
    if not llm.base_url:
        yield None
        return
    async with aclosing(HttpChatModel(llm, meter=usage)) as model:
        yield model


async def _tidy(stores: SomeStores, health: Health | None, recent: Recent, clock: Clock) -> None:
    """Forget what has had its time, and finish erasures that a reader delayed."""
    while True:
        recent.sweep(clock())
        try:
            forgotten = await health.forget_stale() if health is not None else 0
            if forgotten:
                log.info("stale_forgotten", count=forgotten)
            await stores.checkpoint()
        except BotError as error:
            log.error("tidying_failed", exc_info=error)
        await asyncio.sleep(TIDY_EVERY)


async def facts_of(settings: Settings, telegram_id: int) -> Sequence[Fact]:
    """Give the confirmed facts of whoever has this Telegram id, without connecting to Telegram."""
    async with open_stores(settings, utc_now) as stores:
        people = People(stores.main, utc_now, default_language=settings.default_language)
        person = await people.by_telegram(telegram_id)
        return [] if person is None else await confirmed_facts(stores.health, stores.health_keys, person.id)
