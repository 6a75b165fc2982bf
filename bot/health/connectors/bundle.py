"""One page of a search, read for what it holds and where the next one is."""

from dataclasses import dataclass
from typing import Final

from bot.health.connectors.errors import ConnectorError
from bot.health.importers.fhir.strict import Json, MalformedError, child, children, digits, string

_ASIDE: Final = "OperationOutcome"  # said beside the matches, and no match


@dataclass(frozen=True, slots=True)
class Page:
    """What a page holds."""

    resources: tuple[Json, ...]
    following: str  # the address of the next page, "" on the last one
    total: int | None  # what the server says there are; never relied on


def page(document: Json, *, status: int) -> Page:
    """Read a Bundle. Raises `ConnectorError`."""
    if document.get("resourceType") != "Bundle":
        raise ConnectorError("malformed", status)
    try:
        entries = [child(entry, "resource") for entry in children(document, "entry")]
        links = [string(link, "url") for link in children(document, "link") if string(link, "relation") == "next"]
        said = digits(document, "total")
    except MalformedError:
        raise ConnectorError("malformed", status) from None
    held = tuple(one for one in entries if one and one.get("resourceType") != _ASIDE)
    return Page(held, next(iter(links), ""), int(said) if said.isdecimal() else None)
