"""CDA's XML as a small tree, read by a parser that opens nothing: no DTD, no entity, no endless nesting.

Names are CDA's own whatever prefix they were written with, and what belongs to another namespace is dropped. The
document may stand inside another one: a French "auto-presentable" report is a stylesheet that holds it.
"""

from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from bot.health.documents.errors import BrokenRecordError, UnknownFormatError

_CDA: Final = "urn:hl7-org:v3"
_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
_FRAGMENTS: Final = frozenset({"section", "component"})  # published examples are parts of a document
_DEEPEST: Final = 300
_MOST_NODES: Final = 500_000


class Node:
    """One element: its attributes and, in order, the texts and elements inside."""

    __slots__ = ("attributes", "parts", "tag")

    def __init__(self, tag: str, attributes: dict[str, str]) -> None:
        self.tag = tag
        self.attributes = attributes
        self.parts: list[Node | str] = []

    def get(self, name: str) -> str:
        """Give an attribute, "" when it is not there."""
        return self.attributes.get(name, "")

    def __iter__(self) -> Iterator["Node"]:
        return (part for part in self.parts if isinstance(part, Node))

    def all(self, *path: str) -> Iterator["Node"]:
        """Give every element at the end of *path*."""
        if not path:
            yield self
            return
        for node in self:
            if node.tag == path[0]:
                yield from node.all(*path[1:])

    def first(self, *path: str) -> "Node":
        """Give the first element at the end of *path*, an empty one when there is none."""
        return next(self.all(*path), _NONE)

    def walk(self) -> Iterator["Node"]:
        """Give this element and all inside, in the order of the document."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += reversed([part for part in node.parts if isinstance(part, Node)])

    def __bool__(self) -> bool:
        return bool(self.tag)


_NONE: Final = Node("", {})


def parse(data: bytes) -> Node:
    """Give the CDA document in *data*. Raises `BrokenRecordError`, or `UnknownFormatError` when there is none."""
    builder = _Builder()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = builder.doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.text
    try:
        parser.Parse(data, True)  # noqa: FBT003 - expat takes no keyword; whole, or a long token is scanned again and again
    except expat.ExpatError as error:
        raise BrokenRecordError(f"XML error {error.code}") from None
    except (LookupError, ValueError):  # an encoding that does not exist
        raise BrokenRecordError("XML encoding") from None
    if builder.root is None:
        raise UnknownFormatError("no CDA")
    return builder.root


class _Builder:
    """Grows the tree from the parser's events."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self._open: list[Node | None] = []  # None for an element outside the document, or of another namespace
        self._names: list[dict[str, str]] = [{}]  # namespaces by prefix, below each open element
        self._count = 0

    def doctype(self, *_: object) -> None:
        raise BrokenRecordError("a DTD")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) >= _DEEPEST or self._count >= _MOST_NODES:
            raise BrokenRecordError(f"{len(self._open)} deep, {self._count} elements")
        names = self._names_below(attributes)
        prefix, _, local = name.rpartition(":")
        parent = self._open[-1] if self._open else None
        node = None
        # Parts of a document declare no namespace at all; whatever declares one must declare CDA's.
        if names.get(prefix, "" if prefix else _CDA) == _CDA and (parent or self._begins(local)):
            node = Node(local, _plain(attributes, names))
            self._count += 1
            self.root = self.root or node
        if parent and node:
            parent.parts.append(node)
        self._open.append(node)
        self._names.append(names)

    def end(self, _name: str) -> None:
        self._open.pop()
        self._names.pop()

    def text(self, text: str) -> None:
        if self._open and (node := self._open[-1]):
            node.parts.append(text)

    def _begins(self, local: str) -> bool:
        begins = local == "ClinicalDocument" or (not self._open and local in _FRAGMENTS)
        if begins and self.root is not None:
            raise BrokenRecordError("two documents")
        return begins

    def _names_below(self, attributes: dict[str, str]) -> dict[str, str]:
        declared = {key[6:]: uri for key, uri in attributes.items() if key == "xmlns" or key.startswith("xmlns:")}
        return {**self._names[-1], **declared} if declared else self._names[-1]


def _plain(attributes: dict[str, str], names: dict[str, str]) -> dict[str, str]:
    """Give the attributes by their own names; of other namespaces only the type, "PQ" for "c:PQ"."""
    kept = {}
    for key, value in attributes.items():
        prefix, _, local = key.rpartition(":")
        if not prefix and key != "xmlns":
            kept[key] = value
        elif local == "type" and names.get(prefix, _XSI if prefix == "xsi" else "") == _XSI:
            kept["xsi:type"] = value.rpartition(":")[2]
    return kept
