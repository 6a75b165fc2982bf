"""The way out to a sign-in page and back: a link that ends, a state that counts once, an access that is checked."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final, Protocol

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.chat.model import Turn
from bot.crypto import new_state
from bot.health.connections.store import Connection, Connections
from bot.health.connectors.errors import UnusableError
from bot.health.connectors.model import Connector, Returned
from bot.kernel.clock import Clock
from bot.kernel.errors import BotError
from bot.kernel.sensitive import Sensitive


class LinkOverError(BotError):
    """The link was used, replaced, or had its time."""

    reply = "connect.link_over"


class Waiting(Protocol):
    """Keeps what a person who comes back is waited for with."""

    async def put(self, state: str, data: bytes, *, expires_at: datetime) -> None: ...


class _Back(BaseModel):
    """What the page hands on of somebody who came back. Sealed on its way, and a stranger's words all the same."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)
    state: Annotated[str, Field(pattern=r"^[\w-]{43}$")]
    code: Annotated[str, Field(max_length=4096)]
    error: Annotated[str, Field(pattern=r"^[a-z_]{0,40}$")]
    issuer: Annotated[str, Field(max_length=500)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """Sign-ins of this installation. *address* is where its own page stands, "" when it has none."""

    connections: Connections
    waiting: Waiting
    address: str
    life: timedelta
    clock: Clock

    async def link(self, turn: Turn, provider: str, connector: Connector, *, label: str) -> str:
        """Give the link that leads *turn*'s person to the provider's sign-in page."""
        state, ends = new_state(), self.clock() + self.life
        beginning = await connector.begin(state)
        row = await self.connections.begin(turn.person, provider, state, beginning, expires_at=ends, label=label)
        kept = {
            "address": beginning.address,
            "person": str(turn.person),
            "connection": row.hex,
            "language": turn.language,
        }
        await self.waiting.put(state, json.dumps(kept).encode(), expires_at=ends)
        return f"{self.address}/connect/{state}"

    async def complete(self, turn: Turn, connection: Connection, connector: Connector) -> Connection:
        """Turn what *turn* brings back into access, once. Raises `LinkOverError` and what the connector raises."""
        if connection.state != "pending":
            raise LinkOverError("used")
        back = _read(turn.arrival.text)
        if not hmac.compare_digest(back.state, str(connection.kept.get("state", ""))):
            raise LinkOverError("another state")
        if connection.expires_at is None or connection.expires_at + self.life < self.clock():
            raise LinkOverError("too late")  # as long again, for whoever waited in their lane
        returned = Returned(code=Sensitive(back.code), error=back.error, issuer=back.issuer)
        try:
            grant = await connector.complete(connection.kept, returned)
        except BotError:
            await self.connections.remove(turn.person, connection)  # a code is taken once: nothing can come of it now
            raise
        return await self.connections.connect(turn.person, connection, grant, turn.id)


CAME_BACK: Final = "con:back:"  # of a button nobody sees: what the page presses for who came back


def packed(back: Mapping[str, str]) -> Sensitive[str]:
    """Give what came back as a turn carries it."""
    return Sensitive(json.dumps(dict(back)))


def _read(text: Sensitive[str]) -> _Back:
    try:
        return _Back.model_validate_json(text.reveal())
    except ValidationError as error:
        raise UnusableError(f"{error.error_count()} bad fields") from None
