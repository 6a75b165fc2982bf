"""The clock: it only inserts work, one row a slot, whatever number of processes tell the time.

Who runs a slot is decided as for any row: by whoever claims its lane.
"""

from bot.jobs.clock import JobClock
from bot.jobs.model import ALWAYS, SKIP, Action, CatchUp, Job, Slot, latest_within
from bot.jobs.runner import JobRunner
from bot.jobs.times import Cron, Every, Times

__all__ = [
    "ALWAYS",
    "SKIP",
    "Action",
    "CatchUp",
    "Cron",
    "Every",
    "Job",
    "JobClock",
    "JobRunner",
    "Slot",
    "Times",
    "latest_within",
]
