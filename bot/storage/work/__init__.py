"""The durable queue: inbox, lanes and outbox in the main database, the same on both engines.

What `put` accepted is committed; rows of one lane run one at a time and in order, whatever process runs them; an
answer is committed before it is sent, so a crash sends it again rather than computes it again. What cannot wait is
put as already answered, in an express lane.
"""

from bot.storage.work.dead import DeadLetters, DeadRow
from bot.storage.work.figures import Figures
from bot.storage.work.model import Claim, Express, LeaseLostError, Outgoing, WorkItem
from bot.storage.work.queue import Work
from bot.storage.work.retention import Retention

__all__ = [
    "Claim",
    "DeadLetters",
    "DeadRow",
    "Express",
    "Figures",
    "LeaseLostError",
    "Outgoing",
    "Retention",
    "Work",
    "WorkItem",
]
