"""The importer printed in the documentation works as the page says."""

import io
import re
from pathlib import Path
from typing import Any

from bot.health.importers.importer import Importer, Source
from tests.importers.wellness import figures, tools

PAGE = Path(__file__).parents[2] / "docs/importers.md"


def block(language: str) -> str:
    (text,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    return str(text)


def test_given_the_page_s_importer_when_it_reads_the_page_s_file_then_it_gives_what_the_page_says() -> None:
    names: dict[str, Any] = {}
    exec(block("python"), names)  # noqa: S102 - our own page
    importer: Importer = names["PedonoteImporter"]()
    data = block("csv").encode()
    report = importer.read(Source(io.BytesIO(data)), tools())

    assert importer.recognises("", data)
    assert figures(report) == {
        "steps": {"2026-09-28": 10_250, "2026-09-30": 7800}, "weight": {"2026-09-28": 81.5, "2026-09-29": 81.4},
    }  # fmt: skip
    assert dict(report.left) == {"impossible": 1, "Mood": 2}


def test_given_the_page_s_importer_when_counted_then_it_is_as_short_as_promised() -> None:
    assert len(block("python").splitlines()) <= 60
