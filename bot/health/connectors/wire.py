"""HTTP to one provider: bounded in bytes, time and places, and silent about everything that passes.

A bearer token goes to the configured origins only. Redirects are followed within them, and only for reading. Errors of
the HTTP library hold addresses, which name patients: none of them leaves this module.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx

from bot.health.connectors.errors import Code, ConnectorError, UnauthorisedError
from bot.health.documents.errors import BrokenRecordError
from bot.health.importers.fhir.strict import Json, parse
from bot.settings.connections import origin

CONNECT_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 20.0  # for a whole answer: a slow one must not keep its place
LONGEST_WAIT: Final = 30.0  # seconds a Retry-After may ask for
TRIES: Final = 3
MOST_HOPS: Final = 3
_JSON: Final = (
    "application/json",
    "application/fhir+json",
    "application/fhir+ndjson",
    "application/graphql-response+json",
)
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_LATER: Final = frozenset({429, 503})


class Deadline:
    """The time one synchronisation has."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self, most: float) -> float:
        """Give the seconds left, *most* at most. Raises `ConnectorError` when there are none."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise ConnectorError("time")
        return min(left, most)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said."""

    status: int
    headers: httpx.Headers = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> Json:
        """Give its JSON object. Raises `ConnectorError`."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in _JSON:
            raise ConnectorError("not_json", self.status)
        try:
            found = parse(self.body)
        except BrokenRecordError:
            raise ConnectorError("not_json", self.status) from None
        if not isinstance(found, dict):
            raise ConnectorError("malformed", self.status)
        return found


class Wire:
    """Requests to the *origins* of one provider."""

    def __init__(self, origins: frozenset[str], *, most_bytes: int) -> None:
        self._origins = origins
        self._most_bytes = most_bytes
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            # Through a proxy only when encrypted: a proxy in the environment must not read a plain request.
            trust_env=all(one.startswith("https://") for one in origins),
            timeout=httpx.Timeout(ANSWER_SECONDS, connect=CONNECT_SECONDS),
            # Not compressed: what unpacks to a thousand times its size would pass every limit.
            headers={"Accept-Encoding": "identity", "User-Agent": "Carnet"},
        )

    async def __aenter__(self) -> "Wire":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    def checked(self, address: str, *, base: str = "") -> str:
        """Give *address* made whole against *base*. Raises `ConnectorError` when it leads to another server."""
        try:
            whole = urljoin(base, address)
            parts = urlsplit(whole)
            ours = origin(whole) in self._origins and parts.username is None and parts.password is None
        except ValueError:
            raise ConnectorError("malformed") from None
        if not ours:
            raise ConnectorError("off_origin")
        return whole.partition("#")[0]

    async def get(self, address: str, deadline: Deadline, *, token: str = "", accept: str = _JSON[1]) -> Answer:
        """Read *address*. Raises `ConnectorError` for everything but a success."""
        headers = {"Accept": accept} | ({"Authorization": f"Bearer {token}"} if token else {})
        for _ in range(MOST_HOPS):
            answer = await self._patiently("GET", self.checked(address), deadline, headers=headers)
            if answer.status not in _REDIRECTS:
                return _successful(answer)
            try:
                address = self.checked(answer.headers.get("location", ""), base=address)
            except ConnectorError:
                raise ConnectorError("redirect", answer.status) from None
        raise ConnectorError("redirect")

    async def lines(self, address: str, deadline: Deadline, *, token: str, accept: str) -> AsyncIterator[bytes]:
        """Read *address* line by line as it comes; none longer than an answer may be. Redirects are not followed."""
        headers = {"Accept": accept, "Authorization": f"Bearer {token}"}
        held = b""
        try:
            async with self._client.stream("GET", self.checked(address), headers=headers) as response:
                _successful(Answer(response.status_code, response.headers, b""))
                if response.headers.get("content-type", "").partition(";")[0].strip().lower() != accept:
                    raise ConnectorError("not_json", response.status_code)
                async for chunk in response.aiter_raw():
                    deadline.left(ANSWER_SECONDS)
                    *whole, held = (held + chunk).split(b"\n")
                    for line in whole:
                        yield line
                    if len(held) > self._most_bytes:
                        raise ConnectorError("too_large", response.status_code)
        except httpx.TimeoutException:
            raise ConnectorError("slow") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            raise ConnectorError("network") from None
        if held.strip():
            yield held

    async def post(
        self, address: str, deadline: Deadline, *, statuses: frozenset[int] = frozenset(), **sent: Any
    ) -> Answer:
        """Post to *address*, once. Gives a success or one of *statuses*; raises `ConnectorError` for everything else."""
        answer = await self._once("POST", self.checked(address), deadline, **sent)
        return answer if answer.status in statuses else _successful(answer)

    async def _patiently(self, method: str, address: str, deadline: Deadline, **sent: Any) -> Answer:
        """Ask again when told to wait, if that is soon."""
        for attempt in range(TRIES):
            answer = await self._once(method, address, deadline, **sent)
            if answer.status not in _LATER or attempt == TRIES - 1:
                return answer
            pause = _pause(answer.headers, attempt)
            if pause > deadline.left(LONGEST_WAIT):
                return answer
            await asyncio.sleep(pause)
        raise ConnectorError("later")

    async def _once(self, method: str, address: str, deadline: Deadline, **sent: Any) -> Answer:
        body = bytearray()
        try:
            async with (
                asyncio.timeout(deadline.left(ANSWER_SECONDS)),
                self._client.stream(method, address, **sent) as response,
            ):
                if response.headers.get("content-encoding", "identity") != "identity":
                    raise ConnectorError("malformed", response.status_code)
                async for chunk in response.aiter_raw():
                    body += chunk
                    if len(body) > self._most_bytes:
                        raise ConnectorError("too_large", response.status_code)
        except (TimeoutError, httpx.TimeoutException):
            raise ConnectorError("slow") from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            raise ConnectorError("network") from None
        return Answer(response.status_code, response.headers, bytes(body))


def _successful(answer: Answer) -> Answer:
    status = answer.status
    if status in {200, 201}:
        return answer
    if status == httpx.codes.UNAUTHORIZED:
        raise UnauthorisedError
    code: Code = "later" if status in _LATER else "redirect" if status in _REDIRECTS else "server"
    raise ConnectorError("refused" if 400 <= status < 500 and status not in _LATER else code, status)  # noqa: PLR2004


def _pause(headers: Mapping[str, str], attempt: int) -> float:
    """Give how long to wait: as told, else a moment that grows."""
    told = headers.get("retry-after", "").strip()
    if told.isascii() and told.isdecimal():
        return float(told[:9])
    try:
        return max(0.0, (parsedate_to_datetime(told) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):  # no date, or one without a zone
        return 1.0 + attempt
