"""How long an emergency card takes from the message to the chat, while that chat's model never answers.

Beside it, the answer to a command in a chat where nothing waits: what the card costs more is its judgement.
"""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Final

from benchmarks.measure import Comparison, Effort
from benchmarks.process import BenchmarkError
from bot.app import running
from bot.cli.playground import behind
from bot.kernel import logs
from bot.playground import Persona, Playground, serving
from bot.settings import Settings, load

FLOOR: Final = "answer to /help"
CARD: Final = "card, model hanging"
_DANGER: Final = "I have a crushing pain in my chest and my left arm is numb"
_QUESTION: Final = "write me a poem"
_PATIENCE: Final = 20.0  # seconds
_POLL: Final = 0.001


def run(effort: Effort) -> Sequence[Comparison]:
    """Give the median and the 99th percentile of both."""
    middle = Comparison("message to card, median", "ms", FLOOR)
    worst = Comparison("message to card, 99th percentile", "ms", FLOOR)
    logs.configure("ERROR")
    for _ in range(effort.rounds):
        with tempfile.TemporaryDirectory() as folder:
            took = asyncio.run(_round(load({"CARNET_STATE": f"{folder}/state"}), effort.messages))
        for subject, values in took.items():
            values.sort()
            middle.add(subject, values[len(values) // 2])
            worst.add(subject, values[-(-99 * len(values) // 100) - 1])
    return [middle, worst]


async def _round(settings: Settings, messages: int) -> dict[str, list[float]]:
    playground = Playground()
    people = [playground.person(f"person{number}", "en") for number in range(10)]
    took: dict[str, list[float]] = {FLOOR: [], CARD: []}
    async with _hanging() as (url, asked), serving(playground) as base_url:
        llm = settings.llm.model_copy(
            update={"base_url": url, "model": "m", "first_token_seconds": 600.0, "overall_seconds": 600.0}
        )
        async with running(behind(settings.model_copy(update={"llm": llm}), base_url)):
            for number in range(messages):
                person = people[number % len(people)]
                took[FLOOR].append(await _answered(playground, person, "/help", "What I can do"))
                playground.say(person, _QUESTION)
                await asyncio.wait_for(asked.acquire(), _PATIENCE)
                took[CARD].append(await _answered(playground, person, _DANGER, "Call now"))
    return took


async def _answered(playground: Playground, person: Persona, said: str, wanted: str) -> float:
    """Give the milliseconds until the bot shows *wanted*."""
    seen = max((event.number for event in playground.events(person, after=0)), default=0)
    started = time.perf_counter()
    playground.say(person, said)
    while time.perf_counter() - started < _PATIENCE:
        for event in playground.events(person, after=seen):
            if event.message is not None and event.message.author == "bot" and wanted in event.message.text:
                return (time.perf_counter() - started) * 1e3
        await asyncio.sleep(_POLL)
    raise BenchmarkError(f"no answer with {wanted!r} in {_PATIENCE:.0f} s")


@asynccontextmanager
async def _hanging() -> AsyncIterator[tuple[str, asyncio.Semaphore]]:
    """Serve a model that takes every question and answers none; the semaphore counts them."""
    asked = asyncio.Semaphore(0)

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                if line.startswith(b"POST "):
                    asked.release()
        finally:
            writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/v1", asked
    finally:
        server.close()
