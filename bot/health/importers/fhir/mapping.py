"""One FHIR resource to what a person's record keeps of it. Pure: a file and a server's answer are mapped alike."""

from typing import Final

from bot.health.importers.clinical.mapped import Mapped, left_out
from bot.health.importers.fhir.concepts import Find
from bot.health.importers.fhir.observation import observation
from bot.health.importers.fhir.statements import MAPPERS
from bot.health.importers.fhir.strict import Json, MalformedError, string
from bot.health.importers.importer import Tools

KEPT: Final = frozenset({"Observation", *MAPPERS})


def nowhere(_reference: str) -> None:
    """Find nothing: for a resource that stands alone."""


def facts_of(resource: Json, tools: Tools, *, find: Find = nowhere, around: str = "") -> Mapped:
    """Give the facts of one resource; of a kind that is not kept, its name as left out.

    *find* gives the resources it refers to; *around* is the title of the report it is a result of. Numbers in
    *resource* must be `Number`s, as `strict.parse` gives them.
    """
    try:
        kind = string(resource, "resourceType")
        if kind == "Observation":
            return observation(resource, tools, find, around)
        if kind in MAPPERS:
            return MAPPERS[kind](resource, tools, find)
    except MalformedError:
        return left_out("malformed")
    return left_out(kind)
