"""What a partner of b.well does for one person: an account, consents, places found and connected, the record read.

Partner only. Access is exchanged for our ID token each time (RFC 8693) and never kept: there is nothing to renew or steal.
"""

import re
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, Literal, cast, get_args
from urllib.parse import quote

from bot.health.connectors.bwell import graph
from bot.health.connectors.bwell.graph import Graph
from bot.health.connectors.bwell.issuer import Issuer
from bot.health.connectors.errors import ConnectorError, ExpiredError, UnauthorisedError
from bot.health.connectors.gathering import Gathering, Limits
from bot.health.connectors.model import Harvest, Item
from bot.health.connectors.reading import EVERYTHING
from bot.health.connectors.wire import Deadline, Wire
from bot.health.documents.errors import BrokenRecordError
from bot.health.importers.fhir.strict import Json, MalformedError, children, parse, string
from bot.kernel.sensitive import Sensitive
from bot.settings.connections import BwellSettings, origin

NDJSON: Final = "application/fhir+ndjson"
EXCHANGE: Final = "urn:ietf:params:oauth:grant-type:token-exchange"
_TOKEN: Final = "urn:ietf:params:oauth:token-type:"  # noqa: S105  (a name)
_ID: Final = re.compile(r"[A-Za-z0-9_.-]{1,120}")

