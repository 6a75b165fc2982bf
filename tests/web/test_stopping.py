"""SIGTERM: nothing more is taken in, running turns have their time, and chats pass to another process at once."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.llm.scripted_model import Act, ScriptedModel, running_model, says
from tests.web.conftest import Deployment

HANGS = Act(parts=(60.0,))


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with running_model() as model:
        yield model


def asking(model: ScriptedModel) -> dict[str, str]:
    return {"CARNET_LLM__BASE_URL": model.base_url, "CARNET_LLM__MODEL": "m", "CARNET_LLM__FIRST_TOKEN_SECONDS": "90"}


async def test_given_a_turn_under_way_when_its_worker_is_stopped_then_it_is_answered_first(
    deployment: Deployment, model: ScriptedModel
) -> None:
    ann = deployment.playground.person("Ann", "en")
    reply = says("Two plus two is four.").parts
    assert reply is not None
    model.script(Act(parts=(2.0, *reply)))
    await deployment.serve(told=deployment.whole)
    worker = await deployment.start("worker", told=deployment.whole, **asking(model))
    deployment.playground.say(ann, "how do I fold a paper plane?")
    await deployment.until(lambda: model.requests)
    code = await deployment.stop(worker)

    assert code == 0
    assert deployment.answers(ann) == ["Two plus two is four."]
    assert len(model.requests) == 1


async def test_given_a_turn_that_takes_too_long_when_its_worker_is_stopped_then_another_has_it_at_once(
    deployment: Deployment, model: ScriptedModel
) -> None:
    ann = deployment.playground.person("Ann", "en")
    model.script(HANGS, says("Fold it in half."))
    await deployment.serve(told=deployment.whole)
    first = await deployment.start("worker", told=deployment.whole, CARNET_STOP_SECONDS="1", **asking(model))
    deployment.playground.say(ann, "how do I fold a paper plane?")
    await deployment.until(lambda: model.requests)
    await deployment.start("worker", told=deployment.whole, **asking(model))
    deployment.playground.say(ann, "thanks")
    await deployment.heard(ann)
    code = await deployment.stop(first)
    async with asyncio.timeout(30):  # half a lease
        await deployment.until(lambda: "Fold it in half." in deployment.answers(ann))

    assert code == 0
    assert deployment.answers(ann)[0] == "Fold it in half."


async def test_given_a_webhook_being_stopped_when_people_go_on_writing_then_nothing_is_lost(
    deployment: Deployment,
) -> None:
    people = [deployment.playground.person(f"P{n}", "en") for n in range(8)]
    serve = await deployment.serve(told=deployment.whole)
    await deployment.start("worker", told=deployment.whole)
    await deployment.until(lambda: deployment.playground.updates.courier)
    for n in range(10):
        for person in people:
            deployment.playground.say(person, f"remember that {n} is mine")
        if n == 5:
            stopped = await deployment.stop(serve)
    port = deployment.playground.updates.courier.address.url.split(":")[2].split("/")[0]  # type: ignore[union-attr]
    again = {"CARNET_WEB__PORT": port, "CARNET_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}"}
    await deployment.start("serve", told=deployment.whole, **again)
    for person in people:
        deployment.playground.say(person, "what do you remember?")
    await deployment.until(lambda: all(deployment.notes(person) for person in people))

    assert stopped == 0
    for person in people:
        assert deployment.notes(person) == [f"• {n} is mine" for n in range(10)]
        assert len(deployment.answers(person)) == 11


async def test_given_telegram_out_of_reach_when_a_starting_process_is_stopped_then_it_ends_well(
    deployment: Deployment,
) -> None:
    nowhere = {"CARNET_TELEGRAM__BASE_URL": "http://127.0.0.1:9"}
    process = await deployment.start("run", told=deployment.whole, **nowhere)
    await deployment.until(lambda: "event=telegram_unreachable" in deployment.log.read_text())

    assert await deployment.stop(process) == 0
