"""No chat is sent more than it may be, what Telegram asks for is obeyed by whom it means, and cards wait for nobody."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.error import RetryAfter, TimedOut

from bot.chat.model import Erase, Show
from bot.chat.ports import DeliveryLaterError
from bot.kernel.sensitive import Sensitive
from bot.playground import Playground
from bot.settings import TelegramSettings
from bot.telegram import Gateway
from bot.telegram.pacing import BURST, MOST_CHATS, SEVERAL, Pace, seconds_to_wait


class Watch:
    """A steady clock turned by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def pace(watch: Watch) -> Pace:
    return Pace(overall=1000, each=1, now=watch)


def test_given_a_quiet_chat_when_it_is_sent_many_then_three_go_at_once_and_then_one_a_second(pace: Pace) -> None:
    waits = [pace.wait_for_chat(5) for _ in range(6)]

    assert waits == [0, 0, 0, 1, 2, 3]


def test_given_a_chat_that_rested_when_it_is_sent_more_then_it_may_be_quick_again(pace: Pace, watch: Watch) -> None:
    for _ in range(BURST):
        pace.wait_for_chat(5)
    watch.now += 1.5
    after_a_while = [pace.wait_for_chat(5), pace.wait_for_chat(5)]
    watch.now += 60

    assert after_a_while == [0, 0.5]
    assert [pace.wait_for_chat(5) for _ in range(BURST)] == [0] * BURST


