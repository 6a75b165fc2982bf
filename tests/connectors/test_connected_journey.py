"""A medical record connected, as a person lives it: the link, the provider's page, what came, and an answer from it."""

import asyncio
import io
import logging
import re
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from bot.app import Opening
from bot.app.connecting import connection_chores
from bot.chat.errands import Errands
from bot.health.connections.syncing import Syncing
from bot.jobs import Slot
from bot.kernel import logs
from bot.kernel.clock import utc_now
from bot.settings import load
from bot.storage.engine import Database
from tests.connectors.conftest import Clinic
from tests.connectors.record import CANARY, observation, record
from tests.journeys.conftest import Chat, House, house


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def labels(message: Any) -> str:
    return " | ".join(button.label for row in message.buttons for button in row)


def final(shown: list[Any]) -> list[Any]:
    """Give each message as it stood in the end."""
    return list({message.id: message for message in shown}.values())


@dataclass
class Town:
    """Carnet whole, and the clinic it is connected to."""

    house: House
    clinic: Clinic
    page: str
    state: Path
    written: io.StringIO
    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return utc_now() + self.ahead

    async def linked(self, chat: Chat, command: str = "/connect") -> str:
        """Ask for the link; give it."""
        shown = await chat.say(command)
        found = re.search(rf"{re.escape(self.page)}/connect/[\w-]+", shown[-1].text)
        assert found is not None, shown[-1].text
        return found[0]

    async def returned(self, link: str, decision: str = "allow") -> httpx.Response:
        """Go through the provider's page in a browser, and back."""
        out = await self.clinic.client.get(link)
        assert out.status_code == 303
        back = await self.clinic.visit(out.headers["location"], decision)
        return await self.clinic.client.get(back)

    async def connect(self, chat: Chat, command: str = "/connect") -> list[Any]:
        assert (await self.returned(await self.linked(chat, command))).status_code == 200
        return final(await chat.quiet())

    @property
    def errands(self) -> Errands:
        app = self.house.app
        return Errands(people=app.people, work=app.work, public_keys=app.turns._answering._public_keys, clock=self.now)

    async def ring(self) -> None:
        """Let a night pass: the job's own action, at its slot."""
        self.ahead += timedelta(days=1)
        (job,) = connection_chores(self.house.app.health, self.main, self.errands, self.now)
        await job.action(Slot(at=self.now(), late=timedelta()))
        await self.house.app.quiet()

    @property
    def main(self) -> Database:
        return self.house.app.people._db

    def rows(self, database: str) -> bytes:
        """Give every byte of a database's files."""
        return b"".join(path.read_bytes() for path in sorted(self.state.glob(f"{database}.db*")))

    def count(self, table: str) -> int:
        with sqlite3.connect(self.state / "health.db") as db:
            found: int = db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]  # noqa: S608
        return found


@pytest.fixture
async def town(clinic: Clinic, tmp_path: Path) -> AsyncIterator[Town]:
    async with built(clinic, tmp_path) as made:
        yield made


@asynccontextmanager
async def built(clinic: Clinic, tmp_path: Path) -> AsyncIterator[Town]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    page = f"http://127.0.0.1:{port}"
    provider = "CARNET_CONNECTIONS__PROVIDERS__CLINIC__"
    settings = load(
        {
            "CARNET_STATE": str(tmp_path / "state"),
            "CARNET_WEB__PORT": str(port),
            "CARNET_WEB__PUBLIC_URL": page,
            f"{provider}NAME": "Saint-Exemple",
            f"{provider}BASE": clinic.base,
            f"{provider}CLIENT_ID": "carnet",
            "CARNET_CONNECTIONS__SECONDS": "20",
        }
    )
    await clinic.tell(redirect=f"{page}/oauth/callback")
    written = io.StringIO()
    before = structlog.get_config()
    logs.configure("DEBUG", written)
    town = Town(house=None, clinic=clinic, page=page, state=tmp_path / "state", written=written)  # type: ignore[arg-type]
    try:
        async with house(settings, clock=town.now, opening=Opening.ON_JOIN) as opened:
            town.house = opened
            yield town
    finally:
        structlog.configure(**before)
        logging.basicConfig(force=True)


