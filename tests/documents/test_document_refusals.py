"""Every refusal, through the real worker process: its own error, its own sentence, nothing of the document in it."""

import asyncio
import os
import sys
import tempfile
import time
import traceback
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.health.documents.errors import (
    REFUSALS,
    CorruptError,
    DocumentError,
    EmptyDocumentError,
    EncryptedError,
    NoResultsError,
    ScanError,
    TooHeavyError,
    TooLargeError,
    TooManyPagesError,
    TwoPatientsError,
    UnknownFormatError,
    UnsupportedLanguageError,
    WrongPasswordError,
)
from bot.health.importers import extract as reading
from bot.health.importers.extract import read_report
from bot.i18n import LANGUAGES, say
from bot.kernel.sensitive import Sensitive
from bot.settings.model import DocumentSettings

PrintPdf = Callable[..., bytes]
LIMITS = DocumentSettings()
CANARY = "ZORGLUB-7431"


def pdf_of(content: bytes, *, filters: str = "/FlateDecode", resources: str = "") -> bytes:
    """Write the smallest PDF around one content stream."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 << /Type /Font"
        b" /Subtype /Type1 /BaseFont /Helvetica >> >> " + resources.encode() + b" >> >>",
        b"<< /Length %d /Filter %s >>\nstream\n%s\nendstream" % (len(content), filters.encode(), content),
    ]
    body, places = b"%PDF-1.4\n", []
    for number, item in enumerate(objects, start=1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, item)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return body + b"xref\n0 5\n0000000000 65535 f \n%strailer << /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        table,
        len(body),
    )


def bomb(megabytes: int) -> bytes:
    """Give a small PDF whose page inflates to that many megabytes of drawing."""
    squeeze = zlib.compressobj(9)
    block = b"0 0 m 1 1 l S\n" * 75_000
    once = b"".join([*(squeeze.compress(block) for _ in range(megabytes)), squeeze.flush()])
    return pdf_of(zlib.compress(once, 9), filters="[/FlateDecode /FlateDecode]")


@pytest.fixture(scope="module")
def good(print_pdf: PrintPdf, french_top: tuple[str, ...]) -> bytes:
    return print_pdf([*french_top, "Hémoglobine 11,4 g/dL (12,0 - 16,0)"])


async def refusal(pdf: bytes, limits: DocumentSettings = LIMITS, password: str | None = None) -> DocumentError:
    with pytest.raises(DocumentError) as caught:
        await read_report(pdf, limits, password=Sensitive(password) if password else None)
    return caught.value


async def test_given_a_good_report_when_read_in_the_worker_then_its_facts_come_back(good: bytes) -> None:
    report = await read_report(good, LIMITS)

    assert [(f.label, f.value, f.number and str(f.number), f.analyte) for f in report.facts] == [
        ("Hémoglobine", "11,4", "11.4", "hemoglobin")
    ]
    assert str(report.facts[0].date) == "2025-02-05"


@pytest.mark.parametrize(
    ("pdf", "error"),
    [
        (b"", EmptyDocumentError),
        (b"PK\x03\x04 a letter in another format", UnknownFormatError),
        (b"%PDF-1.7\nnothing behind the name", CorruptError),
    ],
)
async def test_given_what_is_no_readable_pdf_when_read_then_each_has_its_error(
    pdf: bytes, error: type[DocumentError]
) -> None:
    assert type(await refusal(pdf)) is error


async def test_given_half_a_file_when_read_then_it_is_corrupt_or_empty_of_results(good: bytes) -> None:
    assert type(await refusal(good[: len(good) // 3])) in {CorruptError, ScanError}


async def test_given_more_bytes_than_allowed_when_read_then_no_process_starts(
    good: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_WORKER", ("-c", "raise SystemExit(9)"))

    assert type(await refusal(good, DocumentSettings(max_bytes=len(good) - 1))) is TooLargeError


async def test_given_more_pages_than_allowed_when_read_then_it_is_refused(print_pdf: PrintPdf) -> None:
    assert type(await refusal(print_pdf(*[["Sodium 140 mmol/L"]] * 41))) is TooManyPagesError


async def test_given_pages_without_text_when_read_then_it_is_a_scan() -> None:
    assert type(await refusal(pdf_of(zlib.compress(b"0 0 m 100 100 l S")))) is ScanError


async def test_given_a_password_when_it_is_missing_wrong_or_right_then_each_differs(
    print_pdf: PrintPdf, french_top: tuple[str, ...]
) -> None:
    locked = print_pdf([*french_top, "Sodium 140 mmol/L (135 - 145)"], password="lilas")

    assert type(await refusal(locked)) is EncryptedError
    assert type(await refusal(locked, password="tulipe")) is WrongPasswordError
    assert len((await read_report(locked, LIMITS, password=Sensitive("lilas"))).facts) == 1


async def test_given_the_wrong_reader_or_subject_when_read_then_each_has_its_error(
    print_pdf: PrintPdf, french_top: tuple[str, ...]
) -> None:
    letter = print_pdf(["Madame, nous vous remercions de la confiance que vous nous accordez pour le suivi."])
    german = print_pdf(
        ["Befund vom Labor für die Patientin: das Ergebnis und der Referenzbereich", "Natrium 140 mmol/L"]
    )
    family = print_pdf([*french_top, "Sodium 140 mmol/L"], ["Mme PETIT Anne née le 12/12/1955", "Sodium 140 mmol/L"])

    assert type(await refusal(letter)) is NoResultsError
    assert type(await refusal(german)) is UnsupportedLanguageError
    assert type(await refusal(family)) is TwoPatientsError


@pytest.mark.clocked
async def test_given_a_small_file_that_inflates_hugely_when_read_then_its_limits_stop_it() -> None:
    pdf = bomb(600)
    started = time.monotonic()
    error = await refusal(pdf, DocumentSettings(seconds=20, memory_mb=384))

    assert len(pdf) < 100_000
    assert type(error) is TooHeavyError
    assert time.monotonic() - started < 25


async def test_given_a_page_with_a_novel_on_it_when_read_then_it_is_too_heavy() -> None:
    words = b"BT /F1 6 Tf 10 800 Td " + b"(Sodium 140 mmol/L) Tj 0 -1 Td " * 4_000 + b"ET"

    assert type(await refusal(pdf_of(zlib.compress(words)))) is TooHeavyError


async def test_given_a_deadline_when_it_passes_then_the_worker_is_killed(
    good: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mark = tmp_path / "pid"
    hang = f"import os, time, pathlib; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(60)"
    monkeypatch.setattr(reading, "_WORKER", ("-c", hang))
    error = await refusal(good, DocumentSettings(seconds=1.5))

    assert type(error) is TooHeavyError
    with pytest.raises(ProcessLookupError):
        os.kill(int(mark.read_text()), 0)


async def test_given_a_cancelled_reading_when_it_ends_then_no_worker_is_left(
    good: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    mark = tmp_path / "pid"
    os.mkfifo(mark)
    hang = f"import os, time, pathlib; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(60)"
    monkeypatch.setattr(reading, "_WORKER", ("-c", hang))
    task = asyncio.create_task(read_report(good, LIMITS))
    worker = int(await asyncio.to_thread(mark.read_text))  # waits until it runs
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


@pytest.mark.parametrize("limit", ["bytearray(2_000_000_000)", "open('left-behind', 'wb').write(b'x' * 9)"])
async def test_given_the_worker_s_limits_when_code_inside_exceeds_them_then_it_fails(
    monkeypatch: pytest.MonkeyPatch, good: bytes, tmp_path: Path, limit: str
) -> None:
    script = (
        f"import os; os.chdir({str(tmp_path)!r})\n"
        "from bot.health.importers import worker\n"
        f"def extract(*_, **__):\n    {limit}\n    raise SystemExit(0)\n"
        "worker.read = extract\nworker.main()"
    )
    monkeypatch.setattr(reading, "_WORKER", ("-c", script))
    error = await refusal(good)

    assert type(error) is (TooHeavyError if "bytearray" in limit else DocumentError)
    assert not any(path.stat().st_size for path in tmp_path.iterdir())


@pytest.mark.parametrize(
    "said",
    [
        "",
        "{}",
        '{"refused": "scan", "failed": {"error": "A", "place": "a.py:1"}}',
        f'{{"refused": "{CANARY}"}}',
        f'{{"report": {{"language": "fr", "{CANARY}": 1}}}}',
        f'{{"failed": {{"error": "{CANARY}", "place": "a.py:1"}}}}',
        '{"report": {"language": "fr", "laboratory": null, "collected": null, "reported": null, "pages": 1,'
        ' "facts": [{"id": "1", "number": "NaN"}], "not_read": []}}',
        "x" * 33_000_000,
    ],
)
async def test_given_a_worker_that_lies_when_it_answers_then_nothing_of_it_is_believed(
    good: bytes, monkeypatch: pytest.MonkeyPatch, said: str, tmp_path: Path
) -> None:
    speech = tmp_path / "said"
    speech.write_text(said, encoding="utf-8")
    answer = f"import sys; sys.stdin.buffer.read(); sys.stdout.write(open({str(speech)!r}).read())"
    monkeypatch.setattr(reading, "_WORKER", ("-c", answer))
    error = await refusal(good)

    assert type(error) is DocumentError
    assert CANARY not in "".join(traceback.format_exception(error))


async def test_given_a_failure_inside_when_it_is_told_then_no_word_of_the_document_is(
    print_pdf: PrintPdf,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    tmp_path: Path,
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    script = tmp_path / "failing.py"
    script.write_text(
        "from bot.health.importers import worker\n"
        "def extract(source, *_, **__):\n    pdf = source.whole()\n"
        "    import logging, sys\n"
        "    logging.getLogger('pdfminer').error(pdf)\n"
        "    print(pdf, file=sys.stderr)\n"
        f"    raise ValueError('{CANARY}')\n"
        "worker.read = extract\nworker.main()"
    )
    monkeypatch.setattr(reading, "_WORKER", (str(script),))
    error = await refusal(print_pdf([CANARY]), password=CANARY)

    told = "".join(traceback.format_exception(error)) + "".join(capfd.readouterr())
    assert "ValueError at" in str(error)
    assert "failing.py:7" in str(error)
    assert CANARY not in told
    assert list(tmp_path.iterdir()) == [script]


async def test_given_secrets_in_the_environment_when_the_worker_runs_then_it_has_none(
    good: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CARNET_TELEGRAM__TOKEN", CANARY)
    seen = tmp_path / "environment"
    tell = f"import os, sys; sys.stdin.buffer.read(); open({str(seen)!r}, 'w').write(repr(dict(os.environ)))"
    monkeypatch.setattr(reading, "_WORKER", ("-c", tell))
    await refusal(good)

    assert "PYTHONPATH" in seen.read_text()
    assert CANARY not in seen.read_text()
    assert "CARNET" not in seen.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
async def test_given_a_document_when_read_then_it_never_stands_in_an_argument_list(
    good: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    seen = tmp_path / "arguments"
    tell = (
        f"import sys; sys.stdin.buffer.read(); open({str(seen)!r}, 'wb').write(open('/proc/self/cmdline', 'rb').read())"
    )
    monkeypatch.setattr(reading, "_WORKER", ("-c", tell))
    await refusal(good, password=CANARY)

    assert CANARY.encode() not in seen.read_bytes()


def test_given_each_refusal_when_said_then_both_languages_have_its_own_sentence() -> None:
    for language in LANGUAGES:
        sentences = [say(language, refused.reply) for refused in REFUSALS.values()]
        assert len(set(sentences)) == len(REFUSALS) == 13
