"""The process that touches a stranger's file: limited before it reads a byte of it, silent but for one answer.

Run as `python -m bot.health.documents.worker`; it takes everything by its input and writes no file.
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
from bot.health.documents.report import extract
from bot.health.documents.wire import Request, encode
from bot.health.facts.units import Units
from bot.health.knowledge import Knowledge

_MOST_FILES = 32  # character maps of the PDF library are opened while reading


def main() -> None:
    """Read one request, answer it, end."""
    logging.disable(logging.CRITICAL)  # PDF libraries warn in the document's words
    source = sys.stdin.buffer
    request = Request.model_validate_json(source.read(int.from_bytes(source.read(4), "big")))
    try:
        knowledge = Knowledge.load(Path(request.config) / "knowledge")
        units = Units.load(Path(request.config))
        _limit(request)
        answer = _answer(source, request, knowledge, units)
    except MemoryError:
        answer = _refused(TooHeavyError())
    except Exception as error:  # noqa: BLE001 - its words could quote the document; only type and place leave
        answer = _failed(error)
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()


def _answer(source: BinaryIO, request: Request, knowledge: Knowledge, units: Units) -> bytes:
    try:
        report = extract(
            source.read(), knowledge.recognise, units, max_pages=request.max_pages, password=request.password
        )
    except DocumentError as refusal:
        return _refused(refusal)
    return encode(report)


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
