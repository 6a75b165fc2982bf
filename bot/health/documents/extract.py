"""A document read in another process, within memory and time, before anything of it is believed.

The process gets the bytes and the limits by its input, no setting and no secret by its environment, and no file.
"""

import asyncio
import contextlib
import math
import os
import sys
import time
from pathlib import Path
from typing import Final

from pydantic import ValidationError

import bot
from bot.health.documents.errors import REFUSALS, DocumentError, EmptyDocumentError, TooHeavyError, TooLargeError
from bot.health.documents.wire import MOST_BYTES, Answer, Request, decode
from bot.health.facts.model import Report
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder
from bot.settings.model import DocumentSettings

_WORKER: Final = ("-P", "-s", "-m", "bot.health.documents.worker")
_PASSED: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")  # without them some Pythons do not start
log = get_logger()


async def read_report(pdf: bytes, limits: DocumentSettings, *, password: Sensitive[str] | None = None) -> Report:
    """Propose what *pdf* says. Raises one `DocumentError` for each reason why it cannot."""
    if not pdf:
        raise EmptyDocumentError("0 bytes")
    if len(pdf) > limits.max_bytes:
        raise TooLargeError(f"{len(pdf)} bytes, {limits.max_bytes} allowed")
    request = Request(
        config=str(config_folder().resolve()), max_pages=limits.max_pages, memory_mb=limits.memory_mb,
        cpu_seconds=math.ceil(limits.seconds), password=password.reveal() if password else None,
    )  # fmt: skip
    started = time.monotonic()
    answer = await _ask(request, pdf, seconds=limits.seconds)
    report = _believe(answer, size=len(pdf))
    elapsed = round((time.monotonic() - started) * 1000)
    log.info("document_read", pages=report.pages, count=len(report.facts), bytes=len(pdf), ms=elapsed)
    return report


async def _ask(request: Request, pdf: bytes, *, seconds: float) -> bytes:
    """Run the worker over one document; kill it at the deadline, at cancellation, or when it says too much."""
    root = str(Path(bot.__file__).parents[1])
    environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
    worker = await asyncio.create_subprocess_exec(
        sys.executable, *_WORKER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, cwd="/", env=environment | {"PYTHONPATH": root, "PYTHONUTF8": "1"},
    )  # fmt: skip
    try:
        async with asyncio.timeout(seconds):
            answer = await _converse(worker, request, pdf)
            code = await worker.wait()
    except TimeoutError:
        raise TooHeavyError(f"{len(pdf)} bytes, {seconds} s") from None
    finally:
        if worker.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()
    if code < 0:  # a signal: the processor's limit, or pdfium that aborts when memory ends
        raise TooHeavyError(f"{len(pdf)} bytes, signal {-code}")
    return answer


async def _converse(worker: asyncio.subprocess.Process, request: Request, pdf: bytes) -> bytes:
    assert worker.stdin is not None  # noqa: S101 - both were asked for
    assert worker.stdout is not None  # noqa: S101
    header = request.model_dump_json().encode()
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died or had read enough; its code tells
        worker.stdin.write(len(header).to_bytes(4, "big") + header + pdf)
        await worker.stdin.drain()
    worker.stdin.close()
    answer = bytearray()
    while chunk := await worker.stdout.read(65536):
        answer += chunk
        if len(answer) > MOST_BYTES:
            raise DocumentError("worker: answer too long")
    return bytes(answer)


def _believe(answer: bytes, *, size: int) -> Report:
    """Check the worker's answer as a stranger's."""
    try:
        said = Answer.model_validate_json(answer)
    except ValidationError as error:
        raise DocumentError(f"worker: {error.error_count()} bad fields") from None
    if said.refused is not None:
        raise REFUSALS.get(said.refused, DocumentError)(f"{size} bytes")
    if said.failed is not None:
        raise DocumentError(f"worker: {said.failed.error} at {said.failed.place}")
    if said.report is None:
        raise DocumentError("worker: no answer")
    return decode(said.report)
