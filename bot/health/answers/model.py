"""What an answer is: its words, and everything /why and the check of answers need to say where they came from."""

from dataclasses import dataclass
from enum import StrEnum

from bot.kernel.sensitive import Sensitive


class Detail(StrEnum):
    """How much of a result a person wants to read. Never what is urgent, nor what stands outside its range."""

    HEADLINE = "headline"  # where it stands, in words
    NUMBERS = "numbers"  # with its value and range
    FULL = "full"  # with what the test looks at, and what to ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A finished answer. No *model*: fixed sentences and confirmed facts only."""

    text: Sensitive[str]
    facts: tuple[str, ...]  # ids of the facts it rests on
    sources: tuple[str, ...]  # where its general sentences come from, as `sources.cite` writes them
    prepared: tuple[str, ...] = ()  # general sentences and computed numbers in it, for the check of answers
    model: str | None = None  # "model at host", as /why shows it
