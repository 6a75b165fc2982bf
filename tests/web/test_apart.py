"""Intake and workers in separate assemblies: what one has in memory, the others must do without."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from pydantic import SecretStr

from bot.app import playing, server, worker
from bot.chat.model import Space
from bot.cli.playground import behind
from bot.playground import Playground, serving
from bot.settings import Settings, load
from tests.journeys.conftest import rules
from tests.web.conftest import free_port


async def test_given_the_question_asked_by_one_worker_when_yes_is_typed_then_another_gives_the_crisis_card(
    tmp_path: Path,
) -> None:
    playground = Playground()
    ann = playground.person("Ann", "en")

    def shown() -> list[str]:
        return [message.text for message in playground.messages(ann) if message.author == "bot"]

    async def until(condition: Callable[[], object]) -> None:
        async with asyncio.timeout(30):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async with serving(playground) as url:
        settings = by_webhook(behind(load({"CARNET_STATE": f"{tmp_path}/state"}), url))
        async with playing(server(list(Space)), settings, judge=rules()):
            async with playing(worker(list(Space)), settings, judge=rules()):
                playground.say(ann, "I am so tired of everything")
                await until(lambda: len(shown()) == 2)
            before = shown()
            async with playing(worker(list(Space)), settings, judge=rules()):
                playground.say(ann, "yes")
                await until(lambda: len(shown()) > 2)

    assert before[1].count("?") == 1
    assert "You can talk now" in shown()[2]


def by_webhook(settings: Settings) -> Settings:
    port = free_port()
    web = settings.web.model_copy(update={"port": port, "public_url": f"http://127.0.0.1:{port}"})
    telegram = settings.telegram.model_copy(update={"webhook_secret": SecretStr("s" * 32)})
    return settings.model_copy(update={"web": web, "telegram": telegram})
