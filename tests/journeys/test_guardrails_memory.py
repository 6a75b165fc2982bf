"""What the guard-rail knows of before: the conversation's last minutes, and in Health a crisis of the last three days."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text

from bot.chat.model import Space
from bot.chat.recent import CHATS, MOST, Recent
from bot.health.store import schema
from bot.kernel.clock import Clock, utc_now
from bot.kernel.sensitive import Sensitive
from bot.settings import Settings
from bot.storage.engine import Database, StoreName, store_url
from tests.journeys.conftest import House, OpenHouse, house
from tests.journeys.test_guardrails_intake import Words

CHEST = {
    "fr": "j’ai une douleur qui serre la poitrine et le bras gauche engourdi, mon mari dit que c’est le stress",
    "en": "I have a crushing pain in my chest and my left arm is numb, my husband says it is just stress",
}
DESPAIR = {"fr": "je veux mourir", "en": "I want to die"}


def later(shift: list[timedelta]) -> Clock:
    return lambda: utc_now() + shift[0]


async def count(settings: Settings, name: StoreName, table: str) -> int:
    db = Database(store_url(settings, name))
    async with db.read() as connection:
        found: int = (await connection.execute(select(func.count()).select_from(text(table)))).scalar_one()
    await db.close()
    return found


def is_card(said: str) -> bool:
    return any(mark in said for mark in ("🚨", "⚠️", "You can talk now", "Vous pouvez parler maintenant", "Call now"))


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("space", list(Space))
async def test_given_a_long_conversation_when_danger_is_told_at_turn_1_20_and_60_then_each_has_the_same_card(
    open_house: OpenHouse, settings: Settings, language: str, space: Space
) -> None:
    shift = [timedelta(0)]
    carnet: House = await open_house(settings, clock=later(shift))
    chat = carnet.meet("Nadia" if language == "fr" else "Ann", language)
    if space is Space.HEALTH:
        await chat.enter()
    cards: dict[str, set[str]] = {CHEST[language]: set(), DESPAIR[language]: set()}
    for turn in range(1, 61):
        shift[0] += timedelta(minutes=1)
        if turn not in {1, 20, 60}:
            (answer,) = await chat.say("merci" if language == "fr" else "thanks")
            assert not is_card(answer.text)
            continue
        for said, seen in cards.items():
            (card,) = await chat.say(said)
            seen.add(card.text)

    assert all(len(seen) == 1 for seen in cards.values())
    assert all(is_card(card) for seen in cards.values() for card in seen)


async def test_given_health_when_a_crisis_showed_two_days_ago_then_it_is_known_and_after_three_it_is_not(
    open_house: OpenHouse, on_either: Settings
) -> None:
    rules, shift = Words(), [timedelta(0)]
    carnet: House = await open_house(on_either, clock=later(shift), judge=rules)
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("despair")

    shift[0] = timedelta(days=2)
    (card,) = await chat.say("it is worse")
    shift[0] = timedelta(days=2, hours=73)
    calm = await chat.say("it is worse")

    assert "Please call now" in card.text
    assert not any(is_card(answer.text) for answer in calm)
    assert await carnet.app.health.forget_stale() == 2
    assert await carnet.app.health.forget_stale() == 0


async def test_given_general_when_a_crisis_showed_then_no_risk_is_kept_anywhere(
    open_house: OpenHouse, settings: Settings
) -> None:
    rules = Words()
    carnet: House = await open_house(settings, judge=rules)
    chat = carnet.meet("Ann", "en")
    await chat.say("despair")
    await chat.say("it is worse")

    assert not any(risk for _, _, risk in rules.seen)
    assert await count(settings, "health", "risk_state") == 0
    assert await count(settings, "health", "health_turn") == 0


async def test_given_someone_not_in_health_when_they_tell_a_crisis_there_then_the_card_comes_and_nothing_is_kept(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet: House = await open_house(settings, judge=Words())
    chat = carnet.meet("Ann", "en")

    (card,) = await chat.say("/health despair")

    assert is_card(card.text)
    assert await count(settings, "health", "risk_state") == 0
    assert await count(settings, "health", "health_turn") == 0


async def test_given_a_risk_kept_when_the_person_erases_health_then_it_goes_too(
    open_house: OpenHouse, on_either: Settings
) -> None:
    rules = Words()
    carnet: House = await open_house(on_either, judge=rules)
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("despair")
    before = await count(on_either, "health", "risk_state")
    await chat.say("/data")
    await chat.press("Erase")
    await chat.press("Yes")

    assert before == 1
    assert await count(on_either, "health", "risk_state") == 0


async def test_given_a_risk_kept_when_the_database_is_read_then_it_says_nothing(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet: House = await open_house(settings, judge=Words())
    chat = carnet.meet("Ann", "en")
    await chat.enter()
    await chat.say("despair")

    db = Database(store_url(settings, "health"))
    async with db.read() as connection:
        (row,) = (await connection.execute(select(schema.risk_state))).all()
    await db.close()
    assert b"self_harm" not in row.body
    assert b"crisis" not in row.body


@pytest.mark.parametrize("space", list(Space))
async def test_given_a_process_that_restarts_when_a_sentence_is_completed_then_the_worker_still_sees_the_whole(
    settings: Settings, space: Space
) -> None:
    """What intake remembered is gone with the process; the space's own memory is not."""
    async with house(settings, judge=Words()) as before:
        chat = before.meet("Ann", "en")
        if space is Space.HEALTH:
            await chat.enter()
        await chat.say("one two")
    async with house(settings, judge=Words()) as after:
        answers = await after.meet("Ann", "en").say("three")

    assert [is_card(answer.text) for answer in answers] == [True]


