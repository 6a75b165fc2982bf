"""Carnet's own jobs, each run once on real stores."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from bot.app import open_stores
from bot.app.chores import general_chores
from bot.app.usage import Usage
from bot.chat.model import Space
from bot.jobs import ALWAYS, Every, Slot
from bot.kernel.errors import SettingsError
from bot.settings import load
from bot.storage.schema import lane, model_usage, work

NOW = datetime(2026, 11, 22, 20, 3, tzinfo=UTC)


def clock() -> datetime:
    return NOW


async def test_given_a_used_state_when_every_chore_is_done_then_what_had_its_time_is_gone(tmp_path: Path) -> None:
    settings = load({"CARNET_STATE": str(tmp_path / "state")})
    async with open_stores(settings, clock) as stores:
        row = {"lane": "chat:1", "space": "general", "state": "done", "attempts": 0, "received_at": NOW}
        ended = {"old": NOW - timedelta(hours=49), "young": NOW - timedelta(hours=47)}
        days = [date(2026, 11, day) for day in (14, 15, 22)]
        async with stores.main.write() as connection:
            await connection.execute(insert(work), [row | {"dedupe_key": k, "done_at": at} for k, at in ended.items()])
            await connection.execute(insert(lane), [{"name": name, "epoch": 1} for name in ("chat:1", "chat:2")])
            for day in days:
                counts = {"pseudonym": "p", "day": day, "tokens_in": 1, "tokens_out": 1}
                await connection.execute(insert(model_usage).values(counts))

        usage = Usage(stores.main, clock, settings.llm)
        jobs = general_chores(stores.main, stores.main_keys, usage, kept=settings.retention, clock=clock)
        for job in jobs:
            await job.action(Slot(at=NOW, late=timedelta(0)))

        async with stores.main.read() as connection:
            assert list(await connection.scalars(select(work.c.dedupe_key))) == ["young"]
            assert list(await connection.scalars(select(lane.c.name))) == ["chat:1"]
            assert list(await connection.scalars(select(model_usage.c.day).order_by(model_usage.c.day))) == days[1:]
    assert {job.space for job in jobs} == {Space.GENERAL}
    for job in jobs:  # whatever was missed, it is made up for; and no key is so old that it is forgotten by then
        assert job.catch_up == ALWAYS
        assert isinstance(job.times, Every)
        assert job.times.period <= timedelta(hours=24)


def test_given_keys_kept_for_less_than_telegram_repeats_when_set_then_it_is_refused() -> None:
    with pytest.raises(SettingsError, match="done_hours"):
        load({"CARNET_RETENTION__DONE_HOURS": "24"})
