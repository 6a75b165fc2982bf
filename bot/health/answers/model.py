"""What an answer is: its words, and everything /why needs to say where they came from."""

from dataclasses import dataclass

from bot.kernel.sensitive import Sensitive


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A finished answer. No *model*: fixed sentences and confirmed facts only."""

    text: Sensitive[str]
    facts: tuple[str, ...]  # ids of the facts it rests on
    sources: tuple[str, ...]  # where its general sentences come from, as `sources.cite` writes them
    model: str | None = None  # "model at host", as /why shows it
