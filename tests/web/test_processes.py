"""`carnet serve` and `carnet worker` as real processes: what each may open, and that turns pass from one to another."""

from tests.web.conftest import Deployment


async def test_given_a_webhook_and_two_workers_when_someone_writes_then_each_message_is_answered_once_and_in_order(
    deployment: Deployment,
) -> None:
    ann = deployment.playground.person("Ann", "en")
    await deployment.serve(told=deployment.whole)
    await deployment.start("worker", told=deployment.whole)
    await deployment.start("worker", told=deployment.whole)
    for n in range(5):
        deployment.playground.say(ann, f"remember that number {n} is mine")
    deployment.playground.say(ann, "what do you remember?")
    await deployment.until(lambda: len(deployment.answers(ann)) == 6)

    listed = [line for line in deployment.answers(ann)[-1].splitlines() if line.startswith("•")]
    assert listed == [f"• number {n} is mine" for n in range(5)]
