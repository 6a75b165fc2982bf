"""`/connect`, and every button of a connection, `con:…`: each step says what it did, also when it is repeated."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final
from uuid import UUID

from bot.chat.model import Button, Effect, Show, Turn
from bot.chat.ports import Progress
from bot.health.connections import words
from bot.health.connections.runs import Runs
from bot.health.connections.signing import CAME_BACK, Signing
from bot.health.connections.store import Connection, Connections
from bot.health.connections.syncing import Synced, Syncing
from bot.health.connectors.errors import ExpiredError
from bot.health.connectors.model import Connector, Grant
from bot.health.records import Records
from bot.health.reports import Reports
from bot.i18n import say
from bot.kernel.ids import PersonId
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.settings.connections import ProviderSettings

log = get_logger()

NIGHT: Final = "con:night:"  # of a button nobody sees: what the clock presses


class ConnectionDesk:
    """Everything a person does with their connections."""

    def __init__(
        self,
        *,
        providers: Mapping[str, ProviderSettings],
        connectors: Mapping[str, Connector],
        connections: Connections,
        runs: Runs,
        signing: Signing,
        syncing: Syncing,
        records: Records,
        reports: Reports,
    ) -> None:
        self._providers = providers
        self._connectors = connectors
        self._connections = connections
        self._runs = runs
        self._signing = signing
        self._syncing = syncing
        self._records = records
        self._reports = reports

    async def offer(self, turn: Turn) -> Sequence[Effect]:
        """List what can be connected; where that is one thing, give its link at once."""
        if not self._connectors or not self._signing.address:
            return [_plain(turn, "connect.none_here")]
        shown = [words.offered(self._name(slug), self._providers.get(slug), turn.language) for slug in self._connectors]
        intro = say(turn.language, "connect.intro")
        if len(self._connectors) == 1:
            (slug,) = self._connectors
            return [Show(text=Sensitive("\n\n".join([intro, *shown]))), await self._link(turn, slug)]
        buttons = tuple((Button(label=self._name(slug), data=f"con:go:{slug}"),) for slug in self._connectors)
        return [Show(text=Sensitive("\n\n".join([intro, *shown])), buttons=buttons)]

    async def standing(self, turn: Turn) -> Sequence[Show]:
        """List the connections of *turn*'s person, beside what they brought otherwise; nothing when there are none."""
        held = await self._connections.of(turn.person)
        if not held:
            return []
        buttons = tuple((Button(label=self._name(one.provider), data=f"con:card:{one.id.hex}"),) for one in held)
        return [Show(text=Sensitive(say(turn.language, "connect.yours", count=len(held))), buttons=buttons)]

    async def press(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        """Carry out a button."""
        _, verb, what, *_ = [*turn.arrival.button.split(":"), "", ""]
        if verb in {"always", "never"}:
            return await self._allow(turn, verb, what)
        if verb == "go":
            return [await self._link(turn, what)]
        connection = await self._connections.get(turn.person, _id(what))
        if verb == "back":
            return await self._arrived(turn, connection, show)
        if connection is None:
            return [] if verb == "night" else [_plain(turn, "connect.gone")]
        if verb in {"sync", "night"}:
            return await self._sync(turn, connection, show, quietly=verb == "night")
        if verb == "again":
            return [await self._link(turn, connection.provider)]
        if verb in {"del", "gone"}:
            return await self._delete(turn, connection, sure=verb == "gone")
        if verb in {"pause", "resume", "stop", "ask"}:
            connection = await self._stand(turn, connection, verb)
        return [await self._card(turn, connection)]

    async def end_all(self, person: PersonId) -> None:
        """Have every provider end its access: the person erases their space."""
        for connection in await self._connections.of(person):
            await self._leave(connection, erase=True)

    async def _arrived(self, turn: Turn, pending: Connection | None, show: Progress) -> Sequence[Effect]:
        """Complete a sign-in, and bring what there is."""
        connection = await self._connections.connected_in(turn.person, turn.id)  # replayed after the exchange
        if connection is None:
            connector = self._connectors.get(pending.provider) if pending is not None else None
            if pending is None or connector is None:
                return [_plain(turn, "connect.link_over")]
            connection = await self._signing.complete(turn, pending, connector)
        return await self._sync(turn, connection, show, quietly=False)

    async def _sync(self, turn: Turn, connection: Connection, show: Progress, *, quietly: bool) -> Sequence[Effect]:
        """Bring what is new; *quietly*, only that is shown."""
        connector, grant = self._connectors.get(connection.provider), connection.grant
        if connector is None or grant is None or connection.state not in {"connected", "error"}:
            return [] if quietly else [await self._card(turn, connection)]
        name = self._name(connection.provider)
        if not quietly:
            await show.note(Sensitive(say(turn.language, "connect.syncing", name=name)))
        try:
            synced = await self._syncing.sync(turn, connection, grant, connector, label=name)
        except ExpiredError:
            return [self._expired(turn, connection)]
        state = "error" if synced.outcome == "failed" else "connected"
        if connection.state != state:
            await self._connections.stand(turn.person, connection.id, "error" if state == "error" else "connected")
        return self._told(turn, name, synced, grant, quietly=quietly)

    def _told(self, turn: Turn, name: str, synced: Synced, grant: Grant, *, quietly: bool) -> Sequence[Effect]:
        if quietly and not synced.shown:
            return []
        text = words.synchronised(name, synced.items, turn.language)
        if synced.refused:
            text = f"{text}\n\n{say(turn.language, synced.refused)}"
        if grant.refresh is None:
            text = f"{text}\n\n{say(turn.language, 'connect.no_return')}"
        return [Show(text=Sensitive(text)), *synced.shown]

    async def _allow(self, turn: Turn, allowed: str, document: str) -> Sequence[Effect]:
        """Keep whether what comes from there may be used, and do so with what is on the screen."""
        found = await self._records.document(turn.person, _id(document))
        source = found.source if found is not None else None
        connection = await self._connections.by_source(turn.person, source) if source is not None else None
        if connection is not None:
            await self._connections.allow(turn.person, connection.source, "always" if allowed == "always" else "never")
            if allowed == "never" and connection.state in {"connected", "error"}:
                await self._connections.stand(turn.person, connection.id, "paused")
        verb = "ok" if allowed == "always" else "no"
        pressed = turn.arrival.button.replace(f"con:{allowed}:", f"doc:{verb}:", 1)
        first, *more = await self._reports.press(replace(turn, arrival=replace(turn.arrival, button=pressed)))
        if connection is None or not isinstance(first, Show):
            return [first, *more]
        told = f"{first.text.reveal()}\n\n{say(turn.language, f'connect.now_{allowed}')}"
        return [replace(first, text=Sensitive(told)), *more]

    async def _stand(self, turn: Turn, connection: Connection, verb: str) -> Connection:
        """Pause, go on, disconnect, or ask again each time: what was brought stays in every case."""
        if verb == "pause" and connection.state == "connected":
            await self._connections.stand(turn.person, connection.id, "paused")
        elif verb == "resume" and connection.state == "paused":
            if connection.allowed == "never":
                await self._connections.allow(turn.person, connection.source, "ask")
            await self._connections.stand(turn.person, connection.id, "connected")
        elif verb == "stop" and connection.state != "disconnected":
            await self._leave(connection, erase=False)
            await self._connections.stand(turn.person, connection.id, "disconnected")
        elif verb == "ask":
            await self._connections.allow(turn.person, connection.source, "ask")
        return await self._connections.get(turn.person, connection.id) or connection

    async def _delete(self, turn: Turn, connection: Connection, *, sure: bool) -> Sequence[Effect]:
        """Delete a connection with everything it brought; asked first."""
        here, name = turn.arrival.message_id, self._name(connection.provider)
        brought = await self._records.of_source(turn.person, connection.source)
        if not sure:
            yes = Button(label=say(turn.language, "connect.del_yes"), data=f"con:gone:{connection.id.hex}")
            no = Button(label=say(turn.language, "connect.del_no"), data=f"con:card:{connection.id.hex}")
            text = say(turn.language, "connect.del_sure", name=name, count=len(brought))
            return [Show(text=Sensitive(text), buttons=((no,), (yes,)), edit=here)]
        await self._leave(connection, erase=True)
        for document in brought:
            await self._records.delete(turn.person, document)
        await self._connections.remove(turn.person, connection)
        return [replace(_plain(turn, "connect.deleted"), edit=here)]

    async def _leave(self, connection: Connection, *, erase: bool) -> None:
        connector = self._connectors.get(connection.provider)
        if connector is not None and connection.grant is not None:
            await connector.leave(connection.grant, erase=erase)

    async def _link(self, turn: Turn, slug: str) -> Show:
        connector = self._connectors.get(slug)
        if connector is None or not self._signing.address:
            return _plain(turn, "connect.none_here")
        name = self._name(slug)
        link = await self._signing.link(turn, slug, connector, label=name)
        minutes = round(self._signing.life.total_seconds() / 60)
        return Show(text=Sensitive(say(turn.language, "connect.link", name=name, link=link, count=minutes)))

    async def _card(self, turn: Turn, connection: Connection) -> Show:
        run = await self._runs.last(turn.person, connection.id)
        shown = words.card(self._name(connection.provider), connection, run, turn.language)
        return replace(shown, edit=turn.arrival.message_id or None)

    def _expired(self, turn: Turn, connection: Connection) -> Show:
        again = Button(label=say(turn.language, "connect.do_again"), data=f"con:again:{connection.id.hex}")
        text = say(turn.language, "connect.expired_named", name=self._name(connection.provider))
        return Show(text=Sensitive(text), buttons=((again,),))

    def _name(self, slug: str) -> str:
        provider = self._providers.get(slug)
        return provider.name if provider is not None else {"bwell": "b.well"}.get(slug, slug)


def came_back(connection: str) -> str:
    """Name the button that stands for somebody's coming back."""
    return f"{CAME_BACK}{connection}"


def at_night(connection: UUID) -> str:
    """Name the button that stands for a synchronisation by the clock."""
    return f"{NIGHT}{connection.hex}"


def _plain(turn: Turn, key: str) -> Show:
    return Show(text=Sensitive(say(turn.language, key)))


def _id(text: str) -> UUID:
    """Read an id; a forged one is nobody's."""
    try:
        return UUID(hex=text)
    except ValueError:
        return UUID(int=0)
