"""The webhook over real HTTP, before the real gateway: 200 means committed, and a stranger gets nowhere."""

import asyncio
import io
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import structlog

from bot.kernel import logs
from bot.kernel.background import background
from bot.kernel.errors import StoreError
from bot.playground import Persona, Playground
from bot.telegram import Address, Gateway
from bot.web import Limits, serving, webhook_app, webhook_path
from bot.web.buckets import Buckets
from tests.telegram.conftest import Ledger

SECRET = "s3cret_" * 5
CANARY = "kernbeisser"
LIMITS = Limits(parallel=3, updates_per_second=1000, refusals_per_minute=5)

_ids = itertools.count(1)

Until = Callable[[Callable[[], object]], Awaitable[None]]


def at(port: int, secret: str) -> Address:
    """Where a webhook of these tests is; the path is that of the secret it knows."""
    return Address(url=f"http://127.0.0.1:{port}{webhook_path(SECRET)}", secret=secret, connections=2)


@dataclass
class Post:
    """Telegram's side."""

    url: str
    client: httpx.AsyncClient

    async def __call__(self, body: Any, secret: str | None = SECRET, **headers: str) -> int:
        told = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret is not None else {}
        how = {"json": body} if isinstance(body, dict | list) else {"content": body}
        return (await self.client.post(self.url, headers=told | headers, **how)).status_code


def update(text: str, person: Persona, update_id: int | None = None) -> dict[str, Any]:
    message = {
        "message_id": 1,
        "date": 1_800_000_000,
        "text": text,
        "chat": {"id": person.id, "type": "private", "first_name": person.first_name},
        "from": {"id": person.id, "is_bot": False, "first_name": person.first_name},
    }
    return {"update_id": next(_ids) if update_id is None else update_id, "message": message}


@pytest.fixture
def limits() -> Limits:
    return LIMITS


@pytest.fixture
async def post(gateway: Gateway, limits: Limits) -> AsyncIterator[Post]:
    async with (
        serving(webhook_app(gateway, SECRET, limits), host="127.0.0.1", port=0) as port,
        httpx.AsyncClient() as client,
    ):
        yield Post(f"http://127.0.0.1:{port}{webhook_path(SECRET)}", client)


async def test_given_a_commit_that_takes_its_time_when_posted_then_the_answer_waits_for_it(
    post: Post, ledger: Ledger, camille: Persona
) -> None:
    ledger.may_commit.clear()
    answer = asyncio.create_task(post(update("hello", camille)))
    await ledger.entered.wait()
    await asyncio.sleep(0.1)
    early = answer.done()
    ledger.may_commit.set()

    assert (early, await answer, ledger.texts) == (False, 200, ["hello"])


async def test_given_a_database_that_fails_when_posted_then_it_must_come_again_and_is_kept_once(
    post: Post, ledger: Ledger, camille: Persona
) -> None:
    ledger.failures = [StoreError("down"), StoreError("still down")]
    again = update("hello", camille)

    assert [await post(again) for _ in range(4)] == [503, 503, 200, 200]
    assert ledger.texts == ["hello"]


async def test_given_a_defect_that_meets_an_update_every_time_when_posted_then_it_is_not_asked_for_for_ever(
    post: Post, ledger: Ledger, camille: Persona
) -> None:
    ledger.failures = [RuntimeError("nobody thought of this") for _ in range(9)]
    broken = update("broken", camille)

    assert [await post(broken) for _ in range(5)] == [503] * 4 + [200]
    ledger.failures.clear()
    assert await post(update("next", camille)) == 200
    assert ledger.texts == ["next"]


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], f"{SECRET}_", "ü" * 4])
async def test_given_a_wrong_secret_when_posted_then_it_is_forbidden_and_nothing_is_read(
    post: Post, ledger: Ledger, camille: Persona, secret: str | None
) -> None:
    headers = {} if secret is None else {b"X-Telegram-Bot-Api-Secret-Token": secret.encode()}
    answer = await post.client.post(post.url, json=update("hello", camille), headers=headers)

    assert (answer.status_code, answer.content, ledger.calls) == (403, b"", 0)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        [],
        {},
        {"update_id": "x"},
        {"update_id": 1},
        {"update_id": 2, "message": {"message_id": CANARY}},
        {"update_id": 3, "poll": {"id": CANARY}},
        {"update_id": 4, "sent_from_the_future": {"text": CANARY}},
    ],
    ids=lambda body: str(body)[:24],
)
async def test_given_what_nobody_understands_when_posted_then_it_is_accepted_as_nothing(
    post: Post, ledger: Ledger, log: io.StringIO, body: object
) -> None:
    assert await post(body) == 200
    assert ledger.calls == 0
    assert CANARY not in log.getvalue()


async def test_given_more_than_a_megabyte_when_announced_then_it_is_refused_unread(post: Post, ledger: Ledger) -> None:
    assert await post(b" " * 1_000_001) == 413
    assert ledger.calls == 0


