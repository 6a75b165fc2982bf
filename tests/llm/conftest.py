"""The scripted model, once per module, and retries that do not sleep."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest
import pytest_asyncio
import stamina
from pydantic import SecretStr

from bot.llm import HttpChatModel
from bot.settings import LlmSettings
from tests.llm.scripted_model import ScriptedModel, running_model

API_KEY = "sk-CANARY-KEY-93f1"

MakeModel = Callable[..., HttpChatModel]


@pytest.fixture(scope="module")
def served() -> Iterator[ScriptedModel]:
    with running_model() as model:
        yield model


@pytest.fixture(autouse=True)
def waits_of_zero() -> Iterator[None]:
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


@pytest_asyncio.fixture
async def make_model(served: ScriptedModel) -> AsyncIterator[MakeModel]:
    """Build clients of the scripted model; closed at the end of the test."""
    made: list[HttpChatModel] = []

    def make(settings: dict[str, object] | None = None, **parts: object) -> HttpChatModel:
        values: dict[str, object] = {"base_url": served.base_url, "model": "tiny-1", "api_key": SecretStr(API_KEY)}
        model = HttpChatModel(LlmSettings.model_validate(values | (settings or {})), **parts)  # type: ignore[arg-type]
        made.append(model)
        return model

    yield make
    for model in made:
        await model.aclose()
