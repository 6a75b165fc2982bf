"""The text a person reads in a CDA, and what its coded entries quote of it by reference."""

from typing import Final

from bot.health.importers.cda.tree import Node
from bot.health.importers.clinical.words import line, paragraphs

_LINES: Final = frozenset({"br", "tr", "paragraph", "item", "list", "table", "caption"})
_APART: Final = frozenset({"td", "th", "content"})


class Narrative:
    """Every piece of a document's text that has an ID."""

    def __init__(self, root: Node) -> None:
        self._pieces: dict[str, Node | None] = {}
        for node in root.walk():
            if identity := node.get("ID"):
                self._pieces[identity] = None if identity in self._pieces else node  # twice: nobody can say which

    def quoted(self, node: Node) -> str:
        """Give the text of *node*: what its reference points at, else its own."""
        target = node.first("reference").get("value")
        if target:
            piece = self._pieces.get(target.removeprefix("#")) if target.startswith("#") else None
            return spoken(piece) if piece else ""
        return spoken(node)

    def note(self, node: Node) -> str:
        """Give the text of *node* with its lines."""
        return paragraphs(self.quoted(node))

    def name(self, code: Node) -> str:
        """Give a coded value's name: as its code system writes it, else as the text does."""
        return line(code.get("displayName")) or line(self.quoted(code.first("originalText")))


def spoken(node: Node) -> str:
    """Give all text inside *node*, a line a row."""
    said: list[str] = []
    waiting: list[Node | str] = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, str):
            said.append(part)
            continue
        if part.tag in _LINES:
            said.append("\n")
        elif part.tag in _APART:
            said.append(" ")
        waiting += reversed(part.parts)
    return "".join(said)
