"""With a language model: it phrases around slots, and when it fails the composer answers and says so."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.i18n import say
from bot.settings import Settings
from tests.journeys.conftest import Chat, OpenHouse
from tests.llm.scripted_model import Act, ScriptedModel, refuses, running_model, says, says_json


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with running_model() as served:
        yield served


def told(settings: Settings, model: ScriptedModel, **more: object) -> Settings:
    llm = settings.llm.model_copy(
        update={
            "base_url": model.base_url,
            "model": "tiny-1",
            "api_key": SecretStr("sk-test"),
            "health_allowed": True,
            "region": "EU",
            "retention": "none",
            "first_token_seconds": 1.0,
            "overall_seconds": 2.0,
        }
        | more
    )
    return settings.model_copy(update={"llm": llm})


async def with_report(open_house: OpenHouse, settings: Settings, shared: Path) -> Chat:
    carnet = await open_house(settings)
    chat: Chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.upload(shared / "data" / "lab" / "lab_en_clean.pdf")
    await chat.press("Confirm all")
    return chat


async def test_given_a_model_that_places_slots_when_asked_then_code_writes_the_value(
    open_house: OpenHouse, settings: Settings, shared: Path, model: ScriptedModel
) -> None:
    chat = await with_report(open_house, told(settings, model), shared)
    model.script(says_json("Your stores of iron look low: {{f1}}. It is worth showing this to your doctor."))

    (answer,) = await chat.say("my ferritin?")

    assert "9 ng/mL" in answer.text
    assert "stores of iron" in answer.text
    assert all("9 ng" not in captured.raw for captured in model.requests)
    assert "tiny-1" in (await chat.say("/why"))[-1].text


@pytest.mark.parametrize(
    "act",
    [
        says_json("Your ferritin is 12 ng/mL, which is fine."),  # a number of its own
        says_json("You have anaemia: {{f1}}."),  # a diagnosis
        says_json("Your ferritin is high: {{f1}}."),  # the wrong way round
        says("not JSON at all"),
        says_json("{{f9}}"),
        refuses(500),
        refuses(401),
        Act(body="<html>garbled</html>"),
        Act(parts=(5.0, "data: [DONE]\n\n")),  # slow
    ],
    ids=["number", "diagnosis", "direction", "format", "slot", "down", "refused", "garbled", "slow"],
)
async def test_given_a_model_that_fails_when_asked_then_the_composer_answers_and_says_so(
    open_house: OpenHouse, settings: Settings, shared: Path, model: ScriptedModel, act: Act
) -> None:
    chat = await with_report(open_house, told(settings, model), shared)
    model.script(act)

    (answer,) = await chat.say("my ferritin?")

    assert "9 ng/mL" in answer.text
    assert say("en", "health.model_away") in answer.text
    assert "12 ng/mL" not in answer.text
    assert "You have" not in answer.text


async def test_given_a_model_not_declared_fit_when_asked_in_health_then_it_is_never_called(
    open_house: OpenHouse, settings: Settings, shared: Path, model: ScriptedModel
) -> None:
    chat = await with_report(open_house, told(settings, model, health_allowed=False), shared)

    (answer,) = await chat.say("my ferritin?")

    assert "9 ng/mL" in answer.text
    assert model.requests == []


async def test_given_a_model_when_general_is_asked_about_health_then_it_is_not_called(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel
) -> None:
    carnet = await open_house(told(settings, model))
    chat = carnet.meet("Ann", "en")
    model.script(says("A poem about the sea."))

    (offer,) = await chat.say("my ferritin is low, what should I take?")
    (poem,) = await chat.say("write me a poem")

    assert "Health space" in offer.text
    assert poem.text == "A poem about the sea."
    assert len(model.requests) == 1


async def test_given_a_general_model_that_is_down_when_asked_then_carnet_says_so(
    open_house: OpenHouse, settings: Settings, model: ScriptedModel
) -> None:
    carnet = await open_house(told(settings, model))
    model.script(refuses(401))

    (answer,) = await carnet.meet("Nadia", "fr").say("écris-moi un poème")

    assert say("fr", "general.model_away").split("\n")[0] in answer.text
    assert "3114" in answer.text
