"""One question in Health, from a person with a confirmed report, beside a bare echo bot told the same words."""

import asyncio
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.child import CARNET, ECHO
from benchmarks.measure import Comparison, Effort
from benchmarks.member import NAME, QUESTION, settle_in
from benchmarks.visits import Phase, Visit

FLOOR: Final = "bare echo bot"


def run(effort: Effort) -> Sequence[Comparison]:
    """Give CPU and latency of a question about one result, one in flight."""
    phase = Phase.of(1, FLOOR)
    memory = Comparison("peak memory under load", "MB", FLOOR)
    with tempfile.TemporaryDirectory() as kept:
        settled = Path(kept) / "settled"
        settled.mkdir()
        asyncio.run(settle_in(settled / "state"))
        for number in range(effort.rounds):
            echo, carnet = Path(kept) / f"echo{number}", Path(kept) / f"carnet{number}"
            echo.mkdir()
            shutil.copytree(settled, carnet)
            settings = {"CARNET_STATE": str(carnet / "state")}
            for visit in (
                Visit(subject=FLOOR, bot=ECHO, folder=echo, text=QUESTION, people=[NAME]),
                Visit(
                    subject='Carnet, "my ferritin?"',
                    bot=CARNET,
                    folder=carnet,
                    settings=settings,
                    text=QUESTION,
                    people=[NAME],
                ),
            ):
                asyncio.run(visit.measure(effort.messages, [phase], memory))
    return [*phase.comparisons, memory]