async def test_given_a_stopped_message_when_remembered_then_the_space_knows_both_sides(
    open_house: OpenHouse, settings: Settings
) -> None:
    carnet: House = await open_house(settings, judge=Words())
    chat = carnet.meet("Ann", "en")
    await chat.say("danger")

    assert await count(settings, "main", "general_turn") == 2


class TestRecent:
    """The last minutes, in memory."""

    AT = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def add(self, recent: Recent, key: str, text: str, *, chat: int = 1, minutes: float = 0) -> None:
        at = self.AT + timedelta(minutes=minutes)
        recent.add(chat, Space.GENERAL, key=key, at=at, text=Sensitive(text))

    def before(self, recent: Recent, key: str = "now", *, chat: int = 1, minutes: float = 0) -> Sequence[str]:
        return recent.before(chat, Space.GENERAL, key=key, at=self.AT + timedelta(minutes=minutes))

    def test_given_more_than_five_messages_when_read_then_the_newest_five_come_in_order(self) -> None:
        recent = Recent()
        for n in range(MOST + 3):
            self.add(recent, f"k{n}", f"{n}")

        assert self.before(recent) == ["3", "4", "5", "6", "7"]

    def test_given_an_update_repeated_when_read_then_it_counts_once_and_never_before_itself(self) -> None:
        recent = Recent()
        self.add(recent, "k1", "one")
        self.add(recent, "k2", "two")
        self.add(recent, "k2", "two")

        assert self.before(recent) == ["one", "two"]
        assert self.before(recent, "k2") == ["one"]

    def test_given_time_when_it_passes_then_words_no_longer_count_and_are_dropped(self) -> None:
        recent = Recent()
        self.add(recent, "k1", "one")
        self.add(recent, "k2", "two", chat=2, minutes=8)

        assert self.before(recent, minutes=10) == ["one"]
        assert self.before(recent, minutes=10.1) == []
        recent.sweep(self.AT + timedelta(minutes=11))
        assert list(recent._chats) == [(2, Space.GENERAL)]

    def test_given_many_chats_when_they_write_then_memory_stays_bounded(self) -> None:
        recent = Recent()
        for chat in range(CHATS + 10):
            self.add(recent, "k", "x", chat=chat)

        assert len(recent._chats) == CHATS
        assert self.before(recent, chat=0) == []

    def test_given_a_space_erased_when_read_then_its_words_are_gone_and_the_others_are_not(self) -> None:
        recent = Recent()
        self.add(recent, "k1", "one")
        recent.add(1, Space.HEALTH, key="k2", at=self.AT, text=Sensitive("two"))
        recent.forget(1, Space.HEALTH)

        assert self.before(recent) == ["one"]
        assert recent.before(1, Space.HEALTH, key="now", at=self.AT) == []
