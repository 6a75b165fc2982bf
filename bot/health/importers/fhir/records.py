"""Resources gathered to one report: kept until all are there, because what they refer to may come later.

Only kinds that become facts, or that those refer to, are held; claims and bills are counted as they pass.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from bot.health.documents.errors import BrokenRecordError
from bot.health.facts.model import Report
from bot.health.importers.clinical.gathering import Gathering
from bot.health.importers.clinical.moments import fhir_moment
from bot.health.importers.fhir.concepts import named, pointed
from bot.health.importers.fhir.mapping import KEPT, facts_of
from bot.health.importers.fhir.people import People
from bot.health.importers.fhir.strict import Json, MalformedError, child, children, reference, string
from bot.health.importers.importer import Tools
from bot.i18n import LANGUAGES

_REFERRED: Final = frozenset({"Medication", "Organization", "Practitioner", "Specimen"})
_KIND: Final = re.compile(r"[A-Z][A-Za-z]{1,60}")
_MOST_HELD: Final = 50_000
_DEEPEST: Final = 3  # bundles in bundles
_Held = tuple[Json, int]  # a resource and its place among all


class Records:
    """Takes resources and bundles in any order and gives the report."""

    def __init__(self) -> None:
        self._gathering = Gathering()
        self._people = People()
        self._held: dict[str, _Held] = {}
        self._found: dict[str, Json] = {}
        self._seen = 0
        self._spoken = ""

    def take(self, resource: Any, *, full_url: str = "", depth: int = 0) -> None:
        """Take one resource, or every one of a Bundle. Raises `BrokenRecordError`, `TwoPatientsError`."""
        kind = resource.get("resourceType") if isinstance(resource, dict) else None
        if not isinstance(kind, str) or not _KIND.fullmatch(kind) or depth > _DEEPEST:
            raise BrokenRecordError(f"resource {self._seen}")
        try:
            self._spoken = self._spoken or string(resource, "language")
            if kind == "Bundle":
                for entry in children(resource, "entry"):
                    if inner := child(entry, "resource"):
                        self.take(inner, full_url=string(entry, "fullUrl"), depth=depth + 1)
                return
            self._gathering.count(kind)
            self._seen += 1
            self._hold(kind, resource, full_url)
        except MalformedError:
            self._gathering.leave("malformed")

    def report(self, tools: Tools) -> Report:
        """Map everything that was taken. Raises `TwoPatientsError`, `NoResultsError`."""
        self._people.check()
        titles = dict(self._titles())
        for key, (resource, place) in self._held.items():
            mapped = facts_of(resource, tools, find=self._find, around=titles.get(key, ""))
            self._gathering.take(mapped, place)
        laboratory, reported = self._issued()
        language = next((known for known in LANGUAGES if self._spoken.startswith(known)), tools.language)
        return self._gathering.report(
            "fhir", language, laboratory=laboratory, reported=reported, person=self._people.name
        )  # fmt: skip

    def _hold(self, kind: str, resource: Json, full_url: str) -> None:
        if kind == "Patient":
            self._people.meet(resource, full_url)
            return
        identity = string(resource, "id")
        own = f"{kind}/{identity}" if identity else f"{kind}#{self._seen}"
        if kind in _REFERRED:
            self._found |= {own: resource, full_url: resource}
        if kind not in KEPT:
            if kind not in _REFERRED:
                self._gathering.leave(kind)
            return
        if not self._people.hear(resource):
            self._gathering.leave(kind)
        elif own in self._held:
            self._gathering.leave("duplicate")
            if _updated(resource) > _updated(self._held[own][0]):
                self._held[own] = resource, self._held[own][1]
        elif len(self._held) >= _MOST_HELD:
            self._gathering.leave("too_many")
        else:
            self._held[own] = resource, self._seen
            self._found[full_url] = resource

    def _find(self, target: str) -> Json | None:
        return self._found.get(target) or self._found.get("/".join(target.split("/")[-2:]))

    def _reports(self) -> Iterator[Json]:
        return (held for held, _ in self._held.values() if held["resourceType"] == "DiagnosticReport")

    def _titles(self) -> Iterator[tuple[str, str]]:
        """Give the title of the report that each Observation is a result of."""
        for one in self._reports():
            try:
                title = named(one, "code").text
                for result in children(one, "result"):
                    target = reference({"result": result}, "result")
                    found = self._found.get(target)
                    yield (f"Observation/{found.get('id')}" if found else "/".join(target.split("/")[-2:])), title
            except MalformedError:
                continue

    def _issued(self) -> tuple[str, date | None]:
        """Give who made the reports and on which day, when all name the same."""
        names: set[str] = set()
        days: set[date | None] = set()
        for one in self._reports():
            try:
                days.add(fhir_moment(string(one, "issued")).day)
                for performer in children(one, "performer"):
                    found, shown = pointed({"performer": performer}, "performer", self._find)
                    organisation = found.get("resourceType") == "Organization"
                    names.add(shown or (string(found, "name") if organisation else ""))
            except MalformedError:
                continue
        names, days = names - {""}, days - {None}
        return (names.pop() if len(names) == 1 else ""), (days.pop() if len(days) == 1 else None)


def _updated(resource: Json) -> str:
    """Give when this version was made; as text, which sorts by time in one zone."""
    return string(child(resource, "meta"), "lastUpdated")
