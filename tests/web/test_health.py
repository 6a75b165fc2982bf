"""The operator's page of a running Carnet: alive, ready, and counts that can name nobody."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from bot.app import WHOLE, Opening, Process, playing
from bot.cli.playground import behind
from bot.kernel.metrics import LABELS
from bot.playground import Playground, serving
from bot.settings import Settings, load
from bot.storage.engine import Database, store_url
from bot.web import PrometheusMetrics
from tests.conftest import PostgreSQL
from tests.journeys.conftest import rules
from tests.llm.scripted_model import Act, ScriptedModel, refuses, running_model, says
from tests.web.conftest import free_port

CANARY = "kernbeisser"


@dataclass
class House:
    """A running Carnet, its page and its playground."""

    process: Process
    playground: Playground
    client: httpx.AsyncClient
    settings: Settings

    async def page(self, path: str) -> tuple[int, str]:
        answer = await self.client.get(path)
        return answer.status_code, answer.text

    async def count(self, name: str, **labels: str) -> float:
        """What one series says; 0 when it is not there yet."""
        _, shown = await self.page("/metrics")
        samples = [sample for family in text_string_to_metric_families(shown) for sample in family.samples]
        found = [sample.value for sample in samples if sample.name == name and sample.labels == labels]
        return found[0] if found else 0.0

    async def quiet(self) -> None:
        """Wait until everything said is answered."""
        turns = self.process.turns
        assert turns is not None
        async with asyncio.timeout(60):
            while self.playground.updates.pending() or not turns.idle or await self.process.work.pending():  # noqa: ASYNC110
                await asyncio.sleep(0.01)


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[House]:
    playground, port = Playground(), free_port()
    settings = settings.model_copy(update={"web": settings.web.model_copy(update={"health_port": port})})
    async with (
        serving(playground) as url,
        playing(WHOLE, behind(settings, url), opening=Opening.ON_JOIN, judge=rules()) as process,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        yield House(process, playground, client, settings)


@pytest.fixture
def told(tmp_path: object) -> dict[str, str]:
    return {"CARNET_STATE": f"{tmp_path}/state"}


@pytest.fixture
async def house(told: dict[str, str]) -> AsyncIterator[House]:
    async with opened(load(told)) as house:
        yield house


@pytest.fixture
def model() -> Iterator[ScriptedModel]:
    with running_model() as model:
        yield model


async def test_given_a_running_carnet_when_asked_then_it_is_alive_and_ready(house: House) -> None:
    assert await house.page("/livez") == (200, "ok loop\nok polling\nok worker\n")
    names = ("main", "main_keys", "health", "health_keys", "migrations", "keys", "started")
    assert await house.page("/readyz") == (200, "".join(f"ok {name}\n" for name in names))


async def test_given_people_writing_when_counted_then_everything_is_and_nobody_can_be_told_apart(house: House) -> None:
    ann = house.playground.person("Ann", "en")
    for words in (f"hello {CANARY}", "/health", f"my {CANARY}", "my chest hurts and my arm is numb"):
        house.playground.say(ann, words)
    await house.quiet()
    person = await house.process.people.by_telegram(ann.id)
    assert person is not None
    _, shown = await house.page("/metrics")
    samples = [sample for family in text_string_to_metric_families(shown) for sample in family.samples]
    labelled = {(name, value) for sample in samples for name, value in sample.labels.items() if name != "le"}

    assert await house.count("carnet_messages_accepted_total", space="general", kind="text") == 1
    assert await house.count("carnet_messages_accepted_total", space="health", kind="command") == 1
    assert await house.count("carnet_guard_levels_total", level="emergency") == 1
    assert await house.count("carnet_turn_seconds_count", space="health") >= 2
    assert labelled <= {(name, value) for name, values in LABELS.items() for value in values}
    assert {sample.name for sample in samples if CANARY in str(sample)} == set()
    assert [secret for secret in (str(ann.id), str(person.id), CANARY, "Ann") if secret in shown] == []


def asking(model: ScriptedModel) -> dict[str, str]:
    return {"CARNET_LLM__BASE_URL": model.base_url, "CARNET_LLM__MODEL": "m"}


async def test_given_a_model_under_way_and_one_that_fails_when_counted_then_the_queue_and_the_model_show_it(
    told: dict[str, str], model: ScriptedModel
) -> None:
    model.script(Act(parts=(2.0, *(says("Fold it in half.").parts or ()))), refuses(400))
    async with opened(load(told | asking(model))) as house:
        await house.quiet()  # what the clock put at the start
        ann = house.playground.person("Ann", "en")
        house.playground.say(ann, "how do I fold a paper plane?")
        while not model.requests:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        under_way = [
            await house.count(name) for name in ("carnet_work_pending", "carnet_leases", "carnet_turns_running")
        ]
        house.playground.say(ann, "how do I fold a paper boat?")
        await house.quiet()

        assert under_way == [1, 1, 1]
        assert await house.count("carnet_model_seconds_count", outcome="done") == 1
        assert await house.count("carnet_model_seconds_count", outcome="failed") == 1


async def test_given_telegram_that_refuses_when_answers_are_sent_then_each_kind_of_trouble_is_counted(
    house: House,
) -> None:
    ann, bob = (house.playground.person(name, "en") for name in ("Ann", "Bob"))
    house.playground.misbehave("sendMessage", status=429, retry_after=1)
    house.playground.misbehave("sendMessage", status=500)
    house.playground.say(ann, "hello")
    await house.quiet()
    house.playground.misbehave("sendMessage", status=403)
    house.playground.say(bob, "hello")
    async with asyncio.timeout(10):
        while not await house.count("carnet_send_errors_total", trouble="refused"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)

    assert await house.count("carnet_send_errors_total", trouble="flood") == 1
    assert await house.count("carnet_send_errors_total", trouble="network") == 1


async def test_given_polls_that_are_not_answered_when_asked_then_it_is_not_alive(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.playground.misbehave("getUpdates", hang=True, times=9)
    monkeypatch.setattr("bot.app.vitals.LONGEST_SILENCE", 0.5)
    house.playground.say(house.playground.person("Ann", "en"), "this ends the poll under way")
    await asyncio.sleep(1)

    assert await house.page("/livez") == (503, "ok loop\nfailing polling\nok worker\n")


async def test_given_a_loop_that_something_blocks_when_counted_then_its_lag_shows_and_always_being_late_is_no_life(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    time.sleep(0.8)  # noqa: ASYNC251  (the fault itself)
    await asyncio.sleep(0.1)

    assert await house.count("carnet_loop_lag_seconds") > 0.2
    assert (await house.page("/livez"))[1].startswith("ok loop")
    monkeypatch.setattr("bot.app.vitals.LONGEST_LAG", 0.0)  # as if it had been so every time
    assert (await house.page("/livez"))[1].startswith("failing loop")


@pytest.mark.parametrize(
    ("change", "failing"),
    [
        ("DELETE FROM kek_check", {"keys"}),
        ("UPDATE storage_version SET version_num = 'main_0001'", {"migrations"}),
        ("UPDATE storage_version SET version_num = 'from_a_newer_program'", set()),
    ],
)
async def test_given_stores_that_are_not_as_they_should_be_when_asked_then_it_is_alive_and_not_ready(
    house: House, change: str, failing: set[str]
) -> None:
    db = Database(store_url(house.settings, "main_keys" if "kek" in change else "main"))
    async with db.write() as connection:
        await connection.execute(text(change))
    await db.close()
    code, shown = await house.page("/readyz")

    assert {line.removeprefix("failing ") for line in shown.splitlines() if line.startswith("failing")} == failing
    assert code == (503 if failing else 200)
    assert (await house.page("/livez"))[0] == 200


async def test_given_a_database_server_that_lets_nobody_in_when_asked_then_it_is_alive_and_not_ready(
    told: dict[str, str], postgresql: PostgreSQL
) -> None:
    names = {name: f"page_{name}" for name in ("main", "main_keys", "health", "health_keys")}
    for name in names.values():
        postgresql.create(name)
    urls = {f"CARNET_{store.upper()}__URL": postgresql.url(name) for store, name in names.items()}
    async with opened(load(told | urls)) as house:
        with psycopg.connect(f"user=carnet dbname=postgres host={postgresql.sockets}", autocommit=True) as connection:
            connection.execute("ALTER DATABASE page_health ALLOW_CONNECTIONS false")
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'page_health'")
        ready = await house.page("/readyz")
        alive = await house.page("/livez")

    assert (ready[0], alive[0]) == (503, 200)
    assert "failing health\n" in ready[1]
    assert "ok main\n" in ready[1]


def test_given_a_word_that_is_no_label_when_counted_then_it_does_not_show() -> None:
    metrics = PrometheusMetrics()
    metrics.accepted(CANARY, CANARY)
    metrics.judged(CANARY)
    shown = metrics.shown(leases=1).decode()

    assert CANARY not in shown
    assert 'carnet_messages_accepted_total{kind="other",space="other"} 1.0' in shown