async def test_given_a_busy_chat_when_another_is_sent_something_then_it_does_not_wait() -> None:
    pace = Pace(overall=1000, each=2)
    waiting = [asyncio.create_task(pace.turn(5)) for _ in range(BURST + 2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(0.3):
        await pace.turn(6)

    assert sum(not task.done() for task in waiting) == 2
    for task in waiting:
        task.cancel()


def test_given_a_message_of_our_own_when_it_is_replaced_then_that_costs_nothing(pace: Pace) -> None:
    for _ in range(BURST):
        pace.wait_for_chat(5)
    free = [pace.wait_for_chat(5, free=True) for _ in range(10)]

    assert free == [0] * 10
    assert pace.wait_for_chat(5) == 1


async def test_given_a_card_when_chat_and_everybody_must_wait_then_it_goes_and_what_follows_waits_longer(
    pace: Pace,
) -> None:
    for _ in range(BURST):
        pace.wait_for_chat(5)
    pace.refused("sendMessage", None, 4)
    async with asyncio.timeout(1):
        await pace.turn(5, urgent=True)

    assert pace.wait_for_chat(6) == 4
    assert pace.wait_for_chat(5, free=True) == 4
    with pytest.raises(DeliveryLaterError):
        [pace.wait_for_chat(5) for _ in range(BURST + 2)]


@given(pauses=st.lists(st.floats(0, 0.5), min_size=60, max_size=300), rate=st.sampled_from([10.0, 30.0, 200.0]))
def test_given_any_crowd_when_sent_to_then_no_second_sees_more_than_telegram_takes(
    pauses: list[float], rate: float
) -> None:
    watch = Watch()
    pace, times = Pace(overall=rate, each=1, now=watch), list[float]()
    for pause in pauses:
        watch.now += pause * 4 / rate
        with contextlib.suppress(DeliveryLaterError):
            times.append(watch.now + pace.wait_for_all())

    most = max(sum(start <= at < start + 1 for at in times) for start in times)
    assert times == sorted(times)
    assert most <= rate * 1.1 + 1


def test_given_a_chat_told_to_wait_when_sent_to_then_only_it_waits_as_long_as_that(pace: Pace, watch: Watch) -> None:
    pace.refused("sendMessage", 5, 280)
    with pytest.raises(DeliveryLaterError) as told:
        pace.wait_for_chat(5)
    with pytest.raises(DeliveryLaterError):
        pace.wait_for_chat(5, free=True)
    other = pace.wait_for_chat(6)
    watch.now += 281

    assert told.value.seconds == 280
    assert other == 0
    assert pace.wait_for_chat(5) == 0


def test_given_several_chats_told_within_a_moment_when_another_is_sent_to_then_all_wait_the_shortest_of_it(
    pace: Pace, watch: Watch
) -> None:
    for chat, seconds in zip(range(SEVERAL), (280, 20, 30), strict=True):
        pace.refused("editMessageText", chat, seconds)
    with pytest.raises(DeliveryLaterError) as everybody:
        pace.wait_for_chat(99)
    watch.now += 21

    assert everybody.value.seconds == 20
    assert pace.wait_for_chat(99) == 0
    assert pace.held(0) == 259


def test_given_a_rest_that_is_over_when_several_chats_are_told_to_wait_then_it_does_not_end_theirs(
    pace: Pace, watch: Watch
) -> None:
    pace.refused("sendMessage", 50, 2)
    watch.now += 3
    for chat in range(SEVERAL):
        pace.refused("sendMessage", chat, 20)

    assert pace.held(99) == 20


def test_given_several_chats_told_over_a_long_time_when_another_is_sent_to_then_it_does_not_wait(
    pace: Pace, watch: Watch
) -> None:
    for chat in range(SEVERAL * 3):
        pace.refused("sendMessage", chat, 20)
        watch.now += 6

    assert pace.wait_for_chat(99) == 0


@pytest.mark.parametrize("method", ["sendChatAction", "sendMessageDraft", "getUpdates"])
def test_given_what_is_only_passing_when_it_is_refused_then_no_answer_waits_for_it(pace: Pace, method: str) -> None:
    pace.refused(method, 5, 60)

    assert pace.wait_for_chat(5) == 0


def test_given_very_many_chats_when_sent_to_then_what_is_remembered_of_them_stays_bounded(
    pace: Pace, watch: Watch
) -> None:
    for chat in range(MOST_CHATS + 500):
        pace.wait_for_chat(chat)
    most = len(pace._chats)
    watch.now += 60
    for chat in range(MOST_CHATS):
        pace.wait_for_chat(10**6 + chat)
        watch.now += 0.5

    assert most <= MOST_CHATS
    assert len(pace._chats) < 50  # those that rested long enough are forgotten as new ones come


async def test_given_a_pause_asked_for_while_a_message_waits_its_turn_when_that_comes_then_it_waits_on(
    pace: Pace,
) -> None:
    quick = Pace(overall=1000, each=20)
    for _ in range(BURST):
        await quick.turn(5)
    waiting = asyncio.create_task(quick.turn(5))
    await asyncio.sleep(0)
    quick.refused("sendMessage", 5, 60)

    with pytest.raises(DeliveryLaterError):
        await waiting


@pytest.mark.parametrize(
    ("error", "seconds"), [(RetryAfter(17), 17), (RetryAfter(timedelta(seconds=3)), 3), (TimedOut(), 1)]
)
def test_given_a_failure_when_asked_how_long_then_telegrams_word_counts(error: Exception, seconds: float) -> None:
    assert seconds_to_wait(error) == seconds


@pytest.fixture
async def paced(settings: TelegramSettings, ledger: Any) -> AsyncIterator[Gateway]:
    told = settings.model_copy(update={"chat_messages_per_second": 5.0})
    async with Gateway(told, ledger) as connected:
        yield connected


def _show(text: str) -> Show:
    return Show(text=Sensitive(text))


async def test_given_a_flooded_chat_when_more_is_due_then_telegram_is_not_asked_again_and_others_are_served(
    paced: Gateway, playground: Playground
) -> None:
    flooded, other = playground.person("Ann", "en"), playground.person("Bob", "en")
    waiting = await paced.send(flooded.id, _show("…"))
    playground.misbehave("editMessageText", status=429, retry_after=60)
    for _ in range(2):  # the second is refused here: Telegram would have taken it
        with pytest.raises(DeliveryLaterError) as told:
            await paced.send(flooded.id, _show("yes"), into=waiting)
    await paced.busy(flooded.id)
    await paced.send(other.id, _show("yes"))
    await paced.send(flooded.id, _show("call now"), urgent=True)

    assert 50 < told.value.seconds <= 60
    assert [message.text for message in playground.messages(flooded)] == ["…", "call now"]
    assert [message.text for message in playground.messages(other)] == ["yes"]
    assert not [event for event in playground.events(flooded) if event.type == "typing"]


async def test_given_a_method_that_names_no_chat_when_refused_then_everybody_but_a_card_waits(
    settings: TelegramSettings, ledger: Any, playground: Playground
) -> None:
    playground.misbehave("setMyCommands", status=429, retry_after=60)
    person = playground.person("Ann", "en")
    async with Gateway(settings, ledger) as gateway:
        await gateway.start()
        await gateway.stop()
        with pytest.raises(DeliveryLaterError):
            await gateway.send(person.id, _show("yes"))
        await gateway.send(person.id, _show("call now"), urgent=True)

    assert [message.text for message in playground.messages(person)] == ["call now"]


async def test_given_a_chat_at_its_pace_when_more_is_due_then_it_enters_only_when_its_turn_has_come(
    settings: TelegramSettings, ledger: Any, playground: Playground
) -> None:
    told = settings.model_copy(update={"chat_messages_per_second": 0.2})
    slow, quick, entered = playground.person("Ann", "en"), playground.person("Bob", "en"), list[str]()

    async def enter(name: str) -> None:
        entered.append(name)

    async with Gateway(told, ledger) as gateway:
        for _ in range(BURST):
            await gateway.send(slow.id, _show("…"))
        waiting = asyncio.create_task(gateway.send(slow.id, _show("…"), enter=partial(enter, "slow")))
        await asyncio.sleep(0)
        await gateway.send(quick.id, _show("…"), enter=partial(enter, "quick"))
        waiting.cancel()  # it would be its turn in five seconds

    assert entered == ["quick"]


async def test_given_a_flood_while_it_waited_to_enter_when_let_in_then_it_is_not_sent(
    paced: Gateway, playground: Playground
) -> None:
    person = playground.person("Ann", "en")
    waiting = await paced.send(person.id, _show("…"))
    playground.misbehave("editMessageText", status=429, retry_after=60)

    async def enter() -> None:
        with pytest.raises(DeliveryLaterError):
            await paced.send(person.id, _show("yes"), into=waiting)

    with pytest.raises(DeliveryLaterError) as told:
        await paced.send(person.id, _show("more"), enter=enter)

    assert told.value.flood
    assert [message.text for message in playground.messages(person)] == ["…"]


async def test_given_a_chat_sent_much_when_measured_then_it_comes_at_its_pace_and_replacing_and_erasing_are_free(
    paced: Gateway, playground: Playground
) -> None:
    person = playground.person("Ann", "en")
    started = time.monotonic()
    sent = [await paced.send(person.id, _show("…")) for _ in range(BURST + 2)]
    paced_for = time.monotonic() - started
    for message in sent:
        await paced.send(person.id, _show("yes"), into=message)
        await paced.send(person.id, Erase(message_id=message or 0))

    assert paced_for > 0.39  # two of five, at five a second
    assert playground.messages(person) == []