Status = Literal["CONNECTED", "DISCONNECTED", "EXPIRED", "DELETED", "ACCESS_ENDED", "ERROR"]
Category = Literal["TOS", "PROA_ATTESTATION", "IAS_IMPORT_RECORDS", "DATA_SHARING", "COMMUNICATION_PREFERENCES_PHI"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A provider that can be connected."""

    id: str
    name: str = field(repr=False)  # where somebody is treated tells of what


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One connection of a person at b.well."""

    id: str
    name: str = field(repr=False)
    status: Status
    syncing: str  # its own word: PENDING, RETRIEVING, RETRIEVED, ERROR, DATA_DELETED, DELETING
    errors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The least b.well needs to know of somebody: said by them, sent there, and kept nowhere here."""

    given: Sensitive[str]
    family: Sensitive[str]
    born: Sensitive[date]


class BwellPartner:
    """b.well for one person at a time; *subject* is their pseudonym there."""

    def __init__(self, settings: BwellSettings, issuer: Issuer, limits: Limits) -> None:
        further = filter(None, (part.strip() for part in settings.sign_in.split(",")))
        self._settings = settings
        self._issuer = issuer
        self._limits = limits
        self._origins = frozenset(map(origin, (settings.api, settings.token, settings.fhir, *further)))

    async def enrol(
        self, subject: str, profile: Profile, consents: Collection[Category], *, organisation: str = ""
    ) -> str:
        """Make the account and give every consent the person gave; gives the id of their record there."""
        person = {
            "name": [{"given": [profile.given.reveal()], "family": profile.family.reveal()}],
            "birthDate": profile.born.reveal().isoformat(),
        }
        async with self._asking(subject) as asked:
            await asked.one(graph.UPDATE_PROFILE, "updateUserProfile", person=person)
            for category in consents:
                if category == "PROA_ATTESTATION" and not organisation:
                    raise ConnectorError("malformed")  # it is given to an organisation, or to nobody
                given = {"status": "active", "provision": "permit", "category": category}
                given |= {"organizationId": organisation} if category == "PROA_ATTESTATION" else {}
                await asked.one(graph.CREATE_CONSENT, "createConsent", input=given)
            return await _record(asked)

    async def search(self, subject: str, words: Sensitive[str]) -> Sequence[Place]:
        """Find providers by name."""
        async with self._asking(subject) as asked:
            found = await asked.one(graph.SEARCH, "searchHealthResources", searchInput={"searchTerm": words.reveal()})
        try:
            results = [(string(one, "id"), string(one, "content")) for one in children(found, "results")]
        except MalformedError:
            raise ConnectorError("malformed") from None
        return [Place(id=identity, name=name) for identity, name in results if _ID.fullmatch(identity)]

    async def sign_in(self, subject: str, place: str) -> Sensitive[str]:
        """Give where the person signs in at *place*. It holds secrets of theirs: never logged, never kept."""
        async with self._asking(subject) as asked:
            found = await asked.one(graph.OAUTH_URL, "getOauthUrl", connectionId=_checked(place))
        return Sensitive(_address(found, "redirectUrl"))

    async def verify(self, subject: str, callback: str) -> Sensitive[str]:
        """Give where the person proves who they are (IAL2), before records are looked for across the country."""
        told = {"callbackURL": callback, "includeAttributeMatchingCheck": True}
        async with self._asking(subject) as asked:
            found = await asked.one(graph.VERIFY, "createVerificationUrl", input=told)
        return Sensitive(_address(found, "url"))

    async def members(self, subject: str) -> Sequence[Member]:
        """Give the person's connections and how they stand; one in a state we do not know counts as in error."""
        async with self._asking(subject) as asked:
            rows = await asked.all(graph.CONNECTIONS, "getMemberConnections")
        try:
            return [_member(dict(row)) for row in rows]
        except MalformedError:
            raise ConnectorError("malformed") from None

    async def disconnect(self, subject: str, member: str) -> None:
        """Stop bringing from there; what came stays."""
        async with self._asking(subject) as asked:
            await asked.one(graph.DISCONNECT, "disconnectConnection", connectionId=_checked(member))

    async def delete(self, subject: str, member: str) -> None:
        """Stop, and delete what came from there at b.well."""
        async with self._asking(subject) as asked:
            await asked.one(graph.DELETE, "deleteConnection", connectionId=_checked(member))

    async def gather(self, subject: str, seen: Collection[str]) -> Harvest:
        """Read the whole record, line by line as it comes; a line cut off is no resource. Raises `ExpiredError`."""
        gathering, deadline = Gathering(None, seen, self._limits), Deadline(self._limits.seconds)
        async with self._wire() as wire:
            try:
                access = await self._exchange(wire, subject, deadline)
                record = await _record(Graph(wire, self._settings.api, access, deadline))
                await self._read(wire, record, access, deadline, gathering)
            except UnauthorisedError:
                raise ExpiredError("not taken") from None
            except ConnectorError as error:
                gathering.note(Item(kind=EVERYTHING, error=error.code, status=error.status))
        return gathering.harvest()

    async def _read(self, wire: Wire, record: str, access: str, deadline: Deadline, gathering: Gathering) -> None:
        address = f"{self._settings.fhir}/Person/{quote(record, safe='')}/{EVERYTHING}"
        async for line in wire.lines(address, deadline, token=access, accept=NDJSON):
            if not line.strip():
                continue
            try:
                resource = parse(line)
            except BrokenRecordError:
                raise ConnectorError("not_json") from None
            if isinstance(resource, dict):
                gathering.take(resource, "")

    async def _exchange(self, wire: Wire, subject: str, deadline: Deadline) -> str:
        """Give an access for our word on who *subject* is."""
        key = self._settings.client_key
        audience = key.get_secret_value() if key is not None else ""
        form = {
            "grant_type": EXCHANGE,
            "subject_token": self._issuer.id_token(subject, audience),
            "subject_token_type": f"{_TOKEN}jwt",
            "requested_token_type": f"{_TOKEN}access_token",
            "client_id": audience,
        }
        answer = await wire.post(self._settings.token, deadline, data=form, headers={"Accept": "application/json"})
        try:
            access = string(answer.json(), "access_token")
        except MalformedError:
            access = ""
        if not access:
            raise ConnectorError("malformed", answer.status)
        return access

    def _asking(self, subject: str) -> AbstractAsyncContextManager[Graph]:
        return self._opened(subject)

    @asynccontextmanager
    async def _opened(self, subject: str) -> AsyncIterator[Graph]:
        deadline = Deadline(self._limits.seconds)
        async with self._wire() as wire:
            access = await self._exchange(wire, subject, deadline)
            yield Graph(wire, self._settings.api, access, deadline)

    def _wire(self) -> Wire:
        return Wire(self._origins, most_bytes=self._limits.page_bytes)


async def _record(asked: Graph) -> str:
    """Give the id of the person's record."""
    found = await asked.one(graph.PROFILE, "userProfile")
    identity = found.get("id")
    if not isinstance(identity, str) or not _ID.fullmatch(identity):
        raise ConnectorError("malformed")
    return identity


def _member(row: Json) -> Member:
    status, errors = string(row, "status"), children(row, "syncErrors")
    codes = tuple(string(coding, "code") for one in errors for coding in children(one, "coding"))
    known = status if status in get_args(Status) else "ERROR"
    return Member(
        id=string(row, "id"), name=string(row, "name"), status=cast("Status", known), syncing=string(row, "syncStatus"),
        errors=codes,
    )  # fmt: skip


def _address(found: Json, key: str) -> str:
    """Give an address a person is sent to: https, or this machine; it leads to a provider's page, wherever that is."""
    address: Any = found.get(key)
    if not isinstance(address, str) or not address.startswith(("https://", "http://127.0.0.1:")):
        raise ConnectorError("malformed")
    return address


def _checked(identity: str) -> str:
    if not _ID.fullmatch(identity):
        raise ConnectorError("malformed")
    return identity
