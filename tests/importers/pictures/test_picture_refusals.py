"""Files that are no picture of a report, or no picture at all: one plain refusal each, and none of their words in it."""

import io
import struct
import traceback
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from PIL import Image

from bot.health.documents.errors import (
    CorruptError,
    DocumentError,
    NoResultsError,
    ScanError,
    TooHeavyError,
    TooManyPagesError,
    UnknownFormatError,
)
from bot.health.facts import Report
from bot.health.importers.importer import Source, Tools
from bot.health.importers.registry import importer_for, read
from bot.health.pictures import decoding, reading
from bot.health.pictures.decoding import pages_of
from tests.importers.pictures.printing import ROWS, Picture, draw, noisy, pdf_of, saved, scan_of, shrunk

ReadFile = Callable[[bytes], Report]
CANARY = "SECRETWORD"
WHITE: Picture = np.full((400, 300, 3), 255, np.uint8)


class Blind:
    """In place of the networks: finds no text, at no cost."""

    def find(self, page: Picture) -> list[object]:
        return []

    def read(self, lines: list[Picture]) -> list[list[object]]:
        return [[] for _ in lines]


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "Networks", Blind)


def png_of(width: int, height: int) -> bytes:
    """Give a PNG that says it is so large, and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    )


def tiff_of(*pictures: Picture) -> bytes:
    file = io.BytesIO()
    first, *others = (Image.fromarray(picture) for picture in pictures)
    first.save(file, "TIFF", save_all=True, append_images=others)
    return file.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF"])
def test_given_a_picture_when_asked_then_it_is_known_by_its_beginning(kind: str) -> None:
    known = importer_for("", saved(WHITE, kind)[:64])

    assert type(known).__name__ == "PictureImporter"
    assert importer_for("photo.gif", saved(WHITE, "GIF")) is None


def test_given_a_process_without_room_for_pictures_when_read_then_it_asks_for_one(tools: Tools) -> None:
    text_only = replace(tools, pictures=False)

    for file in (saved(WHITE), scan_of(WHITE), scan_of(WHITE, text=ROWS)):
        with pytest.raises(ScanError):
            read(Source(io.BytesIO(file)), text_only)


@pytest.mark.usefixtures("blind")
@pytest.mark.parametrize(
    ("file", "error"),
    [
        pytest.param(saved(WHITE), NoResultsError, id="blank"),
        pytest.param(scan_of(WHITE), NoResultsError, id="blank-scan"),
        pytest.param(saved(WHITE, "PNG")[:-40], CorruptError, id="truncated-png"),
        pytest.param(saved(noisy(WHITE))[:4000], CorruptError, id="truncated-jpeg"),
        pytest.param(b"\xff\xd8\xff" + b"\x00" * 500, CorruptError, id="no-jpeg"),
        pytest.param(b"II*\x00" + b"\xff" * 500, CorruptError, id="no-tiff"),
        pytest.param(b"RIFF\x00\x00\x00\x00WEBP" + CANARY.encode(), CorruptError, id="no-webp"),
        pytest.param(png_of(60_000, 60_000), TooHeavyError, id="bomb"),
        pytest.param(png_of(8_000, 8_000), TooHeavyError, id="large"),
        pytest.param(png_of(9, 9), CorruptError, id="tiny"),
        pytest.param(tiff_of(*[WHITE[:40, :40]] * 41), TooManyPagesError, id="pages"),
        pytest.param(saved(WHITE, "GIF"), UnknownFormatError, id="gif"),
    ],
)
def test_given_an_unusable_file_when_read_then_one_refusal_says_why(
    read_file: ReadFile, file: bytes, error: type[DocumentError]
) -> None:
    with pytest.raises(DocumentError) as caught:
        read_file(file)

    assert type(caught.value) is error
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_given_noise_when_read_then_it_holds_no_results(read_file: ReadFile) -> None:
    fur = np.random.default_rng(3).integers(0, 255, (40, 50, 3), np.uint8)
    cat = np.asarray(Image.fromarray(fur).resize((400, 320), Image.Resampling.BICUBIC))
    with pytest.raises(NoResultsError):
        read_file(saved(cat))


def test_given_several_pages_when_decoded_then_the_first_are_given_and_moving_pictures_are_one() -> None:
    count, pages = pages_of(tiff_of(WHITE, WHITE[:200], WHITE), most=2)
    moving = io.BytesIO()
    frames = [Image.fromarray(WHITE), Image.fromarray(noisy(WHITE))]
    frames[0].save(moving, "WEBP", save_all=True, append_images=frames[1:])

    assert (count, [page.shape[:2] for page in pages]) == (3, [(400, 300), (200, 300)])
    assert pages_of(moving.getvalue(), most=5)[0] == 1


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "CMYK", "I;16"])
def test_given_any_colours_when_decoded_then_dark_letters_stay_dark_on_light_paper(mode: str) -> None:
    paper = np.full((64, 64), 255, np.uint8)
    paper[20:40, 20:40] = 0
    picture = Image.fromarray(paper.astype(np.uint16) * 16 if mode == "I;16" else paper)
    if mode in {"LA", "RGBA"}:  # letters on nothing
        picture = Image.merge("RGBA", [Image.new("L", (64, 64))] * 3 + [Image.fromarray(255 - paper)]).convert(mode)
    elif mode != "I;16":
        picture = picture.convert(mode)
    file = io.BytesIO()
    picture.save(file, "TIFF")
    (page,) = pages_of(file.getvalue(), most=1)[1]

    assert page.shape == (64, 64, 3)
    assert (int(page[30, 30].max()), int(page[5, 5].min())) == (0, 255)


def test_given_a_huge_photo_when_decoded_then_no_more_of_it_than_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    photo = saved(np.full((5000, 4000, 3), 200, np.uint8), quality=30)
    monkeypatch.setattr(decoding, "_ENOUGH", (1000, 1000))
    monkeypatch.setattr(decoding, "_MOST_DECODED", 2_000_000)
    (page,) = pages_of(photo, most=1)[1]

    assert page.shape == (1000, 800, 3)


def mutated(good: bytes) -> st.SearchStrategy[bytes]:
    """Give *good* with some bytes put, taken out or cut off."""
    places = st.integers(0, len(good) - 1)
    edits = st.lists(st.tuples(places, st.binary(max_size=6), st.integers(0, 6)), min_size=1, max_size=6)

    def apply(edits: list[tuple[int, bytes, int]], end: int) -> bytes:
        data = bytearray(good)
        for place, put, out in edits:
            data[place : place + out] = put
        return bytes(data[:end])

    return st.builds(apply, edits, st.integers(0, len(good)))


def good_files() -> Iterator[bytes]:
    small = shrunk(draw(pdf_of(ROWS[:1]), dpi=40), 0.5)
    yield from (saved(small, kind) for kind in ("PNG", "JPEG", "WEBP", "TIFF"))
    yield scan_of(small)


@pytest.mark.usefixtures("blind")
@hypothesis.settings(max_examples=80, suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture])
@hypothesis.given(file=st.one_of([mutated(file) for file in good_files()]))
def test_given_any_bytes_when_read_then_only_refusals_are_raised(tools: Tools, file: bytes) -> None:
    refusal = ""
    try:
        read(Source(io.BytesIO(file), name=CANARY), tools)
    except DocumentError as error:
        refusal = str(error)

    assert CANARY not in refusal
    assert len(refusal) < 60
