"""A patient's record, read kind by kind: what one kind refuses costs that kind and nothing else.

`$everything` is asked first, because it brings what results refer to; a server that does not give it is searched.
"""

import re
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote, urlencode

from bot.health.connectors.bundle import Page, page
from bot.health.connectors.errors import GIVES_UP, ConnectorError
from bot.health.connectors.gathering import Gathering
from bot.health.connectors.model import Grant, Item
from bot.health.connectors.wire import Answer
from bot.health.importers.fhir.strict import Json

EVERYTHING: Final = "$everything"
_SCOPE: Final = re.compile(r"(?:patient|user)/(?P<kind>\*|[A-Z][A-Za-z]+)\.(?P<may>[a-z*]+)(?:\?.*)?")

_LETTERS: Final = re.compile(r"c?ru?d?s?")  # of SMART 2: create, read, update, delete, search


class Reader(Protocol):
    """Reads addresses of one server with an access to it."""

    async def read(self, address: str) -> Answer: ...

    def checked(self, address: str, *, base: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Wanted:
    """One kind of resource, and of which category."""

    kind: str
    category: str = ""

    @property
    def name(self) -> str:
        """Name it in one word."""
        return f"{self.kind}:{self.category}" if self.category else self.kind

    def address(self, base: str, patient: str) -> str:
        """Give the search that finds it."""
        asked = {"patient": patient} | ({"category": self.category} if self.category else {})
        return f"{base}/{self.kind}?{urlencode(asked)}"


WANTED: Final = (
    Wanted("Observation", "laboratory"),
    Wanted("Observation", "vital-signs"),
    Wanted("DiagnosticReport"),
    Wanted("Condition"),
    Wanted("AllergyIntolerance"),
    Wanted("MedicationRequest"),
    Wanted("Immunization"),
    Wanted("Appointment"),
)


async def read_record(base: str, grant: Grant, reader: Reader, gathering: Gathering) -> None:
    """Take all that is wanted into *gathering*. Raises `ExpiredError`."""
    patient = f"{base}/Patient/{quote(grant.patient, safe='')}"
    await _one(patient, reader, gathering, allowed=covers(grant.scopes, "Patient"))
    if await _everything(f"{patient}/{EVERYTHING}", reader, gathering):
        return
    for wanted in WANTED:
        if not covers(grant.scopes, wanted.kind):
            gathering.note(Item(kind=wanted.name, error="scope"))
            continue
        with gathering.item(wanted.name) as failed:
            try:
                await _pages(wanted.address(base, grant.patient), wanted.kind, reader, gathering)
            except ConnectorError as error:
                failed(error)
        if gathering.given_up:
            return


def covers(scopes: tuple[str, ...], kind: str) -> bool:
    """Say whether *scopes*, in SMART's first or second writing, let *kind* be read."""
    found = [match for scope in scopes if (match := _SCOPE.fullmatch(scope))]
    readers = (match["kind"] for match in found if match["may"] in {"read", "*"} or _LETTERS.fullmatch(match["may"]))
    return not found or any(named in {"*", kind} for named in readers)


async def _one(address: str, reader: Reader, gathering: Gathering, *, allowed: bool) -> None:
    """Take the patient itself: by its id, because many servers refuse to search for it."""
    if not allowed:
        gathering.note(Item(kind="Patient", error="scope"))
        return
    with gathering.item("Patient") as failed:
        try:
            gathering.take((await reader.read(address)).json(), "Patient")
        except ConnectorError as error:
            failed(error)


async def _everything(address: str, reader: Reader, gathering: Gathering) -> bool:
    """Take `$everything`; False when that did not give the record whole, which then is searched."""
    whole = gathering.apart()
    try:
        await _pages(address, "", reader, whole)
    except ConnectorError as error:
        if error.code in GIVES_UP:
            whole.note(Item(kind=EVERYTHING, error=error.code, status=error.status))
            gathering.join(whole)
            return True
        return False
    gathering.join(whole)
    return True


async def _pages(address: str, kind: str, reader: Reader, gathering: Gathering) -> None:
    """Take every page of a search. Raises `ConnectorError` where it breaks off."""
    read: set[str] = set()
    total, count = None, 0
    while True:
        if len(read) >= gathering.limits.max_pages:
            raise ConnectorError("pages")
        read.add(address)
        answer = await reader.read(address)
        found = _page(answer)
        for resource in found.resources:
            count += gathering.take(resource, kind)
        total = found.total if total is None else total
        if not found.following:
            break
        address = reader.checked(found.following, base=address)
        if address in read:
            raise ConnectorError("cycle")
    if kind and total is not None and count < total:
        raise ConnectorError("fewer")


def _page(answer: Answer) -> Page:
    document: Json = answer.json()
    return page(document, status=answer.status)
