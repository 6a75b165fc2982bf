"""When a request is tried again: before its first words only, after a fair wait, and never past its deadline."""

import asyncio
import random
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Final

import httpx

from bot.llm.deadline import Deadline
from bot.llm.errors import (
    FailureError,
    ModelBudgetError,
    ModelBusyError,
    ModelRefusedError,
    ModelSlowError,
    ModelUnreachableError,
)

ATTEMPTS: Final = 3
_FIRST_WAIT: Final = 0.5  # seconds
_LONGEST_WAIT: Final = 8.0
_SPENT: Final = re.compile(r'"(insufficient_quota|billing_hard_limit_reached)"')


def asked_wait(headers: Mapping[str, str], now: datetime) -> float | None:
    """Read the seconds a provider asks us to wait: `retry-after-ms`, else `Retry-After` in seconds or as a date."""
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return milliseconds / 1000
    asked = headers.get("retry-after")
    seconds = _number(asked)
    if asked is None or seconds is not None:
        return seconds
    try:
        return max(0.0, (parsedate_to_datetime(asked) - now).total_seconds())
    except (ValueError, TypeError):  # TypeError: a date without a zone
        return None


def _number(text: str | None) -> float | None:
    return float(text) if text is not None and re.fullmatch(r"\d{1,9}(\.\d{1,6})?", text.strip()) else None


def full_jitter(attempt: int, pick: Callable[[float, float], float] = random.uniform) -> float:
    """Pick a wait after the *attempt*-th failure: anywhere from 0 to a doubling bound, so that clients spread out."""
    return pick(0.0, min(_LONGEST_WAIT, _FIRST_WAIT * 2.0 ** (attempt - 1)))


class Patience:
    """Decides for one request, in the form stamina asks for: no, or the seconds to wait."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._failures = 0

    def __call__(self, error: Exception) -> bool | float:
        """Answer for *error*; a wait that would outlast the deadline is a no."""
        if not isinstance(error, FailureError) or not error.again:
            return False
        self._failures += 1
        wait = max(error.after or 0.0, full_jitter(self._failures))
        return wait if asyncio.get_running_loop().time() + wait < self._deadline.at else False


def status_failure(status: int, body: str, after: float | None) -> FailureError:
    """Name what an HTTP status other than 200 means. *body* is only searched for known codes."""
    told = f"status {status}"
    if status == httpx.codes.PAYMENT_REQUIRED or (status == httpx.codes.TOO_MANY_REQUESTS and _SPENT.search(body)):
        return FailureError(ModelBudgetError(f"{told}: the provider's account is spent"))
    if status in {409, 429, 503, 529}:
        return FailureError(ModelBusyError(told), again=True, after=after)
    if status == httpx.codes.REQUEST_TIMEOUT:
        return FailureError(ModelSlowError(told), again=True, after=after)
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return FailureError(ModelUnreachableError(told), again=True, after=after)
    return FailureError(ModelRefusedError(told), refusal=body if status in {400, 422} else None)
