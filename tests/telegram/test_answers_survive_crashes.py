"""The same crashes as in `tests/chat/test_sending.py`, over Telegram's protocol: the real gateway, the playground's chat."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.chat import progress
from bot.chat.model import Button, Show
from bot.chat.progress import PLACEHOLDERS
from bot.kernel.sensitive import Sensitive
from bot.playground import Persona, Playground, VisibleMessage
from bot.storage.engine import Database
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.telegram import Gateway
from tests.chat.chatbook import Life
from tests.chat.test_sending import House, Script, show

YES = Button(label="Yes", data="yes")
LONG = "\n".join(f"line {number}" for number in range(900))  # three messages
SCRIPTS = {
    "slow": Script([Show(text=Sensitive("**yes**"), buttons=((YES,),))], slow=True),
    "several": Script([show("one"), Show(text=Sensitive("two"), buttons=((YES,),))]),
    "long": Script([Show(text=Sensitive(LONG), buttons=((YES,),))]),
}


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(progress, "PATIENCE", 0.01)
    db = Database(f"sqlite+aiosqlite:///{tmp_path / 'main'}.db")
    await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
    yield House(db)
    await db.close()


def answers(playground: Playground, person: Persona) -> list[VisibleMessage]:
    return [message for message in playground.messages(person) if message.text not in PLACEHOLDERS]


@pytest.mark.parametrize("name", SCRIPTS)
async def test_given_a_crash_at_any_step_when_carnet_comes_back_then_telegram_shows_the_answer_once(
    house: House, gateway: Gateway, playground: Playground, name: str
) -> None:
    steps, left = 0, 0
    while True:
        person = playground.person(f"Ann {steps}", "en")
        await house.asks(chat=person.id)
        life = Life(steps + 1)
        await house.live(SCRIPTS[name], life, delivery=gateway)
        if life.over.is_set():
            await house.live(SCRIPTS[name], Life(), delivery=gateway)

        shown = answers(playground, person)
        expected = LONG if name == "long" else {"slow": "yes", "several": "one\ntwo"}[name]
        assert "\n".join(message.text for message in shown) == expected, steps
        assert [bool(message.buttons) for message in shown] == [False] * (len(shown) - 1) + [True]
        waiting = len(playground.messages(person)) - len(shown)
        assert waiting <= 1
        left += waiting
        if not life.over.is_set():
            break
        steps += 1

    assert steps > 8
    assert 0 < left <= 2 * len(shown)


@pytest.mark.parametrize("method", ["sendMessage", "editMessageText"])
async def test_given_an_answer_of_telegrams_that_never_came_when_sent_again_then_it_shows_the_answer_once(
    house: House, gateway: Gateway, playground: Playground, method: str
) -> None:
    person = playground.person("Ann", "en")
    playground.misbehave(method, status=502, done=True)
    await house.asks(chat=person.id)
    await house.live(SCRIPTS["several"], Life(), delivery=gateway)

    assert [message.text for message in answers(playground, person)] == ["one", "two"]
    assert len(playground.messages(person)) <= 3
