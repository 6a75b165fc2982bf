"""Logs that cannot carry health text: constant events, an allow-list of fields, errors by type and place only.

Why not redaction by pattern: it forgets the next pattern. PostgreSQL's `DETAIL`, httpx's URLs and validation
errors all quote values (notes on log hygiene), so nothing but what is named here passes.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

ALLOWED = frozenset(
    {
        "attempt", "bytes", "code", "command", "count", "db", "error", "finish", "host", "kind", "lane_epoch",
        "level", "model", "ms", "pages", "path", "person", "place", "port", "reason", "schema", "space", "state",
        "status", "step", "store", "tokens_in", "tokens_out", "turn", "version", "work",
    }
)  # fmt: skip
_VALUE = re.compile(r"[\w .:/@+\-]{0,80}")
_EVENT = re.compile(r"[a-z][a-z0-9_]{0,60}")
_NOISY = (
    "aiohttp", "aiosqlite", "alembic", "apscheduler", "asyncio", "httpcore", "httpx", "pdfminer", "sqlalchemy",
    "telegram", "uvicorn",
)  # fmt: skip


def error_place(error: BaseException) -> str:
    """Give `file:line` of the innermost frame that raised *error*; never its text."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return "unknown"
    last = frames[-1]
    return f"{'/'.join(last.filename.split('/')[-3:])}:{last.lineno}"


def allowed(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give those of *fields* that may leave this process: known names, values that cannot be sentences."""
    return {key: value for key, value in fields.items() if key in ALLOWED and _VALUE.fullmatch(str(value))}


def _allow_listed(_: object, __: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    name = str(event.get("event", ""))
    kept: dict[str, Any] = {"event": name if _EVENT.fullmatch(name) else "unnamed_event"}
    error = event.get("exc_info")
    if isinstance(error, BaseException):
        kept |= {"error": type(error).__name__, "place": error_place(error)}
    return kept | {key: value for key, value in allowed(event).items() if key not in kept}


class _TemplateOnly(logging.Formatter):
    """Other libraries' records: where and how grave, never their words (they hold tokens, rows, messages)."""

    def format(self, record: logging.LogRecord) -> str:
        cause = record.exc_info[1] if record.exc_info else None
        error = f" error={type(cause).__name__} place={error_place(cause)}" if cause else ""
        return f"level={record.levelname.lower()} event=third_party logger={record.name}{error}"


class _Lines:
    """Gives a stream whole lines, so that several processes may share a file, and loses those it does not take.

    A full disk or a broken pipe behind the log must not end who writes to it.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = ""

    def write(self, text: str) -> int:
        self._begun += text
        if text.endswith("\n"):
            line, self._begun = self._begun, ""
            with suppress(OSError):
                self._stream.write(line)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            self._stream.flush()


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Route every log of this process through the allow-list. Call once, at the edge."""
    target = stream if stream is not None else sys.stderr
    ours, theirs = (cast("TextIO", _Lines(target)) for _ in range(2))
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _keep_frame,
            structlog.processors.LogfmtRenderer(key_order=["at", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(file=ours),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(theirs)
    handler.setFormatter(_TemplateOnly())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for noisy in _NOISY:
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelNamesMapping()[level.upper()]))


def _keep_frame(logger: object, method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    frame = {key: event[key] for key in ("at", "level") if key in event}
    return {**_allow_listed(logger, method, event), **frame}


def get_logger() -> Any:
    """Give the logger to bind events to: `log.info("turn_answered", turn=..., ms=...)`."""
    return structlog.get_logger()
