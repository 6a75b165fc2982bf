"""Resources of one synchronisation, each once, each this patient's, and what came of every kind.

What was brought before in the same version is counted and left; what results refer to always comes along.
"""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Final

from bot.health.connectors.errors import GIVES_UP, ConnectorError
from bot.health.connectors.lines import line
from bot.health.connectors.model import Harvest, Item
from bot.health.importers.fhir.mapping import KEPT
from bot.health.importers.fhir.strict import Json, MalformedError, child, children, reference, string

_ID: Final = re.compile(r"[A-Za-z0-9.-]{1,64}")
_BESIDE: Final = frozenset({"Patient", "Medication", "Organization", "Practitioner", "Specimen"})
_FINGERPRINT: Final = 16  # hexadecimal digits; two of ten thousand versions agree once in 10**11 records


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one synchronisation may cost."""

    seconds: float
    max_bytes: int
    page_bytes: int
    max_pages: int


class Gathering:
    """Takes resources one by one and gives the harvest."""

    def __init__(self, patient: str | None, seen: Collection[str], limits: Limits) -> None:
        self.limits = limits
        self.given_up = False
        self._patient = patient
        self._seen = seen
        self._lines: dict[str, bytes] = {}  # by fingerprint
        self._fresh: list[str] = []
        self._size = 0
        self._items: dict[str, Item] = {}
        self._open = ""

    def take(self, resource: Json, kind: str) -> bool:
        """Take one resource of a search for *kind* ("" for any); False when it is not one of those asked for."""
        found = resource.get("resourceType")
        if not isinstance(found, str) or not (found in KEPT or found in _BESIDE):
            return False  # a claim, a bill
        beside = found in _BESIDE and found != kind  # what others refer to is no match, and not counted
        name = "" if beside else self._open or found
        try:
            written, key, mine = line(resource), _fingerprint(resource), self._is_mine(resource)
        except MalformedError:
            written, key, mine = b"", "", False
        if (kind and found != kind and not beside) or not mine or not key or key in self._lines:
            self._count(name, fetched=1, skipped=1)
        elif found in KEPT and key in self._seen:
            self._count(name, fetched=1, known=1)
        else:
            self._keep(key, written, fresh=found in KEPT)
            self._count(name, fetched=1, stored=1)
        return not kind or found == kind

    @contextmanager
    def item(self, name: str) -> Iterator[Callable[[ConnectorError], None]]:
        """Count under *name* until the block ends; it is given what to call when the kind breaks off."""
        self._items.setdefault(name, Item(kind=name))
        self._open = name
        try:
            yield self._failed
        finally:
            self._open = ""

    def note(self, item: Item) -> None:
        """Note what came of a kind that was not read."""
        self._items[item.kind] = item

    def apart(self) -> "Gathering":
        """Give a gathering of its own, to be joined or dropped."""
        other = Gathering(self._patient, self._seen, self.limits)
        other._lines = dict(self._lines)
        other._size = self._size
        return other

    def join(self, other: "Gathering") -> None:
        """Take over what *other* gathered."""
        self._lines, self._size = other._lines, other._size
        self._fresh += other._fresh
        self._items |= other._items
        self.given_up = self.given_up or other.given_up

    def harvest(self) -> Harvest:
        """Give everything taken; nothing to read when nothing is new."""
        lines = b"\n".join(self._lines.values()) if self._fresh else b""
        return Harvest(lines=lines, items=tuple(self._items.values()), fresh=tuple(self._fresh))

    def _failed(self, error: ConnectorError) -> None:
        self._items[self._open] = self._items[self._open].failing(error.code, error.status)
        self.given_up = self.given_up or error.code in GIVES_UP

    def _keep(self, key: str, written: bytes, *, fresh: bool) -> None:
        if self._size + len(written) > self.limits.max_bytes:
            raise ConnectorError("full")
        self._lines[key] = written
        self._size += len(written) + 1
        if fresh:
            self._fresh.append(key)

    def _count(self, name: str, *, fetched: int = 0, stored: int = 0, known: int = 0, skipped: int = 0) -> None:
        if not name:
            return
        item = self._items.get(name, Item(kind=name))
        self._items[name] = replace(
            item, fetched=item.fetched + fetched, stored=item.stored + stored, known=item.known + known,
            skipped=item.skipped + skipped,
        )  # fmt: skip

    def _is_mine(self, resource: Json) -> bool:
        """Say whether a resource is about this patient, or about nobody. Raises `MalformedError`."""
        if self._patient is None:  # gathered from many places, each with its own id; the reader compares names
            return True
        if resource["resourceType"] == "Patient":
            return string(resource, "id") == self._patient
        about = [reference(resource, field) for field in ("subject", "patient")]
        actors = [reference(one, "actor") for one in children(resource, "participant")]
        named = [one for one in about if one] + [one for one in actors if "Patient/" in one]
        return not named or any(_last(one) == self._patient for one in named)


def _fingerprint(resource: Json) -> str:
    """Tell apart every version of every resource; "" for one without an id. Raises `MalformedError`."""
    identity = string(resource, "id")
    if not _ID.fullmatch(identity):
        return ""
    version = string(child(resource, "meta"), "versionId") or sha256(line(resource)).hexdigest()
    return sha256(f"{resource['resourceType']}/{identity}/{version}".encode()).hexdigest()[:_FINGERPRINT]


def _last(target: str) -> str:
    return re.split(r"[/:]", target.partition("/_history/")[0])[-1]
