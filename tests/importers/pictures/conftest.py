"""The report the tests of pictures read, and the real parts that read it."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.health.facts import Report
from bot.health.facts.units import Units
from bot.health.importers.importer import Source, Tools
from bot.health.importers.registry import read
from bot.health.knowledge import Knowledge
from bot.settings import config_folder
from tests.importers.pictures.printing import ROWS, Picture, draw, pdf_of


@pytest.fixture(scope="session")
def drawn() -> Picture:
    """A French report at 200 dpi."""
    return draw(pdf_of(ROWS))


@pytest.fixture(scope="session")
def tools() -> Tools:
    """What an importer may use, pictures included."""
    return Tools(
        recognise=Knowledge.load(config_folder() / "knowledge").recognise, units=Units.load(Path(config_folder())),
        now=datetime(2026, 1, 1, tzinfo=UTC), language="fr", max_pages=40, pictures=True, password=None,
        progress=lambda _: None,
    )  # fmt: skip


@pytest.fixture(scope="session")
def read_file(tools: Tools) -> Callable[[bytes], Report]:
    """Read a file in this process."""

    def reading(data: bytes) -> Report:
        return read(Source(io.BytesIO(data)), tools)

    return reading
