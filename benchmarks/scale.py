"""Multiplies what was measured by what is assumed: `python -m benchmarks.scale RUN.json...` prints docs/scale.md's tables."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.pipeline import IN_FLIGHT
from benchmarks.runs import Run
from benchmarks.tables import table

USERS: Final = (10_000, 1_000_000, 10_000_000, 100_000_000)
_SERVED: Final = "Carnet, PostgreSQL, webhook, 2 workers"
_ALONE: Final = "Carnet, SQLite, polling, 1 worker"
_DAY: Final = 86_400  # seconds
_MONTH: Final = 30  # days


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumed:
    """Nobody measured these: change one, and run it again."""

    daily: float = 0.2  # of all users write on a day
    messages: float = 8.0  # each of them
    peak: float = 5.0  # the busiest minute, as many times the average
    busy: float = 0.5  # of a core is used at the peak, so that one half may fail
    model_seconds: float = 15.0  # one answer of a language model
    tokens_in: float = 2_500.0
    tokens_out: float = 500.0
    in_price: float = 0.5  # dollars for a million tokens
    out_price: float = 2.0
    core_price: float = 0.04  # dollars an hour
    disk_price: float = 0.10  # dollars a gigabyte and month
    calls: float = 2.0  # of the Bot API for an answer: a placeholder, and the answer in its place

    def per_second(self, users: float) -> float:
        """Give the messages of an average second."""
        return users * self.daily * self.messages / _DAY

    def at_peak(self, users: float) -> float:
        """Give the messages of a second of the busiest minute."""
        return self.per_second(users) * self.peak

    def users(self, messages_per_second: float) -> float:
        """Give the users whose busiest minute brings so many messages a second."""
        return messages_per_second / self.at_peak(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one general message costs, and what one machine did."""

    worker_ms: float
    server_ms: float
    log_kb: float  # of the database server's write-ahead log
    kept_bytes: float  # of one message of history, on disk, with its indexes
    alone: float  # messages a second of one process over SQLite

    @classmethod
    def of(cls, run: Run) -> "Measured":
        """Read it from runs of `pipeline` and `growth`."""
        busy = f"{IN_FLIGHT} in flight"
        return cls(
            worker_ms=run.medians("pipeline", f"CPU a message, {busy}")[_SERVED],
            server_ms=run.medians("pipeline", f"database server's CPU a message, {busy}")[_SERVED],
            alone=run.medians("pipeline", f"answered, {busy}")[_ALONE],
            log_kb=max(run.medians("growth", "write-ahead log of a message, PostgreSQL").values()),
            kept_bytes=max(run.medians("growth", "disk taken by a message of history, PostgreSQL").values()),
        )


def growth(measured: Measured, assumed: Assumed) -> Mapping[str, Callable[[float], float]]:
    """Give what so many users need, by name."""

    def worker_cores(users: float) -> float:
        return assumed.at_peak(users) * measured.worker_ms / 1e3 / assumed.busy

    def server_cores(users: float) -> float:
        return assumed.at_peak(users) * measured.server_ms / 1e3 / assumed.busy

    def disk(users: float) -> float:  # gigabytes a year: a message and its answer are both kept
        return assumed.per_second(users) * _DAY * 365 * 2 * measured.kept_bytes / 1e9

    def model(users: float) -> float:
        price = assumed.tokens_in * assumed.in_price + assumed.tokens_out * assumed.out_price
        return assumed.per_second(users) * _DAY * price / 1e6

    return {
        "messages a second, average": assumed.per_second,
        "messages a second, busiest minute": assumed.at_peak,
        "Bot API calls a second, busiest minute": lambda users: assumed.at_peak(users) * assumed.calls,
        "cores for intake and workers": worker_cores,
        "cores for the database": server_cores,
        "write-ahead log, MB/s, busiest minute": lambda users: assumed.at_peak(users) * measured.log_kb / 1e3,
        "history of a year, GB": disk,
        "language model: calls at once": lambda users: assumed.at_peak(users) * assumed.model_seconds,
        "language model: million tokens a minute": lambda users: (
            assumed.at_peak(users) * (assumed.tokens_in + assumed.tokens_out) * 60 / 1e6
        ),
        "language model, $ a day": model,
        "cores, $ a day": lambda users: (worker_cores(users) + server_cores(users)) * assumed.core_price * 24,
        "a year's history on disk, $ a day": lambda users: disk(users) * assumed.disk_price / _MONTH,
    }


def limits(measured: Measured, assumed: Assumed) -> Mapping[str, float]:
    """Give the users at whose busiest minute each limit is reached, by name."""
    return {
        "30 messages a second to all chats of one bot, if answers count": assumed.users(30),
        "one process over SQLite, half busy": assumed.users(measured.alone * assumed.busy),
        "1,000 messages a second, paid, if answers count": assumed.users(1000),
        "100 calls at once of a language model": assumed.users(100 / assumed.model_seconds),
        "1,000 calls at once": assumed.users(1000 / assumed.model_seconds),
        "one database server of 32 cores, half busy": assumed.users(32 * assumed.busy / measured.server_ms * 1e3),
    }


def _short(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"


def main() -> None:
    """Print both tables for the runs named."""
    measured, assumed = Measured.of(Run.read([Path(name) for name in sys.argv[1:]])), Assumed()
    print(measured)
    needs = growth(measured, assumed)
    print(
        table(
            [["Users", *map(_short, USERS)], *([name, *map(_short, map(need, USERS))] for name, need in needs.items())]
        )
    )
    reached = sorted(limits(measured, assumed).items(), key=lambda limit: limit[1])
    print(table([["Limit", "Users"], *([name, _short(users)] for name, users in reached)]))


if __name__ == "__main__":
    main()
