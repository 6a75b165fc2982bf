"""Promise 1, with canaries: what enters Health is found in nothing the general space, a log or a disk ever held."""

import base64
import io
import logging
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import structlog
from fpdf import FPDF
from pydantic import SecretStr
from sqlalchemy import MetaData, select, update

from bot.kernel import logs
from bot.settings import Settings
from bot.storage.engine import Database, store_url
from bot.storage.schema import work
from tests.journeys.conftest import OpenHouse
from tests.llm.scripted_model import ScriptedModel, running_model, says, says_json

STORES = ("main", "main_keys", "health", "health_keys")


def canary() -> str:
    return "CNRY" + secrets.token_hex(8)


@dataclass(frozen=True)
class Planted:
    """One marker for every way into Health."""

    question: str
    one_shot: str
    note: str
    label: str
    laboratory: str
    file_name: str
    caption: str
    correction: str
    moved: str
    outside: str

    @classmethod
    def fresh(cls) -> "Planted":
        return cls(*(canary() for _ in cls.__dataclass_fields__))

    @property
    def all(self) -> tuple[str, ...]:
        return tuple(getattr(self, name) for name in self.__dataclass_fields__)


def forms(marker: str) -> Iterator[bytes]:
    """A marker as it may hide: as is, in UTF-16, in hexadecimal, in base64 at any alignment."""
    raw = marker.encode()
    yield raw
    yield marker.encode("utf-16-le")
    yield raw.hex().encode()
    for shift in range(3):
        yield base64.b64encode(b"\0" * shift + raw)[4 : len(raw) // 3 * 4]


def held(haystack: bytes, markers: tuple[str, ...]) -> list[str]:
    return [marker for marker in markers if any(form in haystack for form in forms(marker))]


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    before, level = logging.root.handlers[:], logging.root.level
    logs.configure("DEBUG", stream)
    yield stream
    logging.root.handlers[:] = before
    logging.root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder nobody else writes to."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with running_model() as served:
        yield served


def report(planted: Planted, folder: Path) -> Path:
    """A lab report whose own words are markers."""
    pdf = FPDF()
    pdf.add_page()
    pdf.set_font("helvetica", size=10)
    lines = [
        (20, f"LABORATOIRE {planted.laboratory}"),
        (28, "Compte rendu d'analyses - Prélèvement du 13/03/2025"),
        (36, "BIOCHIMIE"),
    ]
    for y, text in lines:
        pdf.text(20, y, text)
    rows = [("Ferritine", "7,31", "µg/L", "15 - 150"), (f"Dosage {planted.label}", "4,71", "g/L", "1,0 - 2,0")]
    for n, row in enumerate(rows):
        for x, cell in zip((20, 90, 115, 140), row, strict=True):
            pdf.text(x, 50 + 8 * n, cell)
    path = folder / f"{planted.file_name}.pdf"
    pdf.output(str(path))
    return path


async def everything_in(settings: Settings, name: str) -> bytes:
    """Every byte of a store: its files on SQLite, every cell of every table on PostgreSQL."""
    url = store_url(settings, name)  # type: ignore[arg-type]
    if url.startswith("sqlite"):
        file = Path(url.split("///", 1)[1])
        return b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))
    db, tables, cells = Database(url), MetaData(), bytearray()
    try:
        async with db.read() as connection:
            await connection.run_sync(tables.reflect)
            for table in tables.sorted_tables:
                for row in await connection.execute(select(table)):
                    for cell in row:
                        cells += cell if isinstance(cell, bytes) else str(cell).encode()
                        cells += b"\0"
    finally:
        await db.close()
    return bytes(cells)


def with_model(settings: Settings, model: ScriptedModel) -> Settings:
    told = {
        "base_url": model.base_url,
        "model": "tiny-1",
        "api_key": SecretStr("sk-test"),
        "health_allowed": True,
        "region": "EU",
        "retention": "none",
    }
    return settings.model_copy(update={"llm": settings.llm.model_copy(update=told)})


async def test_given_markers_all_over_health_when_everything_else_is_searched_then_none_is_found(
    open_house: OpenHouse,
    on_either: Settings,
    logged: io.StringIO,
    temporary: Path,
    model: ScriptedModel,
    tmp_path: Path,
) -> None:
    planted = Planted.fresh()
    settings = with_model(on_either, model)
    model.script(says_json("{{f1}}"))
    carnet = await open_house(settings)
    chat = carnet.meet("Nadia", "fr")
    await chat.enter()
    path = report(planted, tmp_path)
    broken = tmp_path / f"{planted.file_name}-broken.pdf"
    broken.write_bytes(b"%PDF-1.7 " + planted.caption.encode())

    screen = (await chat.upload(path, caption=planted.caption))[-1]
    assert planted.label in screen.text  # it was really read
    await chat.upload(broken)
    await chat.say(f"2 = {planted.correction}")
    await chat.press("onfirm")
    await chat.say(f"Que veut dire ma ferritine {planted.question} ?")
    await chat.say(f"Retiens que {planted.note}")
    (recalled,) = await chat.say("Que sais-tu de moi ?")
    assert planted.note in recalled.text
    await chat.say("/pourquoi")
    await chat.say("/quitter")
    await chat.say(f"/sante ma ferritine {planted.one_shot} ?")
    await chat.say(f"Ma ferritine {planted.moved} est basse ?")
    moved, _ = await chat.press("La poser")
    assert moved.text.startswith("🩺")
    asked_in_health = b"".join(captured.raw.encode() for captured in model.requests)

    stranger = carnet.meet("Hugo", "fr")
    await stranger.say(f"/sante j'ai mal {planted.outside}")
    model.script(says("Bonjour, voici une réponse."))
    for text in ("Parlons d'autre chose : un poème sur la mer", "Que sais-tu de moi ?", "merci"):
        (general,) = await chat.say(text)
        assert held(general.text.encode(), planted.all) == []

    asked_in_general = b"".join(captured.raw.encode() for captured in model.requests)
    assert b"mer" in asked_in_general
    assert held(asked_in_general, planted.all) == []
    assert b"ferritine" in asked_in_health
    assert held(asked_in_health, (planted.label, planted.laboratory, planted.file_name, planted.note)) == []
    for value in (b"7,31", b"7.31", b"15 - 150", b"4,71", b"Nadia", str(chat.persona.id).encode()):
        assert value not in asked_in_health
    assert held(logged.getvalue().encode(), planted.all) == []
    assert "turn_answered" in logged.getvalue()
    assert [entry.name for entry in temporary.rglob("*")] == []
    for name in STORES:
        assert held(await everything_in(settings, name), planted.all) == [], name
    assert len(await everything_in(settings, "health")) > 5_000


async def test_given_the_search_itself_when_a_marker_is_there_then_it_is_found(
    open_house: OpenHouse, on_either: Settings
) -> None:
    """The net can catch: a marker left in the clear in the main store is seen on both engines."""
    marker = canary()
    carnet = await open_house(on_either)
    chat = carnet.meet("Nadia", "fr")
    await chat.say("bonjour")
    db = Database(store_url(on_either, "main"))
    async with db.write() as connection:
        await connection.execute(update(work).values(last_error=marker))
    await db.close()

    assert held(await everything_in(on_either, "main"), (marker,)) == [marker]
    assert held(base64.b64encode(b"x" + marker.encode()), (marker,)) == [marker]
