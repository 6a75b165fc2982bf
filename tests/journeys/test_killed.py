"""`carnet run` itself, killed with -9 while people write to it: every message answered, every note kept exactly once."""

import asyncio
import os
import random
import signal
import sys
from pathlib import Path

from bot.playground import TOKEN, Persona, Playground, serving

CARNET = Path(sys.executable).with_name("carnet")
EACH = 8


async def started(base_url: str, state: Path) -> asyncio.subprocess.Process:
    told = {
        "CARNET_STATE": str(state),
        "CARNET_TELEGRAM__BASE_URL": base_url.rstrip("/"),
        "CARNET_TELEGRAM__TOKEN": TOKEN,
        "CARNET_TELEGRAM__POLL_SECONDS": "1",
        "CARNET_TELEGRAM__CHAT_MESSAGES_PER_SECOND": "1000",
    }
    return await asyncio.create_subprocess_exec(
        CARNET, "run", env=os.environ | told, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )


def answers(playground: Playground, person: Persona) -> list[str]:
    return [message.text for message in playground.messages(person) if message.author == "bot"]


async def test_given_carnet_killed_again_and_again_when_it_comes_back_then_nothing_is_lost_or_kept_twice(
    tmp_path: Path,
) -> None:
    playground, dice = Playground(), random.Random(7)  # noqa: S311
    people = [playground.person(name, "en") for name in ("Ann", "Bob", "Cleo")]
    async with serving(playground) as base_url:
        carnet = await started(base_url, tmp_path / "state")
        try:
            for n in range(EACH):
                for person in people:
                    playground.say(person, f"remember that number {n} is mine")
                if n in {2, 4, 6}:
                    async with asyncio.timeout(60):
                        while not answers(playground, people[0]):  # noqa: ASYNC110
                            await asyncio.sleep(0.02)
                    await asyncio.sleep(dice.uniform(0, 0.15))
                    carnet.send_signal(signal.SIGKILL)
                    await carnet.wait()
                    carnet = await started(base_url, tmp_path / "state")
            async with asyncio.timeout(120):  # a lane of the dead is free again when its lease ends
                while any(len(set_of(playground, person)) < EACH for person in people):
                    for person in people:
                        if len(answers(playground, person)) >= EACH:
                            playground.say(person, "what do you remember?")
                    await asyncio.sleep(2)
        finally:
            carnet.terminate()
            await carnet.wait()

    for person in people:
        assert set_of(playground, person) == [f"• number {n} is mine" for n in range(EACH)]


def set_of(playground: Playground, person: Persona) -> list[str]:
    """The notes as Carnet last listed them, in its order, repeats included."""
    listed = [text for text in answers(playground, person) if "• number" in text]
    return [line for line in listed[-1].splitlines() if line.startswith("•")] if listed else []
