"""Builds the spaces a process answers for, each behind the guard-rails, from what that process has open."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from bot.app.admission import Admission, Opening, open_first
from bot.app.checking import AnswerReview, OpinionCard, ScopeRefusals
from bot.app.connecting import connecting
from bot.app.part import Intake, Part
from bot.app.queuekeys import QueueKeys
from bot.app.stores import SomeStores
from bot.app.uploads import health_side
from bot.chat.forgetting import Forgetting
from bot.chat.guarded import Guarded
from bot.chat.memory import Memory
from bot.chat.model import Space
from bot.chat.people import People
from bot.chat.ports import ChatModel, FileSource, SpaceHandler
from bot.chat.recent import Recent
from bot.chat.watch import MemoryWatch
from bot.general import GeneralSpace
from bot.guardrails.after import Reviewer
from bot.guardrails.anxiety import Anxiety
from bot.guardrails.guard import Guard
from bot.guardrails.opinion import Opinion
from bot.guardrails.register import Register
from bot.guardrails.reporting import Reporting
from bot.guardrails.scope import Scope
from bot.health.knowledge import Knowledge
from bot.health.opening import Guards, Health, open_health
from bot.i18n import Language, say
from bot.kernel.clock import Clock
from bot.kernel.errors import StoreError
from bot.kernel.traces import Traces
from bot.settings import LlmSettings, Settings, config_folder
from bot.storage.keys import KeyStore
from bot.storage.schema import general_memory, general_turn
from bot.storage.sealing import Sealer
from bot.storage.work import DeadLetters, Work
from bot.web import PrometheusMetrics
from rollout import Rollout


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What a process is built of, whatever part it plays."""

    settings: Settings
    clock: Clock
    opening: Opening
    guard: Guard
    recent: Recent
    stores: SomeStores
    people: People
    work: Work
    keys: QueueKeys
    metrics: PrometheusMetrics
    traces: Traces


@dataclass(frozen=True, slots=True, kw_only=True)
class _Common:
    """What both spaces use."""

    files: FileSource
    model: ChatModel | None
    apart: bool  # from intake
    memory: Memory  # of the general conversation, from which Health takes over a question it is asked to
    knowledge: Knowledge
    check: AnswerReview
    refusals: ScopeRefusals


async def open_spaces(
    parts: Parts, part: Part, *, files: FileSource, model: ChatModel | None
) -> tuple[Mapping[Space, SpaceHandler], Health | None]:
    """Give the spaces that *part* works, guarded; and Health, when it is one of them."""
    stores, keys = parts.stores, parts.stores.main_keys
    if keys is None:
        raise StoreError("the general keys are not open here")
    knowledge = Knowledge.load(config_folder() / "knowledge")
    common = _Common(
        files=files,
        model=model,
        apart=part.intake is Intake.NONE,
        memory=Memory(stores.main, Sealer(keys), parts.clock, turns=general_turn, notes=general_memory),
        knowledge=knowledge,
        check=AnswerReview(Reviewer.load(config_folder()), knowledge),
        refusals=ScopeRefusals(Scope.load(config_folder() / "guardrails")),
    )
    spaces: dict[Space, SpaceHandler] = {}
    if Space.GENERAL in part.works:
        spaces[Space.GENERAL] = _general(parts, common, keys)
    if Space.HEALTH not in part.works:
        return spaces, None
    rollout = Rollout(begin=stores.main.write, read=stores.main.read, clock=parts.clock)
    await open_first(rollout, capacity=parts.settings.health_capacity)
    health = _health(parts, common, rollout)
    return spaces | {Space.HEALTH: _guarded_health(parts, common, health)}, health


def _general(parts: Parts, common: _Common, keys: KeyStore) -> SpaceHandler:
    general = GeneralSpace(
        people=parts.people,
        keys=keys,
        memory=common.memory,
        words=common.knowledge,
        check=common.check,
        refusals=common.refusals,
        lines=parts.guard.lines,
        model=common.model,
    )
    return Guarded(
        _minding(parts, general, "g:r:"),
        guard=parts.guard,
        watch=MemoryWatch(common.memory),
        recent=parts.recent,
        apart=common.apart,
    )


def _health(parts: Parts, common: _Common, rollout: Rollout) -> Health:
    stores, llm = parts.stores.whole(), parts.settings.llm
    fit = fit_for_health(llm)
    model = common.model if fit else None
    return open_health(
        db=stores.health,
        keys=stores.health_keys,
        clock=parts.clock,
        config=config_folder(),
        documents=parts.settings.documents,
        knowledge=common.knowledge,
        people=parts.people,
        waitlist=Admission(rollout, parts.opening),
        handover=common.memory,
        files=common.files,
        sent=health_side(parts.settings, parts.stores.main, parts.clock, private_key=parts.keys.private[Space.HEALTH]),
        connecting=connecting(parts.settings, parts.stores.main, parts.clock),
        model=model,
        model_line=partial(_model_line, llm, fit=fit),
        guards=Guards(
            check=common.check,
            refusals=common.refusals,
            lines=parts.guard.lines,
            worries=Anxiety.load(config_folder() / "guardrails"),
            opinion=OpinionCard(Opinion(model), parts.guard) if model is not None else None,
        ),
    )


def _guarded_health(parts: Parts, common: _Common, health: Health) -> SpaceHandler:
    return Guarded(
        _minding(parts, health.space, "h:r:"),
        guard=parts.guard,
        watch=health.watch,
        recent=parts.recent,
        carried=health.space.carried,
        apart=common.apart,
    )


def _minding(parts: Parts, space: SpaceHandler, prefix: str) -> SpaceHandler:
    """Stand between a guarded space and what every space minds: reports, and dead rows of who erases theirs."""
    main, clock = parts.stores.main, parts.clock
    return Forgetting(Reporting(space, register=Register(main, clock), prefix=prefix), dead=DeadLetters(main, clock))


def fit_for_health(llm: LlmSettings) -> bool:
    """Health text may leave only for an endpoint the operator declared fit, with its region and retention."""
    return bool(llm.base_url and llm.health_allowed and llm.region and llm.retention)


def _model_line(llm: LlmSettings, language: Language, *, fit: bool) -> str:
    """Say what this installation does with a language model in Health, as consent words it."""
    if not fit:
        return say(language, "health.model_none")
    host = llm.base_url.split("//", 1)[-1].split("/", 1)[0]
    return say(language, "health.model_used", host=host, region=llm.region, retention=llm.retention)