@pytest.mark.parametrize(("piece", "pause"), [(100_000, 0.0), (1, 0.05)], ids=["too much", "too slow"])
async def test_given_a_body_without_end_when_posted_in_pieces_then_it_is_not_read_to_the_end(
    *, post: Post, ledger: Ledger, monkeypatch: pytest.MonkeyPatch, piece: int, pause: float
) -> None:
    monkeypatch.setattr("bot.web.webhook.READ_SECONDS", 0.5 if pause else 10.0)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 1000:
            sent += 1
            yield b" " * piece
            await asyncio.sleep(pause)

    try:
        status = await post(endless())
    except httpx.TransportError:  # the connection is closed on us as we go on writing
        status = 0

    assert status in {0, 408, 413}
    assert sent < 500
    assert ledger.calls == 0


async def test_given_as_many_updates_as_are_let_in_when_one_more_comes_then_it_must_come_again(
    post: Post, ledger: Ledger, camille: Persona
) -> None:
    ledger.may_commit.clear()
    held = [asyncio.create_task(post(update(str(n), camille))) for n in range(LIMITS.parallel)]
    while ledger.calls < LIMITS.parallel:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    full = await post(update("too many", camille))
    ledger.may_commit.set()

    assert [full, *await asyncio.gather(*held)] == [503, 200, 200, 200]
    assert await post(update("again", camille)) == 200


async def test_given_a_stranger_who_goes_on_when_refused_then_they_are_put_off_and_telegram_is_not(
    post: Post, camille: Persona
) -> None:
    refused = [await post(update("x", camille), "wrong") for _ in range(7)]

    assert refused == [403] * 5 + [429] * 2
    assert await post(update("hello", camille)) == 200


@pytest.mark.parametrize("limits", [Limits(parallel=9, updates_per_second=2, refusals_per_minute=5)])
async def test_given_someone_with_the_secret_who_floods_when_posted_then_the_rest_must_come_again(
    post: Post, ledger: Ledger, camille: Persona
) -> None:
    statuses = [await post(update(str(n), camille)) for n in range(20)]

    assert statuses[:4] == [200] * 4
    assert 429 in statuses
    assert len(ledger.texts) == statuses.count(200)


@pytest.mark.parametrize(("proxies", "expected"), [("", [403] * 5 + [429]), ("127.0.0.1", [403] * 6)])
async def test_given_a_forwarded_address_when_no_proxy_is_trusted_then_it_is_not_believed(
    *, gateway: Gateway, camille: Persona, proxies: str, expected: list[int]
) -> None:
    app = webhook_app(gateway, SECRET, LIMITS)
    async with (
        serving(app, host="127.0.0.1", port=0, trusted_proxies=proxies) as port,
        httpx.AsyncClient() as client,
    ):
        post = Post(f"http://127.0.0.1:{port}{webhook_path(SECRET)}", client)
        statuses = [await post({}, "wrong", **{"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(6)]

    assert statuses == expected


@pytest.mark.parametrize("path", ["/", "/telegram/", "/telegram/guess"])
async def test_given_another_path_when_posted_then_there_is_nothing(post: Post, ledger: Ledger, path: str) -> None:
    answer = await post.client.post(httpx.URL(post.url).join(path), json={}, headers={"x": SECRET})

    assert (answer.status_code, ledger.calls) == (404, 0)
    assert (await post.client.get(post.url)).status_code == 405


async def test_given_a_registered_webhook_when_people_write_then_telegram_s_retries_bring_everything_in_order(
    *, gateway: Gateway, playground: Playground, camille: Persona, ledger: Ledger, until: Until
) -> None:
    ledger.failures = [StoreError("down"), RuntimeError("oops")]
    async with serving(webhook_app(gateway, SECRET, LIMITS), host="127.0.0.1", port=0) as port:
        await gateway.listen(at(port, SECRET))
        for n in range(5):
            playground.say(camille, f"message {n}")
        await until(lambda: not playground.pending(camille))

    assert ledger.texts == [f"message {n}" for n in range(5)]


async def test_given_a_webhook_somebody_ended_when_looked_at_then_it_is_set_again(
    *,
    gateway: Gateway,
    playground: Playground,
    camille: Persona,
    ledger: Ledger,
    until: Until,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bot.telegram.gateway.LOOK_EVERY", 0.05)
    playground.misbehave("getWebhookInfo", status=502)
    async with serving(webhook_app(gateway, SECRET, LIMITS), host="127.0.0.1", port=0) as port:
        await gateway.listen(at(port, SECRET))
        async with background(gateway.go_on_listening(at(port, SECRET))):
            await playground.updates.post_to(None)
            playground.say(camille, "still there?")
            await until(lambda: ledger.texts)

    assert ledger.texts == ["still there?"]


def test_given_a_bucket_when_emptied_then_it_fills_again_and_many_sources_do_not_fill_memory() -> None:
    now = 0.0
    buckets = Buckets(per_second=2, burst=3, most=2, ticks=lambda: now)
    first = [buckets.take("a") for _ in range(4)]
    other = buckets.take("b")
    now = 1.0
    refilled = [buckets.take("a") for _ in range(3)]
    for source in ("c", "d"):
        buckets.take(source)

    assert first == [True, True, True, False]
    assert other
    assert refilled == [True, True, False]
    assert len(buckets._buckets) == 2


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    written = io.StringIO()
    logs.configure("DEBUG", written)
    yield written
    structlog.reset_defaults()
    root.handlers[:], root.level = before
