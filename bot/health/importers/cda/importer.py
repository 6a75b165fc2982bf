"""HL7 CDA in a file: a whole document, one inside a stylesheet, or the published parts of one."""

import re

from bot.health.facts import Report
from bot.health.importers.importer import Source, Tools

_DOCUMENT = re.compile(rb"<(?:[\w.-]+:)?ClinicalDocument[\s>/]")
_PART = re.compile(rb"<(?:[\w.-]+:)?section[\s>]")
_TEMPLATES = re.compile(rb"2\.16\.840\.1\.113883\.10\.20\.|1\.3\.6\.1\.4\.1\.19376\.1\.")
_BEFORE = b"\xef\xbb\xbf\xff\xfe \t\r\n"


class CdaImporter:
    """Fulfils `Importer` for CDA."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        text = head.replace(b"\0", b"")  # UTF-16, as far as these names go
        if not text.lstrip(_BEFORE).startswith(b"<"):
            return False
        return bool(_DOCUMENT.search(text) or (_PART.search(text) and _TEMPLATES.search(text)))

    def read(self, source: Source, tools: Tools) -> Report:
        from bot.health.importers.cda.document import Reading  # noqa: PLC0415  (no other format needs it)
        from bot.health.importers.cda.tree import parse  # noqa: PLC0415

        return Reading(parse(source.whole()), tools).report()
