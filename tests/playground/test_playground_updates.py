"""Updates reach a real client by Telegram's rules: offsets, long polls, one reader."""

import asyncio
import time

import httpx
import pytest
from telegram import Bot
from telegram.error import BadRequest, Conflict, InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.playground import TOKEN, Playground, PlaygroundError, serving


async def test_given_an_unconfirmed_update_when_polled_again_then_it_is_redelivered_until_an_offset_confirms_it(
    playground: Playground, telegram: Bot
) -> None:
    camille = playground.personas[0]
    playground.say(camille, "un")
    playground.say(camille, "deux")
    first = await telegram.get_updates()
    again = await telegram.get_updates()
    rest = await telegram.get_updates(offset=first[0].update_id + 1)

    assert [update.message.text for update in first if update.message] == ["un", "deux"]
    assert again == first
    assert [update.message.text for update in rest if update.message] == ["deux"]
    assert playground.pending(camille) == 1


async def test_given_a_negative_offset_when_polled_then_only_the_newest_updates_remain(
    playground: Playground, telegram: Bot
) -> None:
    for word in ("one", "two", "three"):
        playground.say(playground.personas[2], word)
    newest = await telegram.get_updates(offset=-1)

    assert [update.message.text for update in newest if update.message] == ["three"]
    assert playground.pending(playground.personas[2]) == 1


@pytest.mark.clocked
async def test_given_a_waiting_poll_when_someone_writes_then_it_answers_at_once(
    playground: Playground, telegram: Bot
) -> None:
    poll = asyncio.create_task(telegram.get_updates(timeout=20))
    await asyncio.sleep(0.2)
    said_at = time.monotonic()
    playground.say(playground.personas[0], "bonjour")
    updates = await poll

    assert len(updates) == 1
    assert time.monotonic() - said_at < 2


async def test_given_a_waiting_poll_when_a_second_one_starts_then_the_older_gets_409(
    playground: Playground, telegram: Bot
) -> None:
    older = asyncio.create_task(telegram.get_updates(timeout=20))
    await asyncio.sleep(0.2)
    newer = asyncio.create_task(telegram.get_updates(timeout=20))
    with pytest.raises(Conflict, match="terminated by other getUpdates request"):
        await older
    playground.say(playground.personas[0], "encore là ?")

    assert len(await newer) == 1


async def test_given_allowed_updates_when_other_kinds_happen_then_they_are_not_kept(
    playground: Playground, telegram: Bot
) -> None:
    daniel = playground.personas[3]
    await telegram.get_updates(allowed_updates=["message"])
    playground.block(daniel)
    playground.block(daniel, blocked=False)
    playground.say(daniel, "back")
    updates = await telegram.get_updates()

    assert [update.message.text for update in updates if update.message] == ["back"]
    assert len(updates) == 1


async def test_given_a_limit_when_more_waits_then_the_oldest_come_first(playground: Playground, telegram: Bot) -> None:
    for word in ("one", "two", "three"):
        playground.say(playground.personas[2], word)
    some = await telegram.get_updates(limit=2)

    assert [update.message.text for update in some if update.message] == ["one", "two"]


async def test_given_waiting_updates_when_the_webhook_is_deleted_with_drop_then_none_is_left(
    playground: Playground, telegram: Bot
) -> None:
    playground.say(playground.personas[0], "trop tard")
    await telegram.delete_webhook(drop_pending_updates=True)

    assert (await telegram.get_webhook_info()).pending_update_count == 0


async def test_given_a_wrong_token_when_called_then_it_is_unauthorized(base_url: str) -> None:
    with pytest.raises(InvalidToken):
        await Bot("1000001:guessed", base_url=f"{base_url}/bot").initialize()


async def test_given_an_unknown_method_when_called_then_telegram_s_404_comes_back(telegram: Bot, base_url: str) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{base_url}/bot{TOKEN}/sendPigeon")

    assert answer.status_code == 404
    assert answer.json() == {"ok": False, "error_code": 404, "description": "Not Found: method not found"}


