"""Connects what the settings name to the desk that persons use."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.health.bringing import Bringing
from bot.health.connections.desk import ConnectionDesk
from bot.health.connections.runs import Runs
from bot.health.connections.signing import Signing, Waiting
from bot.health.connections.store import Connections
from bot.health.connections.syncing import Syncing
from bot.health.connectors.gathering import Limits
from bot.health.connectors.model import Connector
from bot.health.connectors.smart import SmartConnector
from bot.health.records import Records
from bot.health.reports import Reports
from bot.kernel.clock import Clock
from bot.settings.connections import ConnectionSettings

CALLBACK: Final = "/oauth/callback"


@dataclass(frozen=True, slots=True, kw_only=True)
class Book:
    """Where connections and what they brought are kept."""

    connections: Connections
    runs: Runs
    records: Records


def open_desk(
    *,
    settings: ConnectionSettings,
    address: str,
    waiting: Waiting,
    book: Book,
    reports: Reports,
    bringing: Bringing,
    clock: Clock,
) -> ConnectionDesk:
    """Give the desk."""
    syncing = Syncing(
        connections=book.connections, runs=book.runs, records=book.records, bringing=bringing, clock=clock
    )  # fmt: skip
    signing = Signing(
        connections=book.connections, waiting=waiting, address=address, life=timedelta(minutes=settings.link_minutes),
        clock=clock,
    )  # fmt: skip
    return ConnectionDesk(
        providers=settings.providers,
        connectors=_connectors(settings, redirect=f"{address}{CALLBACK}", clock=clock),
        connections=book.connections,
        runs=book.runs,
        signing=signing,
        syncing=syncing,
        records=book.records,
        reports=reports,
    )


def _connectors(settings: ConnectionSettings, *, redirect: str, clock: Clock) -> Mapping[str, Connector]:
    limits = Limits(
        seconds=settings.seconds, max_bytes=settings.max_bytes, page_bytes=settings.page_bytes,
        max_pages=settings.max_pages,
    )  # fmt: skip
    return {
        slug: SmartConnector(provider, redirect=redirect, limits=limits, clock=clock)
        for slug, provider in settings.providers.items()
    }
