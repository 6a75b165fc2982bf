"""A file read in another process, within memory and time, before anything of it is believed.

The process gets the bytes and the limits by its input, no setting and no secret by its environment, and no file.
"""

import asyncio
import contextlib
import math
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Protocol

from pydantic import ValidationError

import bot
from bot.health.documents.errors import (
    REFUSALS,
    DocumentError,
    EmptyDocumentError,
    ScanError,
    TooHeavyError,
    TooLargeError,
)
from bot.health.facts.model import Report
from bot.health.importers.importer import MassUnit
from bot.health.importers.wire import MOST_BYTES, Answer, Progress, Request, decode
from bot.i18n import Language
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder
from bot.settings.model import DocumentSettings

_WORKER: Final = ("-P", "-s", "-m", "bot.health.importers.worker")
_PASSED: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT")  # without them some Pythons do not start
_PICTURE_THREADS: Final = 2  # of the networks, both of which the limit of processor time counts
_PROGRESS: Final = b'{"progress": '
log = get_logger()

Watch = Callable[[float], Awaitable[None]]  # told the share of the file that was read, 0..1


class Feed(Protocol):
    """A file that need not be held: its size, and its bytes from the first to the last."""

    @property
    def size(self) -> int: ...

    def chunks(self) -> AsyncIterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Held:
    """Fulfils `Feed` with bytes in memory."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self.data


@dataclass(frozen=True, slots=True)
class OnDisk:
    """Fulfils `Feed` with an operator's own file."""

    path: Path

    @property
    def size(self) -> int:
        return self.path.stat().st_size

    async def chunks(self) -> AsyncIterator[bytes]:
        with self.path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, 1 << 18):
                yield chunk


async def read_report(
    file: bytes | Feed,
    limits: DocumentSettings,
    *,
    name: str = "",
    language: Language = "en",
    password: Sensitive[str] | None = None,
    mass_unit: MassUnit | None = None,
    watch: Watch | None = None,
    now: datetime | None = None,
    pictures: AbstractAsyncContextManager[object] | None = None,
) -> Report:
    """Propose what *file* says. Raises one `DocumentError` for each reason why it cannot.

    *pictures* is entered while pictures are read, which takes the memory of several readings of text.
    """
    feed = Held(file) if isinstance(file, bytes) else file
    if not feed.size:
        raise EmptyDocumentError("0 bytes")
    if feed.size > limits.max_bytes:
        raise TooLargeError(f"{feed.size} bytes, {limits.max_bytes} allowed")
    request = Request(
        config=str(config_folder().resolve()), max_pages=limits.max_pages, memory_mb=limits.memory_mb,
        cpu_seconds=math.ceil(limits.seconds), password=password.reveal() if password else None, pictures=False,
        name=name,
        language=language, mass_unit=mass_unit, now=now or datetime.now(UTC),
    )  # fmt: skip
    started = time.monotonic()
    try:
        report = await _read(request, feed, seconds=limits.seconds, watch=watch)
    except ScanError:
        request = request.model_copy(
            update={
                "pictures": True, "memory_mb": limits.picture_memory_mb,
                "cpu_seconds": math.ceil(limits.picture_seconds * _PICTURE_THREADS),
            }
        )  # fmt: skip
        async with pictures or contextlib.nullcontext():
            report = await _read(request, feed, seconds=limits.picture_seconds, watch=watch)
    elapsed = round((time.monotonic() - started) * 1000)
    log.info("document_read", pages=report.pages, count=len(report.facts), bytes=feed.size, ms=elapsed)
    return report


async def _read(request: Request, feed: Feed, *, seconds: float, watch: Watch | None) -> Report:
    return _believe(await _ask(request, feed, seconds=seconds, watch=watch), size=feed.size)


async def _ask(request: Request, feed: Feed, *, seconds: float, watch: Watch | None) -> bytes:
    """Run the worker over one file; kill it at the deadline, at cancellation, or when it says too much."""
    root = str(Path(bot.__file__).parents[1])
    environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
    worker = await asyncio.create_subprocess_exec(
        sys.executable, *_WORKER, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, cwd="/", env=environment | {"PYTHONPATH": root, "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert worker.stdin is not None  # noqa: S101 - both were asked for
    assert worker.stdout is not None  # noqa: S101
    told = asyncio.create_task(_tell(worker.stdin, request, feed))
    try:
        async with asyncio.timeout(seconds):
            answer = await _hear(worker.stdout, feed.size, watch)
            code = await worker.wait()
    except TimeoutError:
        raise TooHeavyError(f"{feed.size} bytes, {seconds} s") from None
    finally:
        told.cancel()
        if worker.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                worker.kill()
            await worker.wait()
        failed = (await asyncio.gather(told, return_exceptions=True))[0]
    if code < 0:  # a signal: the processor's limit, or pdfium that aborts when memory ends
        raise TooHeavyError(f"{feed.size} bytes, signal {-code}")
    if isinstance(failed, Exception):
        raise failed
    return answer


async def _tell(to: asyncio.StreamWriter, request: Request, feed: Feed) -> None:
    header = request.model_dump_json().encode()
    try:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it died or had read enough; its code tells
            to.write(len(header).to_bytes(4, "big") + header)
            async for chunk in feed.chunks():
                to.write(chunk)
                await to.drain()
    finally:
        to.close()  # also when the feed fails: the worker would wait for the rest until its deadline


async def _hear(of: asyncio.StreamReader, size: int, watch: Watch | None) -> bytes:
    """Give the answer, the last line said; lines of progress before it are passed on."""
    said = bytearray()
    while chunk := await of.read(65536):
        said += chunk
        while said.startswith(_PROGRESS) and (end := said.find(b"\n")) >= 0:
            line = bytes(said[:end])
            del said[: end + 1]
            if watch is not None:
                await watch(min(1.0, _done(line) / size))
        if len(said) > MOST_BYTES:
            raise DocumentError("worker: answer too long")
    return bytes(said)


def _done(line: bytes) -> int:
    try:
        return Progress.model_validate_json(line).progress
    except ValidationError as error:
        raise DocumentError(f"worker: {error.error_count()} bad fields") from None


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