@pytest.mark.parametrize("how", ["query", "form", "json"])
async def test_given_any_of_the_documented_encodings_when_sent_then_the_call_is_understood(
    playground: Playground, base_url: str, how: str
) -> None:
    alice = playground.personas[2]
    values: dict[str, str | int] = {"chat_id": alice.id, "text": "hello"}
    async with httpx.AsyncClient() as client:
        url = f"{base_url}/bot{TOKEN}/sendMessage"
        if how == "query":
            answer = await client.get(url, params=values)
        elif how == "form":
            answer = await client.post(url, data={name: str(value) for name, value in values.items()})
        else:
            answer = await client.post(url, json=values)

    assert answer.json()["result"]["text"] == "hello"


async def test_given_planned_failures_when_called_then_the_client_meets_each_and_recovers(
    playground: Playground, telegram: Bot
) -> None:
    alice = playground.personas[2]
    playground.misbehave("sendMessage", retry_after=7)
    playground.misbehave("sendMessage", status=500)
    playground.misbehave("sendMessage", status=500, done=True)
    with pytest.raises(RetryAfter, match="Retry in 7 seconds"):
        await telegram.send_message(alice.id, "first")
    for text in ("second", "third"):
        with pytest.raises(NetworkError):
            await telegram.send_message(alice.id, text)
    await telegram.send_message(alice.id, "fourth")

    assert [shown.text for shown in playground.messages(alice)] == ["third", "fourth"]  # third: its answer was lost


@pytest.mark.clocked
async def test_given_a_hanging_method_when_called_then_the_client_times_out_and_the_server_still_stops(
    playground: Playground,
) -> None:
    playground.misbehave("sendMessage", hang=True)
    async with serving(playground) as url, Bot(TOKEN, base_url=f"{url}/bot") as client:
        with pytest.raises(TimedOut):
            await client.send_message(playground.personas[0].id, "jamais", read_timeout=0.3)
        stopping_at = time.monotonic()

    assert time.monotonic() - stopping_at < 3
    assert playground.messages(playground.personas[0]) == []


async def test_given_someone_who_blocked_the_bot_when_written_to_then_it_is_forbidden_and_reported(
    playground: Playground, telegram: Bot
) -> None:
    daniel = playground.personas[3]
    playground.block(daniel)
    with pytest.raises(Exception, match="bot was blocked by the user"):
        await telegram.send_message(daniel.id, "still there?")
    change = (await telegram.get_updates())[0].my_chat_member

    assert change is not None
    assert change.new_chat_member.status == "kicked"
    with pytest.raises(PlaygroundError):
        playground.say(daniel, "no")


async def test_given_an_unknown_chat_when_written_to_then_it_is_not_found(telegram: Bot) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await telegram.send_message(5, "nobody")


async def test_given_a_restarted_playground_when_people_return_then_they_keep_their_ids_and_nothing_else_is_reused(
    playground: Playground, telegram: Bot
) -> None:
    sent = playground.say(playground.person("Zoé", "fr"), "avant")
    before = (await telegram.get_updates())[0].update_id
    await asyncio.sleep(0.3)
    restarted = Playground()

    assert restarted.person("Zoé", "fr") == playground.person("Zoé", "fr")
    assert restarted.say(restarted.person("Zoé", "fr"), "après") > sent
    assert (await restarted.updates.take())[0]["update_id"] > before
    assert sent < 2**31


async def test_given_an_address_others_can_reach_when_served_there_then_it_is_refused(playground: Playground) -> None:
    with pytest.raises(PlaygroundError, match="loopback"):
        async with serving(playground, host="192.0.2.1"):
            pass


async def test_given_a_taken_port_when_served_there_then_one_clear_error_says_so(
    playground: Playground, base_url: str
) -> None:
    port = int(base_url.rpartition(":")[2])

    with pytest.raises(PlaygroundError, match=f"port {port} is taken"):
        async with serving(Playground(), port=port):
            pass
