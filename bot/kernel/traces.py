"""Where time goes inside one turn: spans with constant names and the fields logs allow, nothing else.

A port, as `Metrics` is; the ids in it are rows of the queue, never people or chats.
"""

from contextlib import AbstractContextManager, nullcontext
from typing import Final, Literal, Protocol

SpanName = Literal["turn", "slot", "model", "send"]


class Traces(Protocol):
    """Keeps spans. One opened inside another is part of it."""

    def span(self, name: SpanName, **fields: str | int) -> AbstractContextManager[object]: ...


class Untraced:
    """Fulfils `Traces` by forgetting."""

    def span(self, name: SpanName, **fields: str | int) -> AbstractContextManager[object]:  # noqa: ARG002
        """Give a block that changes nothing."""
        return _NOTHING


_NOTHING: Final = nullcontext()
UNTRACED: Final = Untraced()
