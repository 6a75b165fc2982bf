"""Builds the Health space from its own stores and ports; the only door other packages have to it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.chat.checks import AnswerCheck, Lines, Refusals
from bot.chat.memory import Memory
from bot.chat.people import People
from bot.chat.ports import ChatModel, FileSource
from bot.chat.worries import Worries
from bot.health.answers.answering import Answering
from bot.health.answers.comfort import Comfort
from bot.health.answers.dial import Dials
from bot.health.answers.narrate import Narrator
from bot.health.bringing import Bringing
from bot.health.connections.opening import Book, open_desk
from bot.health.connections.runs import Runs
from bot.health.connections.signing import Waiting
from bot.health.connections.store import Connections
from bot.health.consent import Consents, ModelLine
from bot.health.entrance import Entrance, Waitlist
from bot.health.entries import Entries
from bot.health.facts import Fact, Report
from bot.health.facts.units import Units
from bot.health.holder import HealthHolder
from bot.health.importers.extract import Feed, Watch, read_report
from bot.health.importers.importer import MassUnit
from bot.health.knowledge import Knowledge
from bot.health.records import Records
from bot.health.reports import Reports
from bot.health.risk import HealthWatch, RiskState
from bot.health.sent import SentFiles, SentReports
from bot.health.sources import Sources
from bot.health.space import Handover, HealthSpace, SecondOpinion
from bot.health.store import MIGRATIONS, VERSION_TABLE, schema
from bot.health.vault import Vault
from bot.i18n import Language
from bot.kernel.clock import Clock, utc_now
from bot.kernel.ids import PersonId
from bot.kernel.sensitive import Sensitive
from bot.settings.connections import ConnectionSettings
from bot.settings.model import DocumentSettings
from bot.storage.engine import Database
from bot.storage.keys import KeyStore
from bot.storage.sealing import Sealer

HEALTH_SCRIPTS: Final = MIGRATIONS
HEALTH_VERSION_TABLE: Final = VERSION_TABLE
READERS: Final = 2  # processes reading documents at once, each with its own memory limit
PICTURE_READERS: Final = 1  # of these, reading pictures
HEALTH_SEALED: Final = schema.document
CONSENT_TEXTS: Final = "legal"  # folder of config/


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """The Health space, open."""

    space: HealthSpace
    watch: HealthWatch
    records: Records
    risk: RiskState
    sent: SentFiles
    connections: Connections

    async def forget_stale(self) -> int:
        """Forget proposals nobody confirmed in time, crises of days ago, sign-ins nobody came back from; gives how many."""
        over = await self.connections.forget_pending()
        return await self.records.forget_stale() + await self.risk.forget_expired() + over

    async def tidy_files(self) -> int:
        """Remove sealed files that nothing names any more; gives how many."""
        return await self.sent.tidy(self.records.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connecting:
    """What connections to medical records need of the installation."""

    settings: ConnectionSettings
    address: str  # of our own page, "" when there is none
    waiting: Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Guards:
    """What stands around every answer of the space."""

    check: AnswerCheck
    refusals: Refusals
    lines: Lines
    worries: Worries
    opinion: SecondOpinion | None  # only of a model the operator declared fit for health text


def open_health(
    *,
    db: Database,
    keys: KeyStore,
    clock: Clock,
    config: Path,
    documents: DocumentSettings,
    knowledge: Knowledge,
    people: People,
    waitlist: Waitlist,
    handover: Handover,
    files: FileSource,
    sent: SentFiles,
    connecting: Connecting,
    model: ChatModel | None,
    model_line: ModelLine,
    guards: Guards,
) -> Health:
    """Connect the space; *model* must already be one the operator declared fit for health text."""
    sealer = Sealer(keys)
    vault = Vault(sealer)
    memory = conversation(db, keys, clock)
    records = Records(db, vault, clock, originals=sent)
    readers = asyncio.Semaphore(READERS)
    narrator = Narrator(model) if model is not None else None
    dials = Dials(db, vault, clock)
    answering = Answering(
        db=db,
        vault=vault,
        clock=clock,
        records=records,
        knowledge=knowledge,
        lines=guards.lines,
        dials=dials,
        check=guards.check,
        refusals=guards.refusals,
        narrator=narrator,
    )

    streamed = documents.model_copy(update={"seconds": documents.import_seconds, "max_bytes": sent.max_bytes})
    pictures = asyncio.Semaphore(PICTURE_READERS)

    async def read(
        file: bytes | Feed,
        *,
        name: str = "",
        language: Language,
        password: Sensitive[str] | None = None,
        mass_unit: MassUnit | None = None,
        watch: Watch | None = None,
    ) -> Report:
        limits = documents if isinstance(file, bytes) else streamed
        return await read_report(
            file, limits, name=name, language=language, password=password, mass_unit=mass_unit, watch=watch,
            pictures=pictures,
        )  # fmt: skip

    connections = Connections(db, vault, clock)
    holder = HealthHolder(db=db, keys=keys, memory=memory, records=records, sent=sent, connections=connections)
    risk = RiskState(db, vault, clock)
    consents = Consents(db, clock, texts=config / CONSENT_TEXTS, model_line=model_line)
    entrance = Entrance(people=people, consents=consents, waitlist=waitlist, keys=keys, holder=holder)
    units = Units.load(config)
    readers = asyncio.Semaphore(READERS)
    reports = Reports(
        records=records,
        files=files,
        sent=SentReports(
            records=records, sent=sent, readers=readers, held=documents.max_bytes, wait=documents.import_seconds
        ),
        read=read,
        answering=answering,
        units=units,
        readers=readers,
        max_bytes=documents.max_bytes,
    )
    bringing = Bringing(records=records, reports=reports, read=read, readers=readers)
    desk = open_desk(
        settings=connecting.settings,
        address=connecting.address,
        waiting=connecting.waiting,
        book=Book(connections=connections, runs=Runs(db, vault, clock), records=records),
        reports=reports,
        bringing=bringing,
        clock=clock,
    )
    space = HealthSpace(
        entrance=entrance,
        people=people,
        memory=memory,
        reports=reports,
        sources=Sources(records=records, reports=reports),
        connections=desk,
        entries=Entries(knowledge.recognise, units),
        sent=sent,
        answering=answering,
        holder=holder,
        handover=handover,
        dials=dials,
        comfort=Comfort(db=db, memory=memory, records=records, knowledge=knowledge, worries=guards.worries),
        opinion=guards.opinion,
        risk=risk,
    )
    watch = HealthWatch(door=entrance, memory=memory, risk=risk)
    return Health(space=space, watch=watch, records=records, risk=risk, sent=sent, connections=connections)


async def confirmed_facts(db: Database, keys: KeyStore, person: PersonId) -> Sequence[Fact]:
    """Give a person's confirmed facts, newest report first."""
    return await Records(db, Vault(Sealer(keys)), utc_now).facts(person)


def conversation(db: Database, keys: KeyStore, clock: Clock) -> Memory:
    """Give Health's memory alone, for the one exchange a person shared with a reviewer."""
    return Memory(db, Sealer(keys), clock, turns=schema.turn, notes=schema.note)
