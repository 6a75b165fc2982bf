"""A narrator in front of the scripted model of tests/llm, over real HTTP."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from pydantic import SecretStr

from bot.health.answers.narrate import Narrator
from bot.llm import HttpChatModel
from bot.settings import LlmSettings
from tests.llm.scripted_model import ScriptedModel, running_model


@pytest.fixture(scope="module")
def served() -> Iterator[ScriptedModel]:
    with running_model() as model:
        yield model


@pytest_asyncio.fixture
async def narrator(served: ScriptedModel) -> AsyncIterator[Narrator]:
    model = HttpChatModel(
        LlmSettings(
            base_url=served.base_url,
            model="tiny-1",
            api_key=SecretStr("sk-CANARY"),
            health_allowed=True,
            region="eu-west",
            retention="none",
        )
    )
    yield Narrator(model)
    await model.aclose()
