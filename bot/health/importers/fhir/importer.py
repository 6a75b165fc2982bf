"""FHIR R4 in a file: one resource, a Bundle, or one resource a line (`application/fhir+ndjson`)."""

from collections.abc import Iterator

from bot.health.documents.errors import BrokenRecordError, TooLargeError
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
        lines = _lines(source, tools)
        first = next((line for line in lines if line.strip(_BEFORE)), b"")
        try:
            records.take(parse(first))
        except BrokenRecordError:  # one document over many lines
            records = Records()
            records.take(parse(_joined(first, lines)))
        for line in lines:
            if line.strip():
                records.take(parse(line))
        return records.report(tools)


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


def _joined(first: bytes, lines: Iterator[bytes]) -> bytes:
    parts, held = [first], len(first)
    for line in lines:
        parts.append(line)
        held += len(line) + 1
        if held > MOST_WHOLE:
            raise TooLargeError(f"more than {MOST_WHOLE} bytes at once")
    return b"\n".join(parts)
