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

from starlette.applications import Starlette

from bot.app.admission import Opening
from bot.app.chores import general_chores, health_chores
from bot.app.connecting import connect_page, connection_chores
from bot.app.hearing import Mount, hearing, is_ready_to_hear
from bot.app.measured import MeasuredDelivery, MeasuredModel
from bot.app.part import WHOLE, Intake, Part
from bot.app.queuekeys import needed, queue_keys
from bot.app.spaces import Parts, open_spaces
from bot.app.stores import open_some, open_stores
from bot.app.tracing import traced
from bot.app.uploads import HandOver, tickets, upload_chores, upload_page
from bot.app.usage import Usage
from bot.app.vitals import ProcessVitals, attended
from bot.chat.computing import LONGEST_TURN
from bot.chat.errands import Errands
from bot.chat.model import Space
from bot.chat.people import People
from bot.chat.ports import ChatModel
from bot.chat.recent import Recent
from bot.chat.reception import FrontDesk
from bot.chat.slots import Slots
from bot.chat.turns import POLL, Turns
from bot.guardrails.before import Gate
from bot.guardrails.cards import Cards
from bot.guardrails.guard import Guard, Judge
from bot.guardrails.helplines import Helplines
from bot.health.facts import Fact
from bot.health.opening import Health, confirmed_facts
from bot.jobs import Job, JobClock, JobRunner
from bot.kernel.background import background
from bot.kernel.clock import Clock, utc_now
from bot.kernel.errors import StoreError
from bot.kernel.logs import get_logger
from bot.llm import HttpChatModel
from bot.settings import Settings, config_folder
from bot.storage.work import Work
from bot.telegram import Gateway
from bot.web import PrometheusMetrics

log = get_logger()

QUIET_POLL: Final = 0.02  # seconds
# Seconds: of what another process takes in, a worker learns by looking, oftener while there is something to find.
APART_POLL: Final = 0.03
LIVELY_POLL: Final = 0.012
SWEEP_EVERY: Final = 600.0  # seconds


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
    settings: Settings,
    *,
    clock: Clock = utc_now,
    opening: Opening = Opening.BY_HAND,
    judge: Judge | None = None,
    mount: Mount | None = None,
) -> AsyncIterator[App]:
    """Run Carnet whole, by polling; see `playing`."""
    async with playing(WHOLE, settings, clock=clock, opening=opening, judge=judge, mount=mount) as process:
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
    mount: Mount | None = None,
) -> AsyncIterator[Process]:
    """Open what *part* needs, connect to Telegram and play it until the block ends; *judge* stands in for the rules.

    *mount* takes the upload page in, where something listens already.
    """
    is_ready_to_hear(part, settings)
    guard = guardrail(clock, judge)
    main_keys, health_too = needed(settings, part)
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        stores = await enter(open_some(settings, clock, main_keys=main_keys, health=health_too))
        parts = Parts(
            settings=settings,
            clock=clock,
            opening=opening,
            guard=guard,
            recent=Recent(),
            stores=stores,
            people=People(stores.main, clock, default_language=settings.default_language),
            work=Work(stores.main, clock, lease=timedelta(seconds=settings.lease_seconds)),
            keys=await queue_keys(settings, stores, part),
            metrics=PrometheusMetrics(),
            traces=await enter(traced(settings.tracing)),
        )
        gateway = Gateway(settings.telegram, _desk(parts, part), clock=clock)
        vitals = ProcessVitals(part, stores, parts.work, gateway, parts.metrics)
        await enter(attended(vitals, settings.web))  # first: it may take long until Telegram is reached
        await enter(gateway)
        turns, health, bell = await _workers(parts, part, gateway, await enter(_model(parts)))
        vitals.turns = turns
        if bell is not None:
            await bell.look()  # what was missed is there before anybody is told that we are
        works = [one.run() for one in (turns, bell) if one is not None]
        await enter(background(_sweep(parts.recent, clock), _mend(parts.work), *works))
        page = _page(parts, part)
        async with _given_time(turns, settings.stop_seconds), hearing(part, settings, gateway, page, mount):
            with vitals.serving():
                yield Process(people=parts.people, work=parts.work, turns=turns, health=health)


def _desk(parts: Parts, part: Part) -> FrontDesk | None:
    return None if part.intake is Intake.NONE else _front_desk(parts)


def _front_desk(parts: Parts) -> FrontDesk:
    return FrontDesk(
        people=parts.people,
        work=parts.work,
        public_keys=parts.keys.public,
        guard=parts.guard,
        recent=parts.recent,
        metrics=parts.metrics,
    )


