"""The process that touches a stranger's file: limited before it reads a byte of it, silent but for one answer.

Run as `python -m bot.health.importers.worker`; it takes everything by its input and writes no file.
"""

import contextlib
import json
import logging
import resource
import sys
import traceback
from pathlib import Path
from typing import BinaryIO

from bot.health.documents.errors import DocumentError, TooHeavyError
from bot.health.facts.units import Units
from bot.health.importers.importer import Source, Tools
from bot.health.importers.registry import read
from bot.health.importers.wire import Request, encode
from bot.health.knowledge import Knowledge

_MOST_FILES = 32  # character maps of the PDF library are opened while reading


def main() -> None:
    """Read one request, answer it, end. Before the answer go lines of progress."""
    logging.disable(logging.CRITICAL)  # libraries warn in the document's words
    stream = sys.stdin.buffer
    request = Request.model_validate_json(stream.read(int.from_bytes(stream.read(4), "big")))
    try:
        knowledge = Knowledge.load(Path(request.config) / "knowledge")
        units = Units.load(Path(request.config))
        _limit(request)
        answer = _answer(stream, request, knowledge, units)
    except MemoryError:
        answer = _refused(TooHeavyError())
    except Exception as error:  # noqa: BLE001 - its words could quote the document; only type and place leave
        answer = _failed(error)
    _say(answer)


def _answer(stream: BinaryIO, request: Request, knowledge: Knowledge, units: Units) -> bytes:
    tools = Tools(
        recognise=knowledge.recognise, coded=knowledge.coded, units=units, now=request.now, language=request.language,
        max_pages=request.max_pages, password=request.password, progress=_progress,
    )  # fmt: skip
    try:
        report = read(Source(stream, name=request.name), tools)
    except DocumentError as refusal:
        return _refused(refusal)
    return encode(report)


def _progress(done: int) -> None:
    _say(json.dumps({"progress": done}).encode())


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def _limit(request: Request) -> None:
    """Cap memory, time, files and core dumps; an operating system that lacks one limit still has the others."""
    memory = request.memory_mb * 1024 * 1024
    for kind, most in (
        (resource.RLIMIT_AS, memory),  # macOS refuses this one
        (resource.RLIMIT_CPU, request.cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, _MOST_FILES),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, most))


def _refused(refusal: DocumentError) -> bytes:
    return json.dumps({"refused": refusal.reply.rpartition(".")[2]}).encode()


def _failed(error: BaseException) -> bytes:
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{'/'.join(Path(last.filename).parts[-2:])}:{last.lineno}"
    return json.dumps({"failed": {"error": type(error).__name__, "place": place}}).encode()


if __name__ == "__main__":
    main()
