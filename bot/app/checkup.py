"""What `carnet doctor` looks at: each finding says what is wrong and what to do about it."""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Literal

from sqlalchemy import func, select

from bot.app.spaces import fit_for_health
from bot.app.stores import SCHEMAS, Side, load_keyring, open_databases
from bot.guardrails.before import Gate
from bot.guardrails.cards import REVIEWED
from bot.guardrails.helplines import Helplines
from bot.kernel.clock import Clock
from bot.kernel.errors import BotError
from bot.settings import Settings, config_folder
from bot.storage.engine import Database, StoreName
from bot.storage.keys import KeyStore, has_keys
from bot.storage.migrate import KEYS_SCRIPTS, VERSION_TABLE, is_current
from bot.storage.schema import work

Level = Literal["ok", "warning", "error"]
_FREE: Final = 500_000_000  # bytes
_RELEASED: Final = datetime.fromisoformat("2026-11-01T00:00:00+00:00")  # a clock before this is wrong
_STORES: Final[tuple[StoreName, ...]] = ("main", "main_keys", "health", "health_keys")


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check's outcome."""

    check: str
    level: Level
    advice: str


async def checkup(settings: Settings, clock: Clock) -> AsyncIterator[Finding]:
    """Run every check; none of them changes anything but making an empty state folder."""
    yield _ok("configuration", "read and understood")
    for finding in (*_apart(settings), _disk(settings.state), _telegram(settings), _model(settings)):
        yield finding
    yield _rules()
    yield _helplines(clock())
    async with AsyncExitStack() as stack:
        try:
            databases = await open_databases(settings, stack)
        except BotError as error:
            yield _error("databases", f"{error}")
            return
        for name in _STORES:
            yield await _reachable(name, databases[name])
        yield await _migrated(databases)
        yield await _keys(settings, "main", databases["main_keys"], clock)
        yield await _keys(settings, "health", databases["health_keys"], clock)
        yield await _clock(databases["main"], clock())


def _apart(settings: Settings) -> list[Finding]:
    """Keys beside the data they open protect nothing."""
    findings = []
    folder, state = settings.kek_folder.resolve(), settings.state.resolve()
    if folder == state or state in folder.parents:
        findings.append(
            _error("keys apart", f"key folder {folder} lies inside the data: set CARNET_KEK__FOLDER elsewhere")
        )
    else:
        findings.append(_ok("keys apart", "key-encryption keys are outside the data folder"))
    urls = [getattr(settings, name).url.get_secret_value() for name in _STORES]
    named = [url for url in urls if url]
    if len(set(named)) < len(named):
        findings.append(_error("stores apart", "two stores share a URL: give each its own database and credentials"))
    elif named and len(named) < len(urls):
        findings.append(_warning("stores apart", "some stores are SQLite files and some are not: set all four URLs"))
    else:
        findings.append(_ok("stores apart", "four stores, each its own"))
    main, health = settings.kek.main, settings.kek.health
    if main is not None and health is not None and main.get_secret_value() == health.get_secret_value():
        findings.append(_error("key-encryption keys differ", "general and Health share one: give Health its own"))
    return findings


def _disk(state: Path) -> Finding:
    existing = next(folder for folder in (state.resolve(), *state.resolve().parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    if free < _FREE:
        return _error("disk", f"{free // 1_000_000} MB free under {existing}: make room for at least 500 MB")
    return _ok("disk", f"{free // 1_000_000} MB free")


def _telegram(settings: Settings) -> Finding:
    if settings.telegram.token is None:
        return _warning("telegram", "no token: `carnet demo` works, `carnet run` needs CARNET_TELEGRAM__TOKEN_FILE")
    return _ok("telegram", "a token is set")


def _model(settings: Settings) -> Finding:
    llm = settings.llm
    if not llm.base_url:
        return _ok("language model", "none: the deterministic composers answer")
    if fit_for_health(llm):
        return _ok("language model", "declared fit for Health")
    if llm.health_allowed:
        return _warning("language model", "not used in Health: declare CARNET_LLM__REGION and CARNET_LLM__RETENTION")
    return _ok("language model", "general space only")


def _rules() -> Finding:
    try:
        Gate.load(config_folder() / "guardrails")
    except BotError as error:
        return _error("guard-rails", f"{error}: Carnet does not start without its rules")
    return _ok(
        "guard-rails", "rules read whole" if REVIEWED else "rules read whole; no clinician has reviewed the cards"
    )


def _helplines(now: datetime) -> Finding:
    try:
        expired = Helplines.load(config_folder() / "helplines").expired(now)
    except BotError as error:
        return _error("helplines", f"{error}")
    if expired:
        lines = ", ".join(f"{line.country} {line.number}" for line in expired)
        return _warning("helplines", f"too old to be shown, 112 stands in: {lines}; renew them in config/helplines")
    return _ok("helplines", "every number is young enough to be shown")


async def _reachable(name: StoreName, db: Database) -> Finding:
    try:
        await db.ping()
    except BotError as error:
        return _error(f"store {name}", f"cannot be reached ({error}): check its URL and that the server runs")
    return _ok(f"store {name}", db.dialect)


async def _migrated(databases: dict[StoreName, Database]) -> Finding:
    behind = []
    for name, scripts, table in SCHEMAS:
        try:
            if not await is_current(databases[name], scripts, version_table=table):
                behind.append(table)
        except BotError:
            behind.append(table)
    if behind:
        return _warning("migrations", f"not current: {', '.join(sorted(set(behind)))}; starting Carnet brings them up")
    return _ok("migrations", "current")


async def _keys(settings: Settings, side: Side, store: Database, clock: Clock) -> Finding:
    check = f"key-encryption key {side}"
    try:
        current = await is_current(store, KEYS_SCRIPTS, version_table=VERSION_TABLE)
        if not current or not await has_keys(store):
            return _ok(check, "nothing sealed yet; the key is made on first start unless you provide one")
        keys = KeyStore(store, load_keyring(settings, side, may_create=False), store=side, clock=clock)
        await keys.self_check()
    except BotError as error:
        return _error(check, f"{error}")
    return _ok(check, "opens what it sealed")


async def _clock(main: Database, now: datetime) -> Finding:
    if now < _RELEASED:
        return _error("clock", "the clock is in the past: set the time")
    try:
        async with main.read() as connection:
            newest = (await connection.execute(select(func.max(work.c.received_at)))).scalar_one_or_none()
    except BotError:
        newest = None  # no tables yet
    if newest is not None and newest > now + timedelta(minutes=5):
        return _error("clock", "messages were received in the future: the clock went back, set the time")
    return _ok("clock", now.isoformat(timespec="seconds"))


def _ok(check: str, advice: str) -> Finding:
    return Finding(check=check, level="ok", advice=advice)


def _warning(check: str, advice: str) -> Finding:
    return Finding(check=check, level="warning", advice=advice)


def _error(check: str, advice: str) -> Finding:
    return Finding(check=check, level="error", advice=advice)
