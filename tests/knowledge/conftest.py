"""The shipped knowledge, loaded once for all tests of this folder."""

from pathlib import Path

import pytest

from bot.health.knowledge import Knowledge

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def folder() -> Path:
    return ROOT / "config" / "knowledge"


@pytest.fixture(scope="session")
def knowledge(folder: Path) -> Knowledge:
    return Knowledge.load(folder)