def _hand_over(parts: Parts) -> HandOver:
    waiting = tickets(parts.settings, parts.stores.main, parts.clock)
    return HandOver(waiting, parts.people, _front_desk(parts), parts.clock)


def _page(parts: Parts, part: Part) -> Starlette | None:
    """Give what persons meet over HTTP, where messages come in and it has an address."""
    if part.intake is Intake.NONE or not parts.settings.web.public_url:
        return None
    uploads = upload_page(
        parts.settings,
        parts.stores.main,
        parts.clock,
        people=parts.people,
        public_key=parts.keys.public[Space.HEALTH],
        hand_over=_hand_over(parts),
    )
    records = connect_page(parts.settings, parts.stores.main, parts.clock, _errands(parts))
    return Starlette(routes=[*uploads.routes, *records.routes])


def _errands(parts: Parts) -> Errands:
    return Errands(people=parts.people, work=parts.work, public_keys=parts.keys.public, clock=parts.clock)


async def _workers(
    parts: Parts, part: Part, gateway: Gateway, model: ChatModel | None
) -> tuple[Turns | None, Health | None, JobClock | None]:
    if not part.works:
        return None, None, None
    spaces, health = await open_spaces(parts, part, files=gateway, model=model)
    jobs, keys, apart = _jobs(parts, part, health), parts.keys, part.intake is Intake.NONE
    turns = Turns(
        work=parts.work,
        spaces=spaces,
        private_keys=keys.private,
        public_keys=keys.public,
        delivery=MeasuredDelivery(gateway, parts.metrics, parts.traces),
        people=parts.people,
        metrics=parts.metrics,
        traces=parts.traces,
        slots=Slots(work=parts.work, jobs=JobRunner(jobs, clock=parts.clock), private_keys=keys.private),
        poll=APART_POLL if apart else POLL,
        lively=LIVELY_POLL if apart else None,
        longest_file=_longest_file(parts.settings),
    )
    return turns, health, JobClock(jobs, work=parts.work, public_keys=keys.public, clock=parts.clock)


def _jobs(parts: Parts, part: Part, health: Health | None) -> Sequence[Job]:
    stores, settings, jobs = parts.stores, parts.settings, list[Job]()
    if Space.GENERAL in part.works and stores.main_keys is not None:
        usage = Usage(stores.main, parts.clock, settings.llm)
        jobs += general_chores(stores.main, stores.main_keys, usage, kept=settings.retention, clock=parts.clock)
    if health is not None:
        whole = stores.whole()
        jobs += health_chores(whole.health, whole.health_keys, health)
        jobs += upload_chores(health, _hand_over(parts))
        if settings.connections.providers:
            jobs += connection_chores(health, stores.main, _errands(parts), parts.clock)
    return jobs


def _longest_file(settings: Settings) -> float:
    """Waiting for the large file before it, being read, and being looked through once more."""
    return max(LONGEST_TURN, 2.5 * settings.documents.import_seconds)


@asynccontextmanager
async def _given_time(turns: Turns | None, seconds: float) -> AsyncIterator[None]:
    """Let running turns end when the block has ended well."""
    yield
    if turns is not None:
        await turns.stop(seconds)


@asynccontextmanager
async def _model(parts: Parts) -> AsyncIterator[ChatModel | None]:
    llm = parts.settings.llm
    if not llm.base_url:
        yield None
        return
    meter = Usage(parts.stores.main, parts.clock, llm)
    async with aclosing(HttpChatModel(llm, meter=meter)) as model:
        yield MeasuredModel(model, parts.metrics, parts.traces)


async def _sweep(recent: Recent, clock: Clock) -> None:
    """Forget the last minutes' words: they are in this process's memory only, so no other can."""
    while True:
        recent.sweep(clock())
        await asyncio.sleep(SWEEP_EVERY)


async def _mend(work: Work) -> None:
    """Look after every lease whether the clock was set back: chats would wait until it has caught up."""
    while True:
        try:
            await work.mend()
        except StoreError as error:
            log.error("queue_not_mended", exc_info=error)
        await asyncio.sleep(work.lease.total_seconds())


async def facts_of(settings: Settings, telegram_id: int) -> Sequence[Fact]:
    """Give the confirmed facts of whoever has this Telegram id, without connecting to Telegram."""
    async with open_stores(settings, utc_now) as stores:
        people = People(stores.main, utc_now, default_language=settings.default_language)
        person = await people.by_telegram(telegram_id)
        return [] if person is None else await confirmed_facts(stores.health, stores.health_keys, person.id)