@pytest.mark.parametrize(
    ("language", "command", "use"),
    [("en", "/connect", "Use these, ask"), ("fr", "/connecter", "Utiliser ceux-ci, redemander")],
)
async def test_given_a_clinic_when_connected_then_its_results_are_shown_confirmed_and_answered_from(
    town: Town, language: str, command: str, use: str
) -> None:
    chat = town.house.meet("Camille", language)
    await chat.enter()
    shown = await chat.say(command)
    link = await town.linked(chat, command)
    done = await town.returned(link)
    summary, screen = final(await chat.quiet())
    before = (await chat.say("HbA1c ?"))[-1]
    kept, *_ = await chat.press(use)
    after = (await chat.say("HbA1c ?"))[-1]
    *_, listed = await chat.say("/sources")

    assert "Saint-Exemple" in shown[0].text
    assert "Telegram" in done.text
    assert "11" in summary.text
    assert "6.30" in plain(screen.text) or "6,30" in plain(screen.text)
    assert "6.30" not in plain(before.text)
    assert kept.text
    assert "6.30" in plain(after.text) or "6,30" in plain(after.text)
    assert "Saint-Exemple" in labels(listed)
    assert (await town.clinic.state())["violations"] == []


async def test_given_a_link_when_it_was_used_then_neither_it_nor_its_state_leads_anywhere_again(town: Town) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    link = await town.linked(chat)
    out = await town.clinic.client.get(link)
    back = await town.clinic.visit(out.headers["location"])
    first = await town.clinic.client.get(back)
    again = await town.clinic.client.get(back)
    link_again = await town.clinic.client.get(link)
    await chat.quiet()

    assert (first.status_code, again.status_code, link_again.status_code) == (200, 410, 410)
    assert town.count("connection") == 1
    assert len([one for one in (await town.clinic.state())["asked"] if one == "POST /auth/token"]) == 1


async def test_given_a_link_when_its_time_is_over_then_it_leads_nowhere(town: Town) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    link = await town.linked(chat)
    town.ahead = timedelta(minutes=11)

    assert (await town.clinic.client.get(link)).status_code == 410


async def test_given_a_made_up_return_when_it_comes_then_nothing_is_put(town: Town) -> None:
    state, other = "a" * 43, "b" * 43
    made_up = (
        "",
        "state=x&code=y",
        f"state={state}&code=y",
        f"state={state}&code=y&error=z",
        f"code=y&state={state}&state={other}",
    )
    for query in made_up:
        answer = await town.clinic.client.get(f"{town.page}/oauth/callback?{query}")

        assert answer.status_code == 410, query
    with sqlite3.connect(town.state / "main.db") as db:
        assert db.execute("SELECT count(*) FROM work WHERE dedupe_key LIKE 'oauth:%'").fetchone()[0] == 0


async def test_given_another_persons_button_when_pressed_then_it_is_nobodys(town: Town) -> None:
    ann, bob = town.house.meet("Ann", "en"), town.house.meet("Bob", "en")
    await ann.enter()
    await town.connect(ann)
    await bob.enter()
    *_, listed = await ann.say("/sources")
    data = str(listed.buttons[0][0].data)
    stranger = await town.house.app.people.by_telegram(bob.persona.id)
    assert stranger is not None
    await town.errands.put(stranger.id, key="forged", button=data)
    await town.house.app.quiet()
    *_, told = await bob.quiet()

    assert "no longer exists" in told.text


async def test_given_a_refusal_at_the_page_when_back_then_it_is_said_and_nothing_is_kept(town: Town) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    page = await town.returned(await town.linked(chat), "deny")
    *_, told = await chat.quiet()

    assert "Nothing was connected" in page.text
    assert "Nothing was connected" in told.text
    assert town.count("connection") == town.count("source") == 0


async def test_given_always_when_something_new_comes_at_night_then_it_counts_by_itself_and_can_be_undone(
    town: Town,
) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    await town.connect(chat)
    await chat.press("what comes later")
    documents = town.count("document")
    await town.ring()
    quiet = await chat.quiet()
    lines = [*record(), observation(7, "2276-4", "Ferritin", "33", "ng/mL")]
    await town.clinic.tell(lines=lines)
    await town.ring()
    news = final(await chat.quiet())
    answered = (await chat.say("ferritin?"))[-1]

    assert (quiet, town.count("document")) == ([], documents + 1)
    assert "1 new" in news[0].text
    assert "1 result kept" in news[-1].text
    assert "Undo" in labels(news[-1])
    assert "33" in answered.text


async def test_given_never_when_pressed_then_nothing_is_used_or_brought_any_more(town: Town) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    await town.connect(chat)
    *_, told = await chat.press("Never use")
    asked = len((await town.clinic.state())["asked"])
    await town.ring()
    answered = (await chat.say("ferritin?"))[-1]

    assert "Nothing of it is used" in told.text
    assert len((await town.clinic.state())["asked"]) == asked
    assert "9 ng/mL" not in plain(answered.text)


