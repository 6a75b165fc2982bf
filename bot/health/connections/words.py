"""Connections in words: what a provider would give, where one stands, what a synchronisation brought and what not."""

from collections.abc import Sequence
from typing import Final

from bot.chat.model import Button, Show
from bot.health.answers.printed import plain
from bot.health.connections.runs import Run
from bot.health.connections.store import Connection
from bot.health.connectors.model import Item
from bot.health.connectors.reading import WANTED, covers
from bot.i18n import Language, say
from bot.i18n.dates import clock_time, spelled
from bot.kernel.sensitive import Sensitive
from bot.settings.connections import ProviderSettings

_NAMED: Final = frozenset(
    {*(wanted.name for wanted in WANTED), "Observation", "Patient", "Procedure", "Encounter", "MedicationStatement",
     "$everything"}
)  # fmt: skip

_ORDER: Final = {kind: n for n, kind in enumerate(("Observation", *(wanted.name for wanted in WANTED)))}


def offered(name: str, provider: ProviderSettings | None, language: Language) -> str:
    """Say what a provider would give."""
    if provider is None:
        return f"**{plain(name)}**\n{say(language, 'connect.reads_bwell')}"
    scopes = tuple(provider.scopes.split())
    kinds = dict.fromkeys(wanted.kind for wanted in WANTED if covers(scopes, wanted.kind))
    what = ", ".join(say(language, f"connect.reads_{kind.lower()}") for kind in kinds)
    lines = [f"**{plain(name)}**", say(language, "connect.reads", what=what)]
    if "offline_access" in scopes:
        lines.append(say(language, "connect.comes_back"))
    return "\n".join(lines)


def synchronised(name: str, items: Sequence[Item], language: Language) -> str:
    """Say what one synchronisation brought, and what it could not."""
    fresh = sum(item.stored for item in items if item.kind != "Patient")
    title = say(language, "connect.synced", name=plain(name), count=fresh)
    return "\n".join([f"**{title}**", *_lines(items, language)])


def card(name: str, connection: Connection, run: Run | None, language: Language) -> Show:
    """Show one connection: how it stands, what came last, and what can be done with it."""
    lines = [f"**{plain(name)}**", say(language, f"connect.state_{connection.state}")]
    if connection.state != "disconnected":
        lines.append(say(language, f"connect.allowed_{connection.allowed}"))
    if run is None:
        lines.append(say(language, "connect.never_synced"))
    else:
        day, hour = spelled(run.started_at.date(), language), clock_time(run.started_at, language)
        lines += [say(language, f"connect.last_{run.outcome}", date=day, time=hour), *_lines(run.items, language)]
    return Show(text=Sensitive("\n".join(lines)), buttons=tuple((one,) for one in _choices(connection, language)))


def _choices(connection: Connection, language: Language) -> Sequence[Button]:
    verbs: tuple[str, ...] = {
        "connected": ("sync", "pause", "stop", "del"),
        "paused": ("resume", "stop", "del"),
        "expired": ("again", "stop", "del"),
        "error": ("sync", "stop", "del"),
        "disconnected": ("again", "del"),
        "pending": ("del",),
    }[connection.state]
    if connection.allowed == "always" and connection.state != "disconnected":
        verbs = ("ask", *verbs)
    return [Button(label=say(language, f"connect.do_{verb}"), data=f"con:{verb}:{connection.id.hex}") for verb in verbs]


def _lines(items: Sequence[Item], language: Language) -> Sequence[str]:
    shown = []
    for item in sorted(items, key=lambda item: _ORDER.get(item.kind, len(_ORDER))):
        if item.kind == "Patient" and item.error is None:
            continue
        what = say(language, f"connect.kind_{_key(item.kind)}")
        if item.fetched:
            count = say(language, "connect.line", what=what, fetched=item.fetched, count=item.stored)
            skipped = say(language, "connect.skipped", count=item.skipped) if item.skipped else ""
            shown.append(f"• {count}{skipped}")
        elif item.error is None:
            shown.append(f"• {say(language, 'connect.line_none', what=what)}")
        if item.error is not None:
            shown.append(
                f"• {say(language, 'connect.missing', what=what, why=say(language, f'connect.why_{item.error}'))}"
            )
    return shown


def _key(kind: str) -> str:
    """Give the catalogue's word for a kind; one we never asked for is "other"."""
    return "".join(c for c in kind.lower() if c.isalpha()) if kind in _NAMED else "other"
