"""Any server of medical records that speaks SMART on FHIR R4: sign-in by authorization code with PKCE, then reading.

The contract, with its sources, is `docs/contracts/smart-on-fhir.md`.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.crypto import challenge, new_verifier
from bot.health.connectors.errors import ConnectorError, DeniedError, ExpiredError, UnauthorisedError, UnusableError
from bot.health.connectors.gathering import Gathering, Limits
from bot.health.connectors.model import Beginning, Grant, Harvest, KeepGrant, Returned
from bot.health.connectors.reading import read_record
from bot.health.connectors.wire import Answer, Deadline, Wire
from bot.kernel.clock import Clock
from bot.kernel.logs import get_logger
from bot.settings.connections import ProviderSettings, origin

log = get_logger()

SIGN_IN_SECONDS: Final = 45.0  # for all that a sign-in asks of the server
LEAVE_SECONDS: Final = 10.0
AHEAD: Final = timedelta(seconds=90)  # before its end, an access is renewed
_UNSAID: Final = 300  # seconds an access lasts that does not say how long
_PATIENT: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")  # FHIR's id
_REFUSED: Final = frozenset({400, 401})


class _Configuration(BaseModel):
    """`.well-known/smart-configuration`, what we use of it."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str | None = None
    issuer: str | None = None
    code_challenge_methods_supported: list[str] = []
    authorization_response_iss_parameter_supported: bool = False


class _Tokens(BaseModel):
    """A token endpoint's success."""

    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    access_token: str
    token_type: str
    expires_in: int | None = None
    refresh_token: str | None = None
    scope: str | None = None
    patient: str | None = None


class SmartConnector:
    """Fulfils `Connector` for one provider."""

    def __init__(self, provider: ProviderSettings, *, redirect: str, limits: Limits, clock: Clock) -> None:
        self._provider = provider
        self._redirect = redirect
        self._limits = limits
        self._clock = clock

    async def begin(self, state: str) -> Beginning:
        """Ask the server where its people sign in, and prepare that."""
        async with self._wire() as wire:
            found = await self._discover(wire)
        verifier = new_verifier()
        asked = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._redirect,
            "scope": self._provider.scopes,
            "state": state,
            "aud": self._provider.base,
            "code_challenge": challenge(verifier),
            "code_challenge_method": "S256",
        }
        joint = "&" if "?" in found.authorization_endpoint else "?"
        endpoints = {"token": found.token_endpoint, "revocation": found.revocation_endpoint or ""}
        kept = {"verifier": verifier, "endpoints": endpoints, "issuer": found.issuer or "",
                "names_issuer": found.authorization_response_iss_parameter_supported}  # fmt: skip
        return Beginning(address=f"{found.authorization_endpoint}{joint}{urlencode(asked)}", kept=kept)

    async def complete(self, kept: Mapping[str, Any], returned: Returned) -> Grant:
        """Exchange the code."""
        if returned.error:
            raise DeniedError(returned.error)
        if (returned.issuer or kept["names_issuer"]) and kept["issuer"] and returned.issuer != kept["issuer"]:
            raise UnusableError("another issuer")
        asked = {
            "grant_type": "authorization_code",
            "code": returned.code.reveal(),
            "redirect_uri": self._redirect,
            "code_verifier": kept["verifier"],
        }
        async with self._wire() as wire:
            answer = await self._ask(wire, kept["endpoints"]["token"], asked, Deadline(SIGN_IN_SECONDS))
        if answer.status in _REFUSED:
            raise UnusableError("code not taken")
        tokens = _tokens(answer)
        if tokens.patient is None or not _PATIENT.fullmatch(tokens.patient):
            raise UnusableError("no patient")
        scopes = tuple((tokens.scope or self._provider.scopes).split())
        return Grant(
            access=tokens.access_token, refresh=tokens.refresh_token, patient=tokens.patient, scopes=scopes,
            expires_at=self._end(tokens), endpoints=kept["endpoints"],
        )  # fmt: skip

    async def gather(self, grant: Grant, keep: KeepGrant, seen: Collection[str]) -> Harvest:
        """Read everything that is wanted of the patient's record."""
        gathering = Gathering(grant.patient, seen, self._limits)
        base = self._provider.base
        # Two: what an answer leads to is read on the record's own server only, also where signing in is elsewhere.
        async with self._wire(base) as wire, self._wire() as tokens:
            access = _Access(
                connector=self,
                wire=wire,
                tokens=tokens,
                grant=grant,
                keep=keep,
                deadline=Deadline(self._limits.seconds),
            )
            await read_record(base, grant, access, gathering)
        return gathering.harvest()

    async def renew(self, wire: Wire, grant: Grant, deadline: Deadline) -> Grant:
        """Give a fresh access. Raises `ExpiredError` when only the person can open it again."""
        if grant.refresh is None:
            raise ExpiredError("no refresh token")
        asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh}
        answer = await self._ask(wire, grant.endpoints["token"], asked, deadline)
        if answer.status in _REFUSED:
            raise ExpiredError("refresh token not taken")
        tokens = _tokens(answer)
        if tokens.patient not in {None, grant.patient}:
            raise ExpiredError("another patient")
        log.info("access_renewed")
        return replace(
            grant,
            access=tokens.access_token,
            refresh=tokens.refresh_token or grant.refresh,  # an answer without one leaves the old one in force
            expires_at=self._end(tokens),
        )

    def is_ending(self, grant: Grant) -> bool:
        """Say whether *grant* had better be renewed before it is used."""
        return grant.expires_at - self._clock() <= AHEAD

    async def leave(self, grant: Grant, *, erase: bool) -> None:  # noqa: ARG002  (the server keeps nothing for us)
        """Revoke the access where the server says how (RFC 7009)."""
        address, token = grant.endpoints.get("revocation", ""), grant.refresh or grant.access
        if not address:
            return
        hint = "refresh_token" if grant.refresh else "access_token"
        try:
            async with self._wire() as wire:
                await self._ask(wire, address, {"token": token, "token_type_hint": hint}, Deadline(LEAVE_SECONDS))
        except ConnectorError as error:
            log.warning("access_not_revoked", code=error.code, status=error.status)

    async def _discover(self, wire: Wire) -> _Configuration:
        address = f"{self._provider.base}/.well-known/smart-configuration"
        said = (await wire.get(address, Deadline(SIGN_IN_SECONDS), accept="application/json")).json()
        try:
            found = _Configuration.model_validate(said)
        except ValidationError:
            raise ConnectorError("malformed") from None
        if "S256" not in found.code_challenge_methods_supported:
            raise ConnectorError("malformed")
        places = {
            "authorization_endpoint": wire.checked(found.authorization_endpoint, base=address),
            "token_endpoint": wire.checked(found.token_endpoint, base=address),
        }
        if found.revocation_endpoint:
            places["revocation_endpoint"] = wire.checked(found.revocation_endpoint, base=address)
        return found.model_copy(update=places)

    async def _ask(self, wire: Wire, address: str, form: Mapping[str, str], deadline: Deadline) -> Answer:
        """Post to the token or revocation endpoint as the client we are."""
        secret = self._provider.client_secret
        told = form if secret is not None else {**form, "client_id": self._provider.client_id}
        sent: dict[str, Any] = {"data": told, "headers": {"Accept": "application/json"}}
        if secret is not None:
            sent["auth"] = (self._provider.client_id, secret.get_secret_value())
        return await wire.post(address, deadline, statuses=_REFUSED, **sent)

    def _wire(self, only: str = "") -> Wire:
        origins = frozenset({origin(only)}) if only else self._provider.origins
        return Wire(origins, most_bytes=self._limits.page_bytes)

    def _end(self, tokens: _Tokens) -> datetime:
        return self._clock() + timedelta(seconds=max(0, _UNSAID if tokens.expires_in is None else tokens.expires_in))


