"""The gradual opening: waitlist and enrollment. Knows nothing of `bot` or Telegram: a member is an opaque id."""

from rollout.cli import build_cli
from rollout.migrate import MIGRATIONS, VERSION_TABLE, upgrade
from rollout.model import (
    CapacityError,
    ClosedError,
    ConflictError,
    RolloutError,
    State,
    Status,
    TransitionError,
    UnavailableError,
    UnknownWaitlistError,
    UnusableInputError,
    bucket,
)
from rollout.service import Rollout

__all__ = [
    "MIGRATIONS",
    "VERSION_TABLE",
    "CapacityError",
    "ClosedError",
    "ConflictError",
    "Rollout",
    "RolloutError",
    "State",
    "Status",
    "TransitionError",
    "UnavailableError",
    "UnknownWaitlistError",
    "UnusableInputError",
    "bucket",
    "build_cli",
    "upgrade",
]
