"""Laboratory reports as photos and scans: PNG, JPEG, WebP and TIFF."""

from typing import Final

from bot.health.documents.errors import ScanError
from bot.health.facts import Report
from bot.health.importers.importer import Source, Tools

_BEGINNINGS: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*")


class PictureImporter:
    """Fulfils `Importer` for pictures."""

    def recognises(self, name: str, head: bytes) -> bool:  # noqa: ARG002
        return head.startswith(_BEGINNINGS) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")

    def read(self, source: Source, tools: Tools) -> Report:
        if not tools.pictures:
            raise ScanError("picture")
        from bot.health.pictures.reading import read_picture  # noqa: PLC0415  (its libraries weigh 300 MB)

        return read_picture(source.whole(), tools)
