"""Which servers of medical records a person may connect: the operator names them, a person only chooses among them."""

import re
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, field_validator

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_SCOPES: Final = (
    "launch/patient offline_access patient/Patient.read patient/Observation.read patient/DiagnosticReport.read "
    "patient/Condition.read patient/AllergyIntolerance.read patient/MedicationRequest.read patient/Immunization.read "
    "patient/Appointment.read"
)
_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749, 3.3


def checked_address(value: str) -> str:
    """Give *value* without its last slash; anything that would send tokens in the clear or to nowhere is refused."""
    parts = urlsplit(value)
    host, _ = parts.hostname or "", parts.port  # a port that is no number is a ValueError here
    if parts.scheme not in {"http", "https"} or not host:
        raise ValueError("begins with https:// and names a host")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("holds no credentials, query or fragment")
    if parts.scheme == "http" and host not in LOOPBACK:
        raise ValueError("https is required outside this machine")
    return value.rstrip("/")


def origin(address: str) -> str:
    """Give scheme, host and port of *address*, the port always written."""
    parts = urlsplit(address)
    port = parts.port or {"https": 443, "http": 80}.get(parts.scheme, 0)
    return f"{parts.scheme}://{(parts.hostname or '').lower()}:{port}"


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


class ProviderSettings(_Section):
    """One server that speaks SMART on FHIR R4."""

    name: str = Field(min_length=1, max_length=60)  # as the person reads it
    base: str  # of its FHIR R4 resources
    client_id: str = Field(min_length=1)
    client_secret: SecretStr | None = None
    scopes: str = _SCOPES
    sign_in: str = ""  # further origins its sign-in and tokens may live on, separated by commas

    @field_validator("base")
    @classmethod
    def _usable(cls, value: str) -> str:
        return checked_address(value)

    @field_validator("scopes")
    @classmethod
    def _words(cls, value: str) -> str:
        if not value.split() or not all(_SCOPE.fullmatch(word) for word in value.split()):
            raise ValueError("scopes are words separated by blanks")
        return " ".join(value.split())

    @field_validator("sign_in")
    @classmethod
    def _origins(cls, value: str) -> str:
        for one in filter(None, (part.strip() for part in value.split(","))):
            checked_address(one)
        return value

    @property
    def origins(self) -> frozenset[str]:
        """Give every origin that tokens of this provider may be sent to."""
        further = filter(None, (part.strip() for part in self.sign_in.split(",")))
        return frozenset({origin(self.base), *map(origin, further)})


class BwellSettings(_Section):
    """b.well, for its partners only: all of it is given at onboarding; off while `client_key` is missing."""

    client_key: SecretStr | None = None
    api: str = "https://api.client-sandbox.icanbwell.com/v1/graphql"
    token: str = "https://api.client-sandbox.icanbwell.com/identity/oauth/token"  # noqa: S105  (an address)
    fhir: str = "https://fhir.client-sandbox.icanbwell.com/4_0_0"
    sign_in: str = ""  # further origins its addresses may lead to, separated by commas
    signing_key: SecretStr | None = None  # PEM, RSA, of Health's workers alone: signs who our persons are
    public_key: str = ""  # PEM, its public half: what we publish for b.well to check that with

    @field_validator("api", "token", "fhir")
    @classmethod
    def _usable(cls, value: str) -> str:
        return checked_address(value)


Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,19}$")]


class ConnectionSettings(_Section):
    """Connections to medical records; none can be made while no provider is named."""

    providers: dict[Slug, ProviderSettings] = {}
    link_minutes: float = Field(default=10, gt=0, le=60)
    seconds: float = Field(default=100, gt=0, le=120)  # of one synchronisation; a turn has 180
    max_bytes: int = Field(default=15_000_000, gt=0)  # of one synchronisation
    page_bytes: int = Field(default=5_000_000, gt=0)
    max_pages: int = Field(default=40, gt=0)  # of one kind of resource
    bwell: BwellSettings = BwellSettings()
