"""Counts as Prometheus reads them, in a registry of our own; a label that is none of ours becomes "other"."""

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest

from bot.kernel.metrics import LABELS, Outcome, SendTrouble

OTHER: Final = "other"
_TURN_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 180)
_MODEL_SECONDS: Final = (0.25, 0.5, 1, 2.5, 5, 10, 15, 30, 60, 90, 120)


class PrometheusMetrics:
    """Fulfils `Metrics`, and shows what was counted."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(namespace="carnet", registry=self._registry)
        self._accepted = Counter(
            "carnet_messages_accepted", "Messages committed.", ["space", "kind"], registry=self._registry
        )
        self._judged = Counter(
            "carnet_guard_levels", "What the guard-rail said of messages.", ["level"], registry=self._registry
        )
        self._turns = Histogram(
            "carnet_turn_seconds",
            "Turns answered, from claimed to shown.",
            ["space"],
            buckets=_TURN_SECONDS,
            registry=self._registry,
        )
        self._turns_failed = Counter(
            "carnet_turns_failed", "Tries to answer that failed.", ["space"], registry=self._registry
        )
        self._model = Histogram(
            "carnet_model_seconds",
            "Questions to the language model.",
            ["outcome"],
            buckets=_MODEL_SECONDS,
            registry=self._registry,
        )
        self._send_failed = Counter(
            "carnet_send_errors", "Messages Telegram did not take.", ["trouble"], registry=self._registry
        )
        self._gauges: dict[str, Gauge] = {}

    def accepted(self, space: str, kind: str) -> None:
        """Count a message committed."""
        self._accepted.labels(_one_of("space", space), _one_of("kind", kind)).inc()

    def judged(self, level: str) -> None:
        """Count a judgement."""
        self._judged.labels(_one_of("level", level)).inc()

    def answered(self, space: str, seconds: float) -> None:
        """Count a turn."""
        self._turns.labels(_one_of("space", space)).observe(seconds)

    def turn_failed(self, space: str) -> None:
        """Count a try."""
        self._turns_failed.labels(_one_of("space", space)).inc()

    def model(self, outcome: Outcome, seconds: float) -> None:
        """Count a question."""
        self._model.labels(_one_of("outcome", outcome)).observe(seconds)

    def send_failed(self, trouble: SendTrouble) -> None:
        """Count a message not taken."""
        self._send_failed.labels(_one_of("trouble", trouble)).inc()

    def shown(self, **gauges: float) -> bytes:
        """Give everything counted, and *gauges* as they are now: they have no labels at all."""
        for name, value in gauges.items():
            if name not in self._gauges:
                self._gauges[name] = Gauge(f"carnet_{name}", _MEANING[name], registry=self._registry)
            self._gauges[name].set(value)
        return generate_latest(self._registry)


_MEANING: Final = {
    "work_pending": "Messages accepted and not finished.",
    "work_oldest_seconds": "Age of the oldest of them.",
    "work_dead": "Messages given up after every try.",
    "leases": "Chats held by a worker, here or elsewhere.",
    "turns_running": "Chats held by this process.",
    "loop_lag_seconds": "Longest delay of the event loop in the last seconds.",
    "last_poll_seconds": "Since Telegram last answered a poll of this process.",
}


def _one_of(label: str, value: str) -> str:
    return value if value in LABELS[label] else OTHER
