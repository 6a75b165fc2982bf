"""One synchronisation: what is new is read, proposed, and noted kind by kind; what is not new makes no document.

What was offered counts as seen once its owner decided on it; a proposal that was forgotten undecided is offered again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from bot.chat.model import Show, Turn
from bot.health.bringing import Bringing
from bot.health.connections.runs import Runs
from bot.health.connections.store import Connection, Connections
from bot.health.connectors.errors import ExpiredError
from bot.health.connectors.model import Connector, Grant, Harvest, Item
from bot.health.documents.errors import DocumentError, NoResultsError
from bot.health.records import Records
from bot.kernel.clock import Clock
from bot.kernel.logs import get_logger

log = get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Synced:
    """What a synchronisation came to."""

    items: Sequence[Item]
    outcome: str
    shown: Sequence[Show] = ()  # the proposal, or what was kept by itself
    refused: str = ""  # catalogue key of why what came could not be read


class Syncing:
    """Synchronises connections."""

    def __init__(
        self, *, connections: Connections, runs: Runs, records: Records, bringing: Bringing, clock: Clock
    ) -> None:  # fmt: skip
        self._connections = connections
        self._runs = runs
        self._records = records
        self._bringing = bringing
        self._clock = clock

    async def sync(
        self, turn: Turn, connection: Connection, grant: Grant, connector: Connector, *, label: str
    ) -> Synced:  # fmt: skip
        """Bring what is new. Raises `ExpiredError` once the state says so, and that the run failed is noted."""
        person, began = turn.person, self._clock()
        seen = await self._settled(turn, connection)
        known = {*seen["known"], *(one for digests in seen["offered"].values() for one in digests)}

        async def keep(renewed: Grant) -> None:
            await self._connections.renew(person, connection.id, renewed)

        note = partial(self._runs.keep, person, connection.id, turn.id, started_at=began)
        try:
            harvest = await connector.gather(grant, keep, known)
        except ExpiredError:
            await self._connections.stand(person, connection.id, "expired")
            await note(Harvest(lines=b"", items=(Item(kind="Patient", status=401, error="refused"),), fresh=()))
            raise
        synced = await self._bring(turn, connection, harvest, seen, label)
        await note(harvest)
        log.info("records_synced", state=harvest.outcome, count=len(harvest.fresh), bytes=len(harvest.lines))
        return synced

    async def _bring(
        self, turn: Turn, connection: Connection, harvest: Harvest, seen: Mapping[str, Any], label: str
    ) -> Synced:
        if not harvest.fresh:
            return Synced(items=harvest.items, outcome=harvest.outcome)
        sure = connection.allowed == "always"
        try:
            document, shown = await self._bringing.bring(
                turn, harvest.lines, source=connection.source, label=label, sure=sure
            )
        except NoResultsError:  # drafts, cancelled orders: seen, and nothing to keep
            known = [*seen["known"], *harvest.fresh]
            await self._connections.saw(turn.person, connection.id, {"known": known, "offered": seen["offered"]})
            return Synced(items=harvest.items, outcome=harvest.outcome)
        except DocumentError as error:
            log.warning("records_not_read", exc_info=error)
            return Synced(items=harvest.items, outcome="failed", refused=error.reply)
        offered = {**seen["offered"], document.id.hex: list(harvest.fresh)}
        await self._connections.saw(turn.person, connection.id, {"known": seen["known"], "offered": offered})
        return Synced(items=harvest.items, outcome=harvest.outcome, shown=shown)

    async def _settled(self, turn: Turn, connection: Connection) -> dict[str, Any]:
        """Give what was seen, with what its owner has decided since among it."""
        seen = await self._connections.seen(turn.person, connection.id)
        states = await self._records.of_source(turn.person, connection.source)
        known, offered = dict.fromkeys(seen["known"]), {}
        current = await self._records.of_turn(turn.person, turn.id)  # replayed: its own offer is made again
        for document, digests in seen["offered"].items():
            state = {one.hex: state for one, state in states.items()}.get(document)
            if current is not None and document == current.id.hex:
                continue
            if state in {"confirmed", "discarded"}:
                known |= dict.fromkeys(digests)
            elif state == "proposed":
                offered[document] = digests
        settled = {"known": list(known), "offered": offered}
        if settled != seen:
            await self._connections.saw(turn.person, connection.id, settled)
        return settled
