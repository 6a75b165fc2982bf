"""What is counted, as a closed list: no measure has room for a person, a chat or a word of theirs.

A port, so that whoever counts knows nothing of who keeps the counts; where nobody does, nothing happens.
"""

from typing import Final, Literal, Protocol, get_args

SpaceName = Literal["general", "health"]
MessageKind = Literal["text", "command", "button", "upload", "unsupported", "edit"]
Level = Literal["none", "info", "soon", "urgent", "emergency"]
SendTrouble = Literal["refused", "flood", "network"]
Outcome = Literal["done", "failed"]

LABELS: Final[dict[str, tuple[str, ...]]] = {
    "space": get_args(SpaceName),
    "kind": get_args(MessageKind),
    "level": get_args(Level),
    "trouble": get_args(SendTrouble),
    "outcome": get_args(Outcome),
}


class Metrics(Protocol):
    """Keeps counts."""

    def accepted(self, space: str, kind: str) -> None:
        """Count a message committed; its repeat is none."""
        ...

    def judged(self, level: str) -> None:
        """Count what the guard-rail said of a message as it came in."""
        ...

    def answered(self, space: str, seconds: float) -> None:
        """Count a turn answered, and how long it took."""
        ...

    def turn_failed(self, space: str) -> None:
        """Count a try to answer that failed."""
        ...

    def model(self, outcome: Outcome, seconds: float) -> None:
        """Count a question to the language model."""
        ...

    def send_failed(self, trouble: SendTrouble) -> None:
        """Count a message Telegram did not take."""
        ...


class Unmeasured:
    """Fulfils `Metrics` by forgetting."""

    def accepted(self, space: str, kind: str) -> None: ...

    def judged(self, level: str) -> None: ...

    def answered(self, space: str, seconds: float) -> None: ...

    def turn_failed(self, space: str) -> None: ...

    def model(self, outcome: Outcome, seconds: float) -> None: ...

    def send_failed(self, trouble: SendTrouble) -> None: ...


UNMEASURED: Final = Unmeasured()
