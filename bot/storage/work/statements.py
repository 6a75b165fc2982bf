"""The queue's statements, built once: building one costs several times what running it does."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    Integer,
    Interval,
    Select,
    Update,
    bindparam,
    case,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.schema import lane as lanes
from bot.storage.schema import outbox, work
from bot.storage.types import UtcDateTime
from bot.storage.work.moment import first_epoch
from bot.storage.work.states import UNFINISHED

Dialect = Literal["sqlite", "postgresql"]


@dataclass(frozen=True, slots=True)
class Moment:
    """The moment by the one clock all workers share: the server's, or this machine's for a file."""

    dialect: Dialect

    def plus(self, name: str) -> ColumnElement[Any]:
        """Give now and some time, bound as *name*; see `bound`."""
        if self.dialect == "postgresql":
            return func.statement_timestamp(type_=UtcDateTime) + bindparam(name, type_=Interval)
        return bindparam(name, type_=UtcDateTime)


class Statements:
    """All of them, for one dialect. Parameters are named as in each; those of time end in "at"."""

    def __init__(self, dialect: Dialect) -> None:
        moment, insert_ = Moment(dialect), (sqlite if dialect == "sqlite" else postgresql).insert
        due = insert_(lanes).values(
            name=bindparam("lane"),
            due_at=moment.plus("now_at"),
            epoch=first_epoch(dialect),
            express=bindparam("express", type_=Boolean),
        )
        # A lane waiting to retry keeps its time: newer rows wait behind the one that failed.
        self.lane_due = due.on_conflict_do_update(
            index_elements=["name"], set_={"due_at": func.coalesce(lanes.c.due_at, due.excluded.due_at)}
        )
        row = insert_(work).values(
            {name: bindparam(name) for name in ("dedupe_key", "lane", "space", "state", "payload", "received_at")}
            | {"attempts": 0}
        )
        self.accepted = row.on_conflict_do_nothing(index_elements=["dedupe_key"]).returning(work.c.id)
        self.outgoing_added = insert(outbox)
        self.due = _due(moment)
        self.any_due = select(
            exists(select(lanes.c.name).where(*_free(moment), lanes.c.express.is_(True))),
            exists(select(lanes.c.name).where(*_free(moment), lanes.c.express.is_(False))),
        )
        self.leased = (
            update(lanes)
            .where(lanes.c.name.in_(bindparam("names", expanding=True)))
            .values(epoch=lanes.c.epoch + 1, lease_until=moment.plus("lease_at"))
            .returning(lanes.c.name, lanes.c.epoch, lanes.c.express)
        )
        # A released lane has no lease to renew.
        mine = (lanes.c.name == bindparam("lane"), lanes.c.epoch == bindparam("held"), lanes.c.lease_until.is_not(None))
        self.held = update(lanes).where(*mine).values(lease_until=moment.plus("lease_at"))
        self.told = select(lanes.c.given_up_before).where(lanes.c.name == bindparam("lane"))
        self.told_off = (
            update(lanes).where(lanes.c.name == bindparam("lane")).values(given_up_before=bindparam("before"))
        )
        named = update(lanes).where(lanes.c.name.in_(bindparam("names", expanding=True)))
        self.released = named.values(due_at=moment.plus("due_at"), lease_until=None)
        # Nothing is left to give up, and a mark that stayed would tell whose chat had a card.
        idle = {"due_at": None, "lease_until": None, "given_up_before": None}
        self.idle = named.values(idle)
        left = select(work.c.id).where(work.c.lane == lanes.c.name, UNFINISHED).correlate(lanes)
        self.idle_when_done = update(lanes).where(lanes.c.name == bindparam("lane"), ~exists(left)).values(idle)
        this = update(work).where(work.c.id == bindparam("row"))
        self.answered = this.values(state="answered")
        self.ended = this.values(state="done", payload=None, done_at=moment.plus("now_at"))
        self.buried = this.values(state="dead", done_at=moment.plus("now_at"))
        self.failed = this.values(
            attempts=bindparam("tries"), last_error=bindparam("error"), placeholder=bindparam("shown")
        )
        self.counted = this.values(attempts=bindparam("tries"))
        self.shown = this.values(placeholder=bindparam("message"))
        crashed = update(work).where(work.c.id.in_(bindparam("rows", expanding=True)))
        self.crashed = crashed.values(crashes=work.c.crashes + 1)
        of_row = update(outbox).where(outbox.c.work_id == bindparam("row"))
        one = of_row.where(outbox.c.n == bindparam("which"))
        self.one_settled = one.values(state=bindparam("became"), message_id=bindparam("message"))
        self.one_placed = one.values(message_id=bindparam("message"))
        self.erased = of_row.values(body=None)
        which = outbox.c.n == bindparam("which")
        # All are erased and one is settled; any other that is pending still is refused: it would be lost.
        self.last_settled = of_row.values(
            body=None,
            state=case((which, bindparam("became")), else_=outbox.c.state),
            message_id=case((which, bindparam("message", type_=BigInteger)), else_=outbox.c.message_id),
        )
        self.shown_erased = of_row.where(outbox.c.state != "pending").values(body=None)
        self.oldest = select(work).where(work.c.lane == bindparam("lane"), UNFINISHED).order_by(work.c.id).limit(1)
        firsts = (
            select(func.min(work.c.id))
            .where(work.c.lane.in_(bindparam("names", expanding=True)), UNFINISHED)
            .group_by(work.c.lane)
        )
        self.oldest_of = select(work).where(work.c.id.in_(firsts))
        self.outgoing_of = (
            select(outbox).where(outbox.c.work_id.in_(bindparam("rows", expanding=True))).order_by(outbox.c.n)
        )
        self.freed = _ahead(moment, lanes.c.lease_until, "lease_most").values(lease_until=moment.plus("lease_at"))
        self.hastened = _ahead(moment, lanes.c.due_at, "wait_most").values(due_at=moment.plus("now_at"))
        self.pending = select(func.count()).select_from(work).where(UNFINISHED)


def _free(moment: Moment) -> tuple[ColumnElement[bool], ...]:
    """Give what is true of a lane that may be claimed by a worker of *spaces*."""
    oldest = select(work.c.space).where(work.c.lane == lanes.c.name, UNFINISHED).order_by(work.c.id).limit(1)
    space = oldest.correlate(lanes).scalar_subquery()
    return (
        lanes.c.due_at <= moment.plus("now_at"),
        or_(lanes.c.lease_until.is_(None), lanes.c.lease_until <= moment.plus("now_at")),
        or_(space.in_(bindparam("spaces", expanding=True)), space.is_(None)),
    )


def _due(moment: Moment) -> Select[str, datetime]:
    return (
        select(lanes.c.name, lanes.c.lease_until)
        .where(*_free(moment), lanes.c.express == bindparam("express", type_=Boolean))
        .order_by(lanes.c.due_at)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )


def _ahead(moment: Moment, column: ColumnElement[datetime | None], most: str) -> Update:
    """Change lanes in use whose *column* lies further ahead than anybody could have set it, and nobody changes."""
    found = select(lanes.c.name).where(lanes.c.due_at.is_not(None), column > moment.plus(most))
    return update(lanes).where(lanes.c.name.in_(found.with_for_update(skip_locked=True)))
