"""After repeated failures, fail fast for a while: people get the composer at once instead of a wait for nothing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.chat.ports import ModelError
from bot.llm.errors import ModelBudgetError, ModelRefusedError, ModelUnreachableError


class Breaker:
    """Closed, then open for `rest` seconds after `limit` failures in a row, then one probe decides."""

    def __init__(self, *, limit: int, rest: float, ticks: Callable[[], float]) -> None:
        self._limit = limit
        self._rest = rest
        self._ticks = ticks
        self._failures = 0
        self._open_until = 0.0
        self._probing = False

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let one call through and learn from it. A call its caller gave up on teaches nothing."""
        probe = self._admit()
        try:
            yield
        except (ModelRefusedError, ModelBudgetError):
            self._failures = 0  # it answered: it is alive
            raise
        except ModelError:
            self._failures += 1
            self._open_until = self._ticks() + self._rest
            raise
        else:
            self._failures = 0
        finally:
            if probe:
                self._probing = False

    def _admit(self) -> bool:
        """Tell whether this call is the probe; raise `ModelUnreachableError` while resting."""
        if self._failures < self._limit:
            return False
        if self._probing or self._ticks() < self._open_until:
            raise ModelUnreachableError("resting after failures")
        self._probing = True
        return True
