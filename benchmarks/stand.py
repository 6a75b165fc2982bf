"""The playground and the people who talk to a bot, in this process: never in the one that is measured.

A load is a closed loop: each person writes again once they are answered. At the end every message must have been
answered exactly once, or nothing is reported.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from benchmarks.process import BenchmarkError
from bot.chat.progress import PLACEHOLDERS
from bot.playground import Event, Persona, Playground, serving
from bot.playground.updates import UpdateQueue

PEOPLE: Final = 20
TEXT: Final = "Tell me something nice about the sea now"  # 40 characters that no rule of ours knows
_PATIENCE: Final = 60.0  # seconds for one answer
_SETTLE: Final = 0.3  # seconds in which a second answer to the same message would show


class _Updates(UpdateQueue):
    """Tells when the bot asks for updates the first time."""

    def __init__(self) -> None:
        super().__init__(first_id=time.time_ns() // 1000)
        self.polled = asyncio.Event()

    async def take(self, **asked: Any) -> list[dict[str, Any]]:
        self.polled.set()
        return await super().take(**asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What people saw of one load, and what making it cost this side."""

    latencies: Sequence[float]  # seconds from sending to the answer's arrival
    seconds: float
    stand_cpu: float  # seconds


class Stand:
    """One playground for one life of a bot."""

    def __init__(self, url: str, playground: Playground, updates: _Updates) -> None:
        self.url = url
        self.polled = updates.polled
        self.playground = playground
        self.people = [playground.person(f"Person {number}", "en") for number in range(PEOPLE)]

    async def load(self, people: Sequence[Persona], messages: int, *, in_flight: int, text: str = TEXT) -> Load:
        """Have *people* send *messages* messages between them, *in_flight* at a time."""
        latencies: list[float] = []
        cpu, started = time.process_time(), time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for one in range(in_flight):
                share = len(range(one, messages, in_flight))
                group.create_task(self._talk(people[one::in_flight], share, text, latencies))
        return Load(
            latencies=latencies,
            seconds=time.perf_counter() - started,
            stand_cpu=time.process_time() - cpu,
        )

    async def _talk(self, people: Sequence[Persona], messages: int, text: str, latencies: list[float]) -> None:
        for number in range(messages):
            try:
                async with asyncio.timeout(_PATIENCE):
                    latencies.append(await self._ask(people[number % len(people)], text))
            except TimeoutError:
                raise BenchmarkError(f"a message had no answer within {_PATIENCE:.0f} s") from None

    async def _ask(self, person: Persona, text: str) -> float:
        talk = self.playground.talk(person.id)
        seen = talk.count
        started = time.perf_counter()
        self.playground.say(person, text)
        while not any(_answers(event) for event in talk.since(seen)):
            await talk.changed.wait()
        return time.perf_counter() - started

    async def check(self) -> None:
        """Make sure that every message was answered exactly once."""
        await asyncio.sleep(_SETTLE)
        for person in self.playground.personas:
            authors = [message.author for message in self.playground.messages(person)]
            if authors != ["person", "bot"] * (len(authors) // 2):
                raise BenchmarkError(f"{authors.count('person')} messages had {authors.count('bot')} answers")


def _answers(event: Event) -> bool:
    """Say whether *event* shows an answer: a message, or one that waited and is now replaced by it."""
    message = event.message
    shown = event.type in {"message", "edit"} and message is not None and message.author == "bot"
    return shown and message is not None and message.text not in PLACEHOLDERS


@asynccontextmanager
async def stand() -> AsyncIterator[Stand]:
    """Serve a fresh playground."""
    playground, updates = Playground(), _Updates()
    playground.updates = updates
    async with serving(playground) as url:
        yield Stand(url, playground, updates)
