"""FHIR R4 in a file: one resource, a Bundle, or one resource a line (`application/fhir+ndjson`)."""

from collections.abc import Iterator

from bot.health.documents.errors import TooLargeError
from bot.health.facts import Report
from bot.health.importers.importer import MOST_WHOLE, Source, Tools

_BEFORE = b"\xef\xbb\xbf \t\r\n"
_CHUNK = 1 << 20


class FhirImporter:
    """Fulfils `Importer` for FHIR."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        return head.lstrip(_BEFORE).startswith(b"{") and b'"resourceType"' in head

    def read(self, source: Source, tools: Tools) -> Report:
        from bot.health.importers.fhir.records import Records  # noqa: PLC0415  (no other format needs it)
        from bot.health.importers.fhir.strict import parse  # noqa: PLC0415

        records = Records()
        for document in _lines(source, tools) if _by_line(source) else [source.whole()]:
            if document.strip(_BEFORE):
                records.take(parse(document))
        return records.report(tools)


def _by_line(source: Source) -> bool:
    """Say whether each line is a resource: the first one ends as it began, and another follows."""
    first, _, rest = source.head.lstrip(_BEFORE).partition(b"\n")
    return source.name.lower().endswith(".ndjson") or (first.rstrip().endswith(b"}") and rest.lstrip().startswith(b"{"))


def _lines(source: Source, tools: Tools) -> Iterator[bytes]:
    """Give the lines, none longer than what may be held at once. Raises `TooLargeError`."""
    parts: list[bytes] = []
    held = done = 0
    while chunk := source.read(_CHUNK):
        done += len(chunk)
        tools.progress(done)
        first, *others = chunk.split(b"\n")
        parts.append(first)
        held += len(first)
        if held > MOST_WHOLE:
            raise TooLargeError(f"a line of more than {MOST_WHOLE} bytes")
        if others:
            yield b"".join(parts)
            yield from others[:-1]
            parts, held = others[-1:], len(others[-1])
    yield b"".join(parts)
