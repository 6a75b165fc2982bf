"""What a connection needs of a server, whatever protocol that speaks."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from bot.health.connectors.errors import Code
from bot.kernel.sensitive import Sensitive


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """A sign-in under way: where the person goes, and what is needed when they come back."""

    address: str = field(repr=False)
    kept: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What somebody brings back from a sign-in page. A stranger's until the connector has checked it."""

    code: Sensitive[str]
    error: str  # RFC 6749's, "" when there is none
    issuer: str  # RFC 9207's, "" when it is not said


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """Access to one patient's record."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    expires_at: datetime
    patient: str = field(repr=False)
    scopes: tuple[str, ...]
    endpoints: Mapping[str, str] = field(repr=False)

    def to_json(self) -> dict[str, Any]:
        """Give JSON values, to be sealed."""
        return {
            "access": self.access, "refresh": self.refresh, "expires_at": self.expires_at.isoformat(),
            "patient": self.patient, "scopes": list(self.scopes), "endpoints": dict(self.endpoints),
        }  # fmt: skip

    @staticmethod
    def from_json(values: Mapping[str, Any]) -> "Grant":
        """Rebuild what `to_json` gave."""
        return Grant(
            access=values["access"], refresh=values["refresh"], patient=values["patient"],
            expires_at=datetime.fromisoformat(values["expires_at"]), scopes=tuple(values["scopes"]),
            endpoints=values["endpoints"],
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What came of one kind of resource: what was received, what of it is new, and why something is missing."""

    kind: str  # "Condition"; an Observation with its category: "Observation:laboratory"
    fetched: int = 0
    stored: int = 0  # new, and kept
    known: int = 0  # brought by an earlier synchronisation in this very version
    skipped: int = 0  # twice, malformed, or somebody else's
    status: int | None = None
    error: Code | None = None

    def failing(self, code: Code, status: int | None) -> "Item":
        """Give this with why it ended early; what came before that stays."""
        return replace(self, error=code, status=status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """One synchronisation's yield: resources as lines of JSON, digits as the server wrote them."""

    lines: bytes = field(repr=False)
    items: Sequence[Item]
    fresh: Sequence[str] = field(repr=False)  # fingerprints of what is new

    @property
    def outcome(self) -> str:
        """Say how it went: "ok", "partial" or "failed"."""
        failed = [item for item in self.items if item.error not in {None, "scope"}]
        if not failed:
            return "ok"
        return "failed" if all(item in failed and not item.fetched for item in self.items) else "partial"


KeepGrant = Callable[
    [Grant], Awaitable[None]
]  # called before a renewed access is used: the old one may be void already


class Connector(Protocol):
    """One server's protocol. Every failure is a `ConnectorError` or one of its neighbours."""

    async def begin(self, state: str) -> Beginning:
        """Prepare a sign-in that comes back with *state*."""
        ...

    async def complete(self, kept: Mapping[str, Any], returned: Returned) -> Grant:
        """Turn what came back into access. Raises `DeniedError`, `UnusableError`."""
        ...

    async def gather(self, grant: Grant, keep: KeepGrant, seen: Collection[str]) -> Harvest:
        """Read the record; what *seen* names was read before. Raises `ExpiredError`, and only that, once begun."""
        ...

    async def leave(self, grant: Grant, *, erase: bool) -> None:
        """Have the server end the access, and *erase* what it holds for us, where it can. Failures are only logged."""
        ...
