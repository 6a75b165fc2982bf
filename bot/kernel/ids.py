"""Identifiers by name, so that a person's id cannot be passed where a turn's is meant."""

from typing import NewType
from uuid import UUID, uuid4

PersonId = NewType("PersonId", UUID)
TurnId = NewType("TurnId", str)  # a work row's id, zero-padded: sorts by time within one chat


def new_id() -> UUID:
    """Make a row id here rather than in the database: seals are bound to it before the row exists."""
    return uuid4()


def turn_id(work_id: int) -> TurnId:
    """Name the turn that *work_id* carries; the same work replayed is the same turn."""
    return TurnId(f"{work_id:016d}")
