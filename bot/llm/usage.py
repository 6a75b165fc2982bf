"""Tokens, counted without their words: how many a question may hold, and how many a person used today."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.chat.ports import ModelMessage
from bot.llm.errors import ModelBudgetError

_PER_MESSAGE: Final = 4  # tokens of role marks around each message
_ENOUGH: Final = 50  # tokens; a shorter prompt is mostly marks and would teach a wrong ratio


class UsageMeter(Protocol):
    """A daily allowance per person; *person* is the request's pseudonym."""

    async def allowed(self, person: str) -> bool: ...

    async def add(self, person: str, tokens_in: int, tokens_out: int) -> None: ...


@dataclass(slots=True)
class Tally:
    """What one answer cost so far; the provider's own count replaces ours when it comes."""

    chars_out: int = 0
    tokens_in: int = 0
    tokens_out: int = 0
    finish: str = "none"


class Ruler:
    """Estimates tokens from characters, and learns a provider's real ratio from the usage it reports."""

    def __init__(self) -> None:
        self._chars_per_token = 3.5

    def tokens(self, chars: int) -> int:
        """Estimate how many tokens *chars* characters make; never less than one."""
        return max(1, round(chars / self._chars_per_token))

    def measure(self, messages: Sequence[ModelMessage]) -> int:
        """Estimate a prompt."""
        return sum(self.tokens(len(message.text.reveal())) + _PER_MESSAGE for message in messages)

    def learn(self, messages: Sequence[ModelMessage], counted: int) -> None:
        """Correct the ratio by a quarter of the difference; an absurd count teaches little."""
        text_tokens = counted - _PER_MESSAGE * len(messages)
        if text_tokens < _ENOUGH:
            return
        seen = sum(len(message.text.reveal()) for message in messages) / text_tokens
        self._chars_per_token += (min(6.0, max(1.5, seen)) - self._chars_per_token) / 4

    def fit(self, messages: Sequence[ModelMessage], *, room: int) -> list[ModelMessage]:
        """Drop the oldest turns until the rest fits *room* tokens; system messages and the question stay.

        Raises `ModelBudgetError` when even those do not fit: a cut question would be answered wrongly.
        """
        kept = list(messages)
        while self.measure(kept) > room:
            oldest = next((n for n, message in enumerate(kept[:-1]) if message.role != "system"), None)
            if oldest is None:
                raise ModelBudgetError("the question alone exceeds the context")
            del kept[oldest]
            # An answer without its question confuses models, and some chat templates refuse to open with it.
            while oldest < len(kept) - 1 and kept[oldest].role == "assistant":
                del kept[oldest]
        return kept