@dataclass(slots=True, kw_only=True)
class _Access:
    """Fulfils `Reader`: reads with an access that is renewed ahead of its end, and once more when it is not taken."""

    connector: SmartConnector
    wire: Wire
    tokens: Wire
    grant: Grant
    keep: KeepGrant
    deadline: Deadline

    async def read(self, address: str) -> Answer:
        """Give what is at *address*. Raises `ConnectorError`, and `ExpiredError`: nothing more can be read."""
        renewed = False
        if self.grant.refresh is not None and self.connector.is_ending(self.grant):
            await self._renew()
            renewed = True
        try:
            return await self.wire.get(address, self.deadline, token=self.grant.access)
        except UnauthorisedError:
            if renewed:
                raise ExpiredError("a fresh access was not taken") from None
        await self._renew()
        try:
            return await self.wire.get(address, self.deadline, token=self.grant.access)
        except UnauthorisedError:
            raise ExpiredError("a fresh access was not taken") from None

    def checked(self, address: str, *, base: str) -> str:
        """Give *address* made whole, if it is one of the provider's."""
        return self.wire.checked(address, base=base)

    async def _renew(self) -> None:
        self.grant = await self.connector.renew(self.tokens, self.grant, self.deadline)
        await self.keep(self.grant)


def _tokens(answer: Answer) -> _Tokens:
    try:
        said = {key: value for key, value in answer.json().items() if value is not None}
        tokens = _Tokens.model_validate(said)
    except ValidationError:
        raise ConnectorError("malformed", answer.status) from None
    if tokens.token_type.lower() != "bearer" or not tokens.access_token:
        raise ConnectorError("malformed", answer.status)
    return tokens
