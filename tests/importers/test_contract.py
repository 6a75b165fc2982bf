"""What every registered importer keeps to, whatever it reads."""

import io
import json
import random
import re
import subprocess
import sys
import traceback
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.health.documents.errors import REFUSALS, DocumentError
from bot.health.facts import Report
from bot.health.importers import registry
from bot.health.importers.extract import read_report
from bot.health.importers.importer import Source
from bot.health.importers.metrics import METRICS
from bot.health.importers.wire import Answer, decode, encode
from bot.i18n import LANGUAGES, say
from bot.settings.model import DocumentSettings
from tests.importers.wellness import NOW, samples, tools

CANARY = "zorglub-7431"
PLACES = registry._IMPORTERS
HEAVY = ("pdfplumber", "pdfminer", "pypdfium2", "numpy", "PIL", "lxml", "sqlite3", "onnxruntime", "pandas", "cv2")
SAMPLES = samples()
STARTS = (
    b"",
    b"%PDF-1.7\n",
    b"PK\3\4",
    b"SQLite format 3\0",
    b"<?xml version='1.0'?><HealthData>",
    b"[{",
    b"{",
    b"\xff\xfe",
    b"Date,",
)


def damaged(data: bytes) -> Iterator[bytes]:
    """Give a file cut short, and with bytes changed at fixed random places."""
    for length in (1, len(data) // 3, len(data) * 2 // 3, len(data) - 1):
        yield data[:length]
    dice = random.Random(7431)  # noqa: S311 - the same damage each time
    for _ in range(20):
        changed = bytearray(data)
        for _ in range(dice.randint(1, 8)):
            changed[dice.randrange(len(changed))] = dice.randrange(256)
        yield bytes(changed)


def attempted(name: str, data: bytes) -> Report | DocumentError:
    """Read a file, or give why it was refused."""
    try:
        return registry.read(Source(io.BytesIO(data), name=name), tools())
    except DocumentError as refusal:
        return refusal


def fits(report: Report) -> bool:
    """Say whether a report passes to the bot unchanged."""
    said = Answer.model_validate_json(encode(report)).report
    return said is not None and decode(said) == report and all(r.unit == METRICS[r.metric].unit for r in report.rollups)


@pytest.mark.parametrize("place", PLACES)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=300), name=st.text(max_size=30))
@settings(max_examples=60)
def test_given_any_bytes_when_asked_then_an_importer_says_yes_or_no(
    place: str, start: bytes, rest: bytes, name: str
) -> None:
    assert registry._load(place).recognises(name, start + rest) in {True, False}


@pytest.mark.parametrize("place", PLACES)
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=300))
@settings(max_examples=25)
def test_given_any_bytes_when_read_all_the_same_then_only_a_refusal_is_raised(
    place: str, start: bytes, rest: bytes
) -> None:
    try:
        report = registry._load(place).read(Source(io.BytesIO(start + rest)), tools())
    except DocumentError:
        return

    assert fits(report)


def test_given_no_format_when_all_importers_are_asked_then_no_heavy_library_was_loaded() -> None:
    script = (
        "import json, sys; from bot.health.importers import registry as r;"
        "r.importer_for('x', b'x'); print(json.dumps([m for m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)

    assert not set(HEAVY) & set(json.loads(done.stdout))


@pytest.mark.parametrize("sample", SAMPLES)
def test_given_a_good_file_when_read_then_its_format_is_found_and_the_answer_fits(sample: str) -> None:
    name, data = SAMPLES[sample]
    report = registry.read(Source(io.BytesIO(data), name=name), tools())

    assert report.kind == sample.split(maxsplit=1)[0]
    assert report.rollups
    assert [fact.id for fact in report.facts] == [str(place + 1) for place in range(len(report.facts))]
    assert fits(report)


@pytest.mark.parametrize("sample", ["peloton", "fitbit", "health_connect"])
async def test_given_a_good_file_when_the_limited_process_reads_it_then_it_says_the_same(sample: str) -> None:
    name, data = SAMPLES[sample]
    report = await read_report(data, DocumentSettings(), name=name, language="fr", now=NOW)

    assert report == registry.read(Source(io.BytesIO(data), name=name), tools())


@pytest.mark.parametrize("sample", SAMPLES)
def test_given_a_good_file_when_only_its_head_is_asked_about_then_one_importer_knows_it(sample: str) -> None:
    name, data = SAMPLES[sample]

    assert sum(registry._load(place).recognises(name, data) for place in PLACES) == 1


@pytest.mark.parametrize("sample", SAMPLES)
def test_given_a_damaged_file_when_read_then_it_is_refused_or_its_answer_fits_and_no_word_of_it_escapes(
    sample: str,
) -> None:
    name, data = SAMPLES[sample]
    for broken in damaged(data.replace(b"2026", CANARY.encode(), 1)):
        answer = attempted(name, broken)

        assert isinstance(answer, DocumentError) or fits(answer)
        if isinstance(answer, DocumentError):
            assert type(answer) in REFUSALS.values()
            assert CANARY not in "".join(traceback.format_exception(answer))


@given(
    sample=st.sampled_from(sorted(SAMPLES)),
    changes=st.lists(st.tuples(st.integers(0), st.binary(max_size=12)), max_size=6),
)
@settings(max_examples=300)
def test_given_bytes_changed_anywhere_when_read_then_only_refusals_are_raised(
    sample: str, changes: list[tuple[int, bytes]]
) -> None:
    name, data = SAMPLES[sample]
    changed = bytearray(data)
    for place, new in changes:
        start = place % len(changed)
        changed[start : start + len(new)] = new
    answer = attempted(name, bytes(changed))

    if isinstance(answer, DocumentError):
        assert re.fullmatch(r"\d+ (bytes|records)|no importer", str(answer))
    else:
        assert fits(answer)


@pytest.mark.parametrize("refusal", REFUSALS.values(), ids=REFUSALS)
def test_given_any_refusal_when_said_then_each_language_has_its_own_sentence(refusal: type[DocumentError]) -> None:
    assert len({say(language, refusal.reply) for language in LANGUAGES}) == len(LANGUAGES)
