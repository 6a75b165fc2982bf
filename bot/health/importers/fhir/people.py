"""Whose record it is: every Patient and every subject must be one person, because two people's results never mix."""

import re
from typing import Final

from bot.health.documents.errors import TwoPatientsError
from bot.health.importers.clinical.words import line
from bot.health.importers.fhir.strict import Json, children, reference, string, strings

_HISTORY: Final = re.compile(r"/_history/.*")
_ABOUT: Final = ("subject", "patient")
_USES: Final = ("official", "usual", "", "temp", "nickname", "anonymous", "maiden", "old")
_OTHER: Final = re.compile(r"(?:^|/)(?:Group|Device|Location|Substance|Medication|Practitioner|Organization)/")

_Known = tuple[frozenset[str], str]  # the words of a name, the day of birth


class People:
    """Collects who is named; two are refused at once."""

    def __init__(self) -> None:
        self.name = ""
        self._known: _Known | None = None
        self._ids: set[str] = set()
        self._subjects: set[str] = set()

    def meet(self, patient: Json, full_url: str) -> None:
        """Take a Patient. Raises `TwoPatientsError`, `MalformedError`."""
        name = _name(patient)
        known = frozenset(re.findall(r"\w+", name.casefold())), string(patient, "birthDate")
        if self._known is not None and not _one(self._known, known, same=self._identity(patient) in self._ids):
            raise TwoPatientsError("2 patients")
        self._known, self.name = known, self.name or name
        self._ids |= {_key(full_url), self._identity(patient)} - {""}

    def hear(self, resource: Json) -> bool:
        """Take whom *resource* is about; False when that is nobody. Raises `TwoPatientsError`, `MalformedError`."""
        about = [target for field in _ABOUT if (target := reference(resource, field))]
        if any(_OTHER.search(target) for target in about):
            return False
        self._subjects |= {_key(target) for target in about if not target.startswith("#")}
        return True

    def check(self) -> None:
        """Compare all that was taken. Raises `TwoPatientsError`."""
        strangers = self._subjects - self._ids
        if len(strangers) > (0 if self._ids else 1):
            raise TwoPatientsError(f"{len(strangers)} other subjects")

    @staticmethod
    def _identity(patient: Json) -> str:
        return string(patient, "id")


def _key(target: str) -> str:
    """Give the last part of an address: "Patient/1", "https://…/Patient/1/_history/2" and "urn:uuid:1" are all 1."""
    return re.split(r"[/:]", _HISTORY.sub("", target))[-1]


def _one(first: _Known, second: _Known, *, same: bool) -> bool:
    (names, born), (others, birth) = first, second
    if born and birth:
        return born == birth and (names <= others or others <= names)
    return same


def _name(patient: Json) -> str:
    names = sorted(children(patient, "name"), key=lambda name: _rank(string(name, "use")))
    for name in names:
        parts = (*strings(name, "given"), string(name, "family"), *strings(name, "suffix"))
        if shown := line(string(name, "text") or " ".join(parts)):
            return shown
    return ""


def _rank(use: str) -> int:
    return _USES.index(use) if use in _USES else len(_USES)
