"""What Telegram was told is received is committed: through the real polling loop, over real HTTP."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.chat.model import Button, Show
from bot.kernel.errors import StoreError
from bot.kernel.sensitive import Sensitive
from bot.playground import Persona, Playground
from bot.telegram import Gateway

Until = Callable[[Callable[[], object]], Awaitable[None]]


async def test_given_people_writing_when_polled_then_everything_arrives_once_in_order_and_is_confirmed(
    gateway: Gateway, playground: Playground, camille: Persona, ledger: Any, until: Until
) -> None:
    await gateway.start()
    for number in range(5):
        playground.say(camille, f"message {number}")
    await until(lambda: playground.pending(camille) == 0)

    assert ledger.texts == [f"message {number}" for number in range(5)]
    assert {arrival.chat for arrival in ledger.accepted.values()} == {camille.id}
    assert gateway.silence is not None


async def test_given_a_commit_that_fails_twice_when_polled_then_nothing_is_lost_and_order_is_kept(
    gateway: Gateway, playground: Playground, camille: Persona, ledger: Any, until: Until
) -> None:
    ledger.failures = [StoreError("down"), StoreError("still down")]
    for number in range(4):
        playground.say(camille, f"message {number}")
    await gateway.start()
    await until(lambda: playground.pending(camille) == 0)

    assert ledger.texts == [f"message {number}" for number in range(4)]
    assert ledger.calls == 6


async def test_given_an_unexpected_exception_while_committing_when_polled_then_polling_goes_on(
    gateway: Gateway, playground: Playground, camille: Persona, ledger: Any, until: Until
) -> None:
    ledger.failures = [RuntimeError("nobody thought of this")]
    await gateway.start()
    playground.say(camille, "first")
    await until(lambda: playground.pending(camille) == 0)
    playground.say(camille, "second")
    await until(lambda: playground.pending(camille) == 0)

    assert ledger.texts == ["first", "second"]


async def test_given_a_commit_that_takes_its_time_when_polled_then_telegram_still_keeps_the_message(
    gateway: Gateway, playground: Playground, camille: Persona, ledger: Any, until: Until
) -> None:
    ledger.may_commit.clear()
    await gateway.start()
    playground.say(camille, "hold on")
    await ledger.entered.wait()
    await asyncio.sleep(0.2)

    assert playground.pending(camille) == 1

    ledger.may_commit.set()
    await until(lambda: playground.pending(camille) == 0)


@pytest.mark.parametrize(
    "poison",
    [
        {"message_id": 1, "date": "yesterday", "chat": {"id": 1, "type": "private"}},  # the library's parser refuses it
        {"message_id": 1, "date": 1, "chat": {"id": 1, "type": "private"}, "from": {"id": 1}},  # a user without a name
    ],
)
async def test_given_an_update_nobody_can_parse_when_polled_then_what_follows_it_arrives(
    *, poison: dict[str, Any], gateway: Gateway, playground: Playground, camille: Persona, ledger: Any, until: Until
) -> None:
    playground.updates.put(camille.id, "message", poison)
    playground.say(camille, "after the poison")
    await gateway.start()
    await until(lambda: playground.pending(camille) == 0)

    assert ledger.texts == ["after the poison"]


@pytest.mark.parametrize("status", [401, 404, 409, 429, 500])
async def test_given_a_poll_that_fails_when_polled_again_then_messages_arrive(
    *, status: int, gateway: Gateway, playground: Playground, camille: Persona, ledger: Any, until: Until
) -> None:
    playground.misbehave("getUpdates", status=status, retry_after=1)
    await gateway.start()
    playground.say(camille, "still there?")
    await until(lambda: playground.pending(camille) == 0)

    assert ledger.texts == ["still there?"]


async def test_given_a_button_when_pressed_then_the_press_is_committed_and_answered_at_once(
    gateway: Gateway, playground: Playground, camille: Persona, ledger: Any
) -> None:
    await gateway.start()
    shown = await gateway.send(
        camille.id, Show(text=Sensitive("Prêt ?"), buttons=((Button(label="Oui", data="h:yes"),),))
    )
    assert shown is not None
    answer = await playground.queries.outcome(playground.press(camille, shown, "h:yes"), within=5)

    assert answer is not None
    [arrival] = ledger.accepted.values()
    assert (arrival.kind, arrival.button, arrival.message_id) == ("button", "h:yes", shown)


async def test_given_a_press_that_cannot_be_answered_when_polled_then_it_is_received_all_the_same(
    gateway: Gateway, playground: Playground, camille: Persona, ledger: Any, until: Until
) -> None:
    playground.misbehave("answerCallbackQuery", status=400)
    await gateway.start()
    shown = await gateway.send(
        camille.id, Show(text=Sensitive("Prêt ?"), buttons=((Button(label="Oui", data="h:yes"),),))
    )
    assert shown is not None
    playground.press(camille, shown, "h:yes")
    playground.say(camille, "then this")
    await until(lambda: playground.pending(camille) == 0)

    assert [arrival.kind for arrival in ledger.accepted.values()] == ["button", "text"]


async def test_given_a_commit_under_way_when_stopped_then_it_is_finished_first(
    gateway: Gateway, playground: Playground, camille: Persona, ledger: Any
) -> None:
    ledger.may_commit.clear()
    await gateway.start()
    playground.say(camille, "last words")
    await ledger.entered.wait()
    stopping = asyncio.create_task(gateway.stop())
    await asyncio.sleep(0.1)
    ledger.may_commit.set()
    await stopping

    assert ledger.texts == ["last words"]


async def test_given_telegram_that_does_not_answer_when_stopped_then_it_is_not_waited_for_long(
    gateway: Gateway, playground: Playground, camille: Persona, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.gateway.CONFIRM_SECONDS", 0.2)
    await gateway.start()
    playground.misbehave("getUpdates", hang=True, times=9)
    playground.say(camille, "this ends the poll under way")
    await asyncio.sleep(0.3)

    async with asyncio.timeout(5):  # a poll of its own would take sixteen seconds to be given up
        await gateway.stop()


async def test_given_a_gateway_that_stopped_when_started_again_then_it_goes_on_where_it_was(
    gateway: Gateway, playground: Playground, camille: Persona, ledger: Any, until: Until
) -> None:
    await gateway.start()
    playground.say(camille, "one")
    await until(lambda: playground.pending(camille) == 0)
    await gateway.stop()
    playground.say(camille, "two")
    await gateway.start()
    await until(lambda: playground.pending(camille) == 0)

    assert ledger.texts == ["one", "two"]
