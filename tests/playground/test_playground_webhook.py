"""A webhook is served by Telegram's rules: the secret, a person's updates in order, again until answered 2xx."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import BadRequest, Conflict

from bot.playground import Playground
from bot.web import serving


@dataclass
class Receiver:
    """A bot's web server; `statuses` are answered first, one a request, then 200."""

    url: str = ""
    statuses: list[int] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    posted: list[tuple[str, str]] = field(default_factory=list)  # who and what, each time
    accepted: list[tuple[str, str]] = field(default_factory=list)
    together: int = 0
    most_together: int = 0

    async def receive(self, request: Request) -> Response:
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        message = (await request.json())["message"]
        said = (message["from"]["first_name"], message["text"])
        self.secrets.add(request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""))
        self.posted.append(said)
        await asyncio.sleep(0.01)
        status = self.statuses.pop(0) if self.statuses else 200
        if status == 200:
            self.accepted.append(said)
        self.together -= 1
        return Response(status_code=status)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = Starlette(routes=[Route("/updates", receiver.receive, methods=["POST"])])
    async with serving(app, host="127.0.0.1", port=0) as port:
        receiver.url = f"http://127.0.0.1:{port}/updates"
        yield receiver


@pytest.fixture
def delivered(playground: Playground) -> Callable[[], Awaitable[None]]:
    async def wait() -> None:
        async with asyncio.timeout(20):
            while playground.updates.pending():  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    return wait


async def test_given_a_webhook_when_people_write_then_each_one_s_words_come_in_order_with_the_secret(
    playground: Playground, telegram: Bot, receiver: Receiver, delivered: Callable[[], Awaitable[None]]
) -> None:
    people = playground.personas[:3]
    playground.say(people[0], "before")
    await telegram.set_webhook(receiver.url, secret_token="s3cret", max_connections=2)
    for number in range(10):
        for person in people:
            playground.say(person, str(number))
    await delivered()

    assert receiver.secrets == {"s3cret"}
    for person in people:
        mine = [text for name, text in receiver.accepted if name == person.first_name]
        assert mine == [*(["before"] if person == people[0] else []), *(str(number) for number in range(10))]
    assert receiver.most_together == 2


async def test_given_a_webhook_that_fails_when_someone_writes_then_the_same_comes_again_and_the_next_waits_for_it(
    playground: Playground, telegram: Bot, receiver: Receiver, delivered: Callable[[], Awaitable[None]]
) -> None:
    receiver.statuses = [503, 500, 403]
    await telegram.set_webhook(receiver.url)
    playground.say(playground.personas[0], "one")
    playground.say(playground.personas[0], "two")
    while receiver.statuses:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    failing = await telegram.get_webhook_info()
    await delivered()

    assert [text for _, text in receiver.posted] == ["one", "one", "one", "one", "two"]
    assert failing.last_error_message == "Wrong response from the webhook: 403"
    assert failing.url == receiver.url


async def test_given_a_webhook_when_polled_then_it_is_a_conflict_until_the_webhook_is_deleted(
    playground: Playground, telegram: Bot, receiver: Receiver
) -> None:
    await telegram.set_webhook(receiver.url)
    with pytest.raises(Conflict, match="while webhook is active"):
        await telegram.get_updates()
    await telegram.delete_webhook()
    playground.say(playground.personas[0], "polled")

    assert len(await telegram.get_updates()) == 1
    assert receiver.posted == []


async def test_given_an_address_elsewhere_when_it_is_named_then_it_is_refused(telegram: Bot) -> None:
    with pytest.raises(BadRequest, match="this machine only"):
        await telegram.set_webhook("https://bot.example.org/updates")
