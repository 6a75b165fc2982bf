"""A CDA document: whose it is, who made it and when, and its sections read each as what they are."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.health.documents.errors import TwoPatientsError
from bot.health.facts.model import Category, Report
from bot.health.importers.cda import results
from bot.health.importers.cda.entries import READERS
from bot.health.importers.cda.narrative import Narrative, spoken
from bot.health.importers.cda.results import Around
from bot.health.importers.cda.tree import Node
from bot.health.importers.clinical.gathering import Gathering
from bot.health.importers.clinical.moments import Moment, hl7_moment
from bot.health.importers.clinical.words import line
from bot.health.importers.importer import Tools
from bot.i18n import LANGUAGES

_SECTIONS: Final[dict[str, Category]] = {"30954-2": "laboratory", "26436-6": "laboratory", "8716-3": "vital"}
_VITALS: Final = frozenset({"2.16.840.1.113883.10.20.22.4.27", "1.3.6.1.4.1.19376.1.5.3.1.4.13.2"})
_RESULTS: Final = _VITALS | {  # entries that are results wherever they stand
    "2.16.840.1.113883.10.20.22.4.2", "1.3.6.1.4.1.19376.1.3.1.6",
}  # fmt: skip
_ORGANISATIONS: Final = (
    ("custodian", "assignedCustodian", "representedCustodianOrganization", "name"),
    ("author", "assignedAuthor", "representedOrganization", "name"),
    ("documentationOf", "serviceEvent", "performer", "assignedEntity", "representedOrganization", "name"),
)
_PERFORMER: Final = ("performer", "assignedEntity", "representedOrganization", "name")
_NESTS: Final = frozenset({"component", "structuredBody", "section"})


class Reading:
    """Reads one document."""

    def __init__(self, root: Node, tools: Tools) -> None:
        self._root = root
        spoken_in = root.first("languageCode").get("code").lower()
        language = next((known for known in LANGUAGES if spoken_in.startswith(known)), tools.language)
        self._tools = replace(tools, language=language)
        self._text = Narrative(root)
        self._gathering = Gathering()

    def report(self) -> Report:
        """Give what the document says. Raises `TwoPatientsError`, `NoResultsError`."""
        person = _person(self._root)
        reported = hl7_moment(self._root.first("effectiveTime").get("value")).day
        self._sections(self._root, Around(titles=(), category=None, moment=Moment(reported)))
        return self._gathering.report(
            "cda", self._tools.language, laboratory=_organisation(self._root), reported=reported, person=person
        )  # fmt: skip

    def _sections(self, node: Node, around: Around) -> None:
        if node.tag == "section":
            title = line(spoken(node.first("title"))) or self._text.name(node.first("code"))
            around = replace(around, titles=(*around.titles, title))
            self._entries(node, around)
        for child in node:
            if child.tag in _NESTS:
                self._sections(child, around)

    def _entries(self, section: Node, around: Around) -> None:
        code = section.first("code").get("code")
        for entry in section.all("entry"):
            name = next((child.tag for child in entry if child.tag != "templateId"), "entry")
            if section.first("subject") or any(node.tag == "subject" for node in entry.walk()):
                self._gathering.count(name)
                self._gathering.leave("subject")  # about a relative, a newborn, a sample of water
            elif code in READERS:
                self._gathering.count(name)
                self._gathering.take(READERS[code](entry, self._text, self._tools), self._place)
            else:
                self._results(entry, name, replace(around, category=_SECTIONS.get(code)))

    def _results(self, entry: Node, name: str, around: Around) -> None:
        """Take every result of *entry*; where none can stand, count the entry."""
        found = False
        for node, its in results.observations(entry, around, self._text):
            templates = {template.get("root") for template in node.all("templateId")}
            if node.tag == "observation" and not (around.category or templates & _RESULTS):
                continue
            found = True
            self._gathering.count(node.tag)
            inner = replace(its, category="vital") if templates & _VITALS else its
            self._gathering.take(results.read(node, inner, self._text, self._tools), self._place)
        if not found:
            self._gathering.count(name)
            self._gathering.leave(name)

    @property
    def _place(self) -> int:
        return self._gathering.entries


def _person(root: Node) -> str:
    """Give the patient's name. Raises `TwoPatientsError` when several are named."""
    names = dict.fromkeys(_name(patient) for patient in root.all("recordTarget", "patientRole", "patient"))
    if len(names) > 1:
        raise TwoPatientsError(f"{len(names)} patients")
    return next(iter(names), "")


def _name(patient: Node) -> str:
    names = list(patient.all("name"))
    name = next((one for one in names if "L" in one.get("use").split()), names[0] if names else None)
    if name is None:
        return ""
    parts = [line(spoken(part)) for part in name if part.tag in {"given", "family", "suffix"}]
    return " ".join(dict.fromkeys(part for part in parts if part)) or line(spoken(name))


def _organisation(root: Node) -> str:
    """Give who keeps, wrote or made the document; of a part of one, who made its results."""
    named: Iterator[Node] = (node for path in _ORGANISATIONS for node in root.all(*path))
    made = (node for organizer in root.walk() if organizer.tag == "organizer" for node in organizer.all(*_PERFORMER))
    return next((name for nodes in (named, made) for node in nodes if (name := line(spoken(node)))), "")
