"""Connects everything, and runs it for as long as a block lasts."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from bot.app.admission import Admission, Opening, open_first
from bot.app.checking import AnswerReview, OpinionCard, ScopeRefusals
from bot.app.chores import general_chores, health_chores
from bot.app.stores import Stores, open_stores
from bot.app.usage import Usage
from bot.chat.forgetting import Forgetting
from bot.chat.guarded import Guarded
from bot.chat.memory import Memory
from bot.chat.model import Space
from bot.chat.people import People
from bot.chat.recent import Recent
from bot.chat.reception import FrontDesk
from bot.chat.slots import Slots
from bot.chat.turns import Turns
from bot.chat.watch import MemoryWatch
from bot.general import GeneralSpace
from bot.guardrails.after import Reviewer
from bot.guardrails.anxiety import Anxiety
from bot.guardrails.before import Gate
from bot.guardrails.cards import Cards
from bot.guardrails.guard import Guard, Judge
from bot.guardrails.helplines import Helplines
from bot.guardrails.opinion import Opinion
from bot.guardrails.register import Register
from bot.guardrails.reporting import Reporting
from bot.guardrails.scope import Scope
from bot.health.facts import Fact
from bot.health.knowledge import Knowledge
from bot.health.opening import Guards, Health, confirmed_facts, open_health
from bot.i18n import Language, say
from bot.jobs import JobClock, JobRunner
from bot.kernel.clock import Clock, utc_now
from bot.llm import HttpChatModel
from bot.settings import LlmSettings, Settings, config_folder
from bot.storage.schema import general_memory, general_turn
from bot.storage.sealing import Sealer
from bot.storage.work import DeadLetters, Work
from bot.telegram import Gateway
from rollout import Rollout

LEASE: Final = timedelta(seconds=60)
QUIET_POLL: Final = 0.02  # seconds
SWEEP_EVERY: Final = 600.0  # seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class App:
    """Carnet, running."""

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
    """Open the stores, connect to Telegram and answer people until the block ends; *judge* stands in for the rules."""
    guard, recent = guardrail(clock, judge), Recent()
    async with open_stores(settings, clock) as stores:
        work = Work(stores.main, clock, lease=LEASE)
        people = People(stores.main, clock, default_language=settings.default_language)
        register = Register(stores.main, clock)
        private, public = await _queue_keys(stores)
        desk = FrontDesk(people=people, work=work, public_keys=public, guard=guard, recent=recent)
        gateway = Gateway(settings.telegram, desk, clock=clock)
        usage = Usage(stores.main, clock, settings.llm)
        async with gateway, _model(settings.llm, usage) as model:
            memory = Memory(stores.main, Sealer(stores.main_keys), clock, turns=general_turn, notes=general_memory)
            general, health = await _spaces(
                settings,
                stores,
                people=people,
                memory=memory,
                gateway=gateway,
                model=model,
                clock=clock,
                opening=opening,
                guard=guard,
            )
            jobs = [
                *general_chores(stores.main, stores.main_keys, usage, kept=settings.retention, clock=clock),
                *health_chores(stores.health, stores.health_keys, health),
            ]
            dead = DeadLetters(stores.main, clock)
            turns = Turns(
                work=work,
                spaces={
                    Space.GENERAL: Guarded(
                        Forgetting(Reporting(general, register=register, prefix="g:r:"), dead=dead),
                        guard=guard,
                        watch=MemoryWatch(memory),
                        people=people,
                        recent=recent,
                    ),
                    Space.HEALTH: Guarded(
                        Forgetting(Reporting(health.space, register=register, prefix="h:r:"), dead=dead),
                        guard=guard,
                        watch=health.watch,
                        people=people,
                        recent=recent,
                        carried=health.space.carried,
                    ),
                },
                private_keys=private,
                public_keys=public,
                delivery=gateway,
                slots=Slots(work=work, jobs=JobRunner(jobs, clock=clock), private_keys=private),
            )
            bell = JobClock(jobs, work=work, public_keys=public, clock=clock)
            async with _background(turns.run(), bell.run(), _sweep(recent, clock)):
                await gateway.start()
                yield App(people=people, health=health, work=work, turns=turns)
                await gateway.stop()


async def _spaces(
    settings: Settings,
    stores: Stores,
    *,
    people: People,
    memory: Memory,
    gateway: Gateway,
    model: HttpChatModel | None,
    clock: Clock,
    opening: Opening,
    guard: Guard,
) -> tuple[GeneralSpace, Health]:
    knowledge, rules = Knowledge.load(config_folder() / "knowledge"), config_folder() / "guardrails"
    check, refusals = AnswerReview(Reviewer.load(config_folder()), knowledge), ScopeRefusals(Scope.load(rules))
    rollout = Rollout(begin=stores.main.write, read=stores.main.read, clock=clock)
    await open_first(rollout, capacity=settings.health_capacity)
    general = GeneralSpace(
        people=people,
        keys=stores.main_keys,
        memory=memory,
        words=knowledge,
        check=check,
        refusals=refusals,
        lines=guard.lines,
        model=model,
    )
    fit = fit_for_health(settings.llm)
    opinion = OpinionCard(Opinion(model), guard, people) if model is not None and fit else None
    health = open_health(
        db=stores.health,
        keys=stores.health_keys,
        clock=clock,
        config=config_folder(),
        documents=settings.documents,
        knowledge=knowledge,
        people=people,
        waitlist=Admission(rollout, opening),
        handover=memory,
        files=gateway,
        model=model if fit else None,
        model_line=partial(_model_line, settings.llm, fit=fit),
        guards=Guards(check=check, refusals=refusals, lines=guard.lines, worries=Anxiety.load(rules), opinion=opinion),
    )
    return general, health


def fit_for_health(llm: LlmSettings) -> bool:
    """Health text may leave only for an endpoint the operator declared fit, with its region and retention."""
    return bool(llm.base_url and llm.health_allowed and llm.region and llm.retention)


def _model_line(llm: LlmSettings, language: Language, *, fit: bool) -> str:
    """Say what this installation does with a language model in Health, as consent words it."""
    if not fit:
        return say(language, "health.model_none")
    host = llm.base_url.split("//", 1)[-1].split("/", 1)[0]
    return say(language, "health.model_used", host=host, region=llm.region, retention=llm.retention)


async def _queue_keys(stores: Stores) -> tuple[Mapping[Space, bytes], Mapping[Space, bytes]]:
    """Give the private and public queue keys of each space, both from the space's own key store.

    A copy of a public key in the main database could be swapped by whoever writes there.
    """
    private: dict[Space, bytes] = {}
    public: dict[Space, bytes] = {}
    for space, keys in ((Space.GENERAL, stores.main_keys), (Space.HEALTH, stores.health_keys)):
        _, private[space], public[space] = await keys.queue_pair()
    return private, public


@asynccontextmanager
async def _model(llm: LlmSettings, usage: Usage) -> AsyncIterator[HttpChatModel | None]:
    if not llm.base_url:
        yield None
        return
    async with aclosing(HttpChatModel(llm, meter=usage)) as model:
        yield model


@asynccontextmanager
async def _background(*works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run *works* beside the block; one that dies ends the block with its error, for a deaf process helps nobody.

    Not a TaskGroup: it would wrap what the block itself raises, which callers know by its type.
    """
    block, died = asyncio.current_task(), list[BaseException]()

    def ended(task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None and block is not None:
            died.append(error)
            block.cancel()

    tasks = [asyncio.create_task(work) for work in works]
    for task in tasks:
        task.add_done_callback(ended)
    try:
        yield
    except asyncio.CancelledError:
        if died:
            raise died[0] from None
        raise
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _sweep(recent: Recent, clock: Clock) -> None:
    """Forget the last minutes' words: they are in this process's memory only, so no other can."""
    while True:
        recent.sweep(clock())
        await asyncio.sleep(SWEEP_EVERY)


async def facts_of(settings: Settings, telegram_id: int) -> Sequence[Fact]:
    """Give the confirmed facts of whoever has this Telegram id, without connecting to Telegram."""
    async with open_stores(settings, utc_now) as stores:
        people = People(stores.main, utc_now, default_language=settings.default_language)
        person = await people.by_telegram(telegram_id)
        return [] if person is None else await confirmed_facts(stores.health, stores.health_keys, person.id)
