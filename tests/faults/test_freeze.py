"""A worker stopped past its lease and woken again: another one took its chats over, and the zombie must leave them be."""

import asyncio
import random
from pathlib import Path

from tests.faults.conftest import Report, engines
from tests.faults.stage import LEASE, staged, strikes


@engines("postgresql")
async def test_given_a_worker_frozen_past_its_lease_when_it_wakes_then_what_another_took_over_is_not_answered_twice(
    tmp_path: Path, stores: dict[str, str], report: Report, whole: bool
) -> None:
    chats, each, freezes = (60, 40, 6) if whole else (25, 10, 2)
    dice = random.Random(2)  # noqa: S311
    async with staged(tmp_path, stores, chats=chats, each=each) as stage:
        stage.model.seconds = 0.4  # so that every process holds lanes at any moment
        both = [stage.start("run")]
        await stage.ready()
        both.append(stage.start("run"))

        async def freeze() -> None:
            frozen = both[0]
            both.reverse()  # in turn: whoever is woken by its own intake holds most of the chats
            frozen.freeze()
            await asyncio.sleep(LEASE * 1.75)
            frozen.thaw()

        await stage.play(strikes(stage.crowd, freezes, dice, freeze))
        verdict = stage.verdict(freezes)
        report("worker frozen", verdict)

        assert verdict.clean, verdict
        assert verdict.repeated_placeholders <= freezes * chats  # one a chat in hand
        # The fence was put to the test; on SQLite the frozen one may have kept everybody from writing.
        assert verdict.leases_lost or not stores
        await stage.check_rows()
