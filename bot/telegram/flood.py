"""How long to wait after a failure: what Telegram asks for, else a short pause."""

from datetime import timedelta
from typing import Final

from telegram.error import RetryAfter

_PAUSE: Final = 1.0  # seconds, after a fault of the network


def seconds_to_wait(error: Exception) -> float:
    """Give the pause before trying again after *error*."""
    if not isinstance(error, RetryAfter):
        return _PAUSE
    wait = error.retry_after  # the library gives one or the other, depending on PTB_TIMEDELTA
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
