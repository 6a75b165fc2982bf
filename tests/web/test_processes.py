"""`carnet serve` and `carnet worker` as real processes: messages in by one, answered by others, each with its own page."""

import httpx

from tests.web.conftest import Deployment, free_port


async def page(port: int, path: str) -> tuple[int, list[str]]:
    """One page of a process; 0 while nothing listens there."""
    async with httpx.AsyncClient() as client:
        try:
            answer = await client.get(f"http://127.0.0.1:{port}{path}")
        except httpx.TransportError:
            return 0, []
    return answer.status_code, answer.text.splitlines()


async def test_given_a_webhook_and_two_workers_when_someone_writes_then_each_message_is_answered_once_and_in_order(
    on_either: Deployment,
) -> None:
    deployment = on_either
    ann = deployment.playground.person("Ann", "en")
    ports = [free_port() for _ in range(3)]
    listens = [{"CARNET_WEB__HEALTH_PORT": str(port)} for port in ports]
    await deployment.serve(told=deployment.whole, **listens[0])
    await deployment.start("worker", told=deployment.whole, **listens[1])
    await deployment.start("worker", "--space", "general", told=deployment.general, **listens[2])

    async def ready() -> bool:
        return [(await page(port, "/readyz"))[0] for port in ports] == [200] * 3

    await deployment.until(ready)
    for n in range(5):
        deployment.playground.say(ann, f"remember that number {n} is mine")
    deployment.playground.say(ann, "what do you remember?")
    await deployment.until(lambda: deployment.notes(ann))

    assert deployment.notes(ann) == [f"• number {n} is mine" for n in range(5)]
    assert len(deployment.answers(ann)) == 6
    assert [await page(port, "/livez") for port in ports] == [
        (200, ["ok loop"]),
        (200, ["ok loop", "ok worker"]),
        (200, ["ok loop", "ok worker"]),
    ]
    of_general = ["ok main", "ok main_keys", "ok migrations", "ok keys", "ok started"]
    assert (await page(ports[2], "/readyz"))[1] == of_general
    accepted = 'carnet_messages_accepted_total{kind="text",space="general"} 6.0'
    assert [accepted in (await page(port, "/metrics"))[1] for port in ports] == [True, False, False]
    assert deployment.log.read_text().count("event=started kind=uvloop") == 3