async def test_given_an_access_that_is_over_when_night_comes_then_one_message_says_so(town: Town) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    await town.connect(chat)
    await chat.press("Use these")
    await town.clinic.tell(end_access=True, faults={"refresh_refused": True})
    await town.ring()
    first = await chat.quiet()
    await town.ring()
    second = await chat.quiet()
    await town.clinic.tell(faults={})
    *_, link = await chat.press("Sign in again")
    found = re.search(rf"{re.escape(town.page)}/connect/[\w-]+", link.text)
    assert found is not None
    await town.returned(found[0])
    again = final(await chat.quiet())

    assert [bool(re.search("access to your record is over", one.text)) for one in first] == [True]
    assert second == []
    assert "0 new" in again[0].text
    assert town.count("connection") == 1


async def test_given_a_line_cut_in_the_middle_when_synchronised_then_it_is_partial_and_said_kind_by_kind(
    town: Town,
) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    await town.clinic.tell(faults={"cut": {"Observation": 2}, "status": {"Condition": 403}})
    summary, _ = await town.connect(chat)
    await chat.press("Use these")
    await chat.say("/sources")
    *_, card = await chat.press("Saint-Exemple")

    assert "the line was cut" in summary.text
    assert "Conditions: not complete – the provider does not give it" in summary.text
    assert "not complete" in card.text
    assert (town.count("sync_run"), town.count("document")) == (1, 1)


async def test_given_a_connection_when_disconnected_then_its_data_stays_and_its_access_is_gone(town: Town) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    await town.connect(chat)
    await chat.press("Use these")
    await chat.say("/sources")
    await chat.press("Saint-Exemple")
    *_, card = await chat.press("Disconnect")
    state = await town.clinic.state()
    answered = (await chat.say("ferritin?"))[-1]

    assert "Disconnected" in card.text
    assert (state["refresh"], state["violations"]) == ([], [])
    assert "9 ng/mL" in plain(answered.text)


async def test_given_a_connection_when_deleted_then_its_data_and_its_access_go_at_once(town: Town) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    await town.connect(chat)
    await chat.press("Use these")
    await chat.say("/sources")
    await chat.press("Saint-Exemple")
    *_, asked = await chat.press("Delete with all")
    *_, gone = await chat.press("Yes, delete")
    state = await town.clinic.state()
    answered = (await chat.say("ferritin?"))[-1]

    assert "1 document" in asked.text
    assert "Deleted" in gone.text
    assert state["refresh"] == []
    assert "9 ng/mL" not in plain(answered.text)
    assert [town.count(name) for name in ("connection", "sync_run", "sync_item", "document", "fact", "source")] == [
        0
    ] * 6


async def test_given_everything_erased_when_looked_for_then_no_connection_is_left(town: Town) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    await town.connect(chat)
    *_, data = await chat.say("/data")
    await chat.press("rase")
    await chat.press("Yes")
    state = await town.clinic.state()

    assert "Connected records: 1" in data.text
    assert state["refresh"] == []
    assert [town.count(name) for name in ("connection", "sync_run", "sync_item", "source")] == [0] * 4


async def test_given_a_whole_connection_when_looked_for_then_no_token_code_or_word_of_it_is_outside_health(
    town: Town, capfd: pytest.CaptureFixture[str]
) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    link = await town.linked(chat)
    out = await town.clinic.client.get(link)
    waiting = town.rows("main")
    back = await town.clinic.visit(out.headers["location"])
    await town.clinic.client.get(back)
    await chat.quiet()
    await chat.press("what comes later")
    await town.clinic.tell(faults={"html": {"Condition": True}, "cut": {"Immunization": 1}})
    await town.ring()
    await chat.quiet()
    state = await town.clinic.state()
    code = re.search(r"code=([^&]+)", back)
    assert code is not None
    secrets = [
        CANARY,
        "canary-",
        code[1],
        link.rsplit("/", 1)[-1],
        *state["access"],
        *state["refresh"],
        "Saint-Exemple",
        town.clinic.base,
    ]
    log = town.written.getvalue() + "".join(capfd.readouterr())
    main, health = town.rows("main"), town.rows("health")

    assert "records_synced" in log
    for secret in secrets:
        assert secret not in log, secret
        assert secret.encode() not in waiting, secret
        assert secret.encode() not in main, secret
        assert secret.encode() not in health, secret


async def test_given_a_crash_after_the_exchange_when_the_turn_is_replayed_then_the_code_is_not_asked_for_twice(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = town.house.meet("Ann", "en")
    await chat.enter()
    whole, crashes = Syncing.sync, iter([True])

    async def crashing(self: Syncing, *args: Any, **kwargs: Any) -> Any:
        if next(crashes, False):
            raise RuntimeError
        return await whole(self, *args, **kwargs)

    monkeypatch.setattr(Syncing, "sync", crashing)
    await town.returned(await town.linked(chat))
    await asyncio.sleep(0)
    shown = final(await chat.quiet())

    assert "11 new" in shown[0].text
    assert len([one for one in (await town.clinic.state())["asked"] if one == "POST /auth/token"]) == 1
    assert town.count("document") == 1
