"""The importers there are, and the one a file is for."""

from importlib import import_module
from typing import Final

from bot.health.documents.errors import EmptyDocumentError, UnknownFormatError
from bot.health.facts import Report
from bot.health.importers.importer import Importer, Source, Tools

# By name, so that reading one format never loads the libraries of another. Asked in this order.
_IMPORTERS: Final = ("pdf:PdfImporter", "fhir.importer:FhirImporter", "cda.importer:CdaImporter")


def read(source: Source, tools: Tools) -> Report:
    """Propose what *source* says. Raises `UnknownFormatError` when no importer knows it."""
    if not source.head:
        raise EmptyDocumentError("0 bytes")
    importer = importer_for(source.name, source.head)
    if importer is None:
        raise UnknownFormatError("no importer")
    return importer.read(source, tools)


def importer_for(name: str, head: bytes) -> Importer | None:
    """Give the first importer that knows a file of this *name* and *head*."""
    return next((known for known in map(_load, _IMPORTERS) if known.recognises(name, head)), None)


def _load(place: str) -> Importer:
    module, _, importer = place.partition(":")
    loaded: Importer = getattr(import_module(f"bot.health.importers.{module}"), importer)()
    return loaded
