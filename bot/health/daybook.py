"""What devices and apps counted, day by day: sealed by metric, device and month, so that a year is twelve rows.

An import keeps all its days, those of an earlier one too, so that deleting either leaves the other whole; of a day said
twice, the later import counts. Devices are never added up: a phone and a watch on one walk count the same steps.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.health.facts import Day, Rollup, Span
from bot.health.store import schema
from bot.health.vault import Vault
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId, new_id
from bot.storage.engine import Database

_BATCH = 500  # rows in one statement


class DayBook:
    """Roll-ups of one person at a time."""

    def __init__(self, db: Database, vault: Vault, clock: Clock) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock

    async def rollups(
        self, person: PersonId, metric: str, *, since: date | None = None, until: date | None = None
    ) -> Sequence[Rollup]:
        """Give *metric* by device, its days in order; of a day imported twice, what was said last."""
        held = await self._held(person, [metric], since=since, until=until)
        return _by_device(held, since=since, until=until)

    async def newest(self, person: PersonId, metrics: Sequence[str]) -> Sequence[Rollup]:
        """Give, of each of *metrics*, the newest month any device counted."""
        return _by_device(await self._held(person, metrics, newest=True))

    async def prepare(self, person: PersonId, document: UUID, rollups: Sequence[Rollup]) -> Sequence[Mapping[str, Any]]:
        """Seal *rollups* as rows of *document*."""
        return [await self._row(person, document, rollup) for rollup in rollups]

    async def spans(self, person: PersonId, rollups: Sequence[Rollup]) -> tuple[Span, ...]:
        """Sum up what *rollups* would bring, by metric and device."""
        by_device: dict[tuple[str, str], list[Day]] = {}
        for rollup in rollups:
            by_device.setdefault((rollup.metric, rollup.source), []).extend(rollup.days)
        spans = []
        for metric, devices in groupby(sorted(by_device), key=itemgetter(0)):
            held = {(r.source, d.day): d for r in await self.rollups(person, metric) for d in r.days}
            for _, source in devices:
                days = by_device[metric, source]
                spans.append(
                    Span(
                        metric=metric, source=source, first=min(d.day for d in days), last=max(d.day for d in days),
                        days=len(days), new=sum(held.get((source, d.day)) != d for d in days),
                    )
                )  # fmt: skip
        return tuple(spans)

    async def insert(self, connection: AsyncConnection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert what `prepare` gave, in the caller's transaction."""
        for start in range(0, len(rows), _BATCH):
            await connection.execute(insert(schema.rollup), list(rows[start : start + _BATCH]))

    async def replace(self, connection: AsyncConnection, document: UUID, rows: Sequence[Mapping[str, Any]]) -> None:
        """Put *rows* in the place of those of *document*, in the caller's transaction."""
        await connection.execute(delete(schema.rollup).where(schema.rollup.c.document_id == document))
        await self.insert(connection, rows)

    async def count(self, person: PersonId) -> int:
        """Count the months held, of every metric and device, proposed ones too."""
        mine = select(func.count()).select_from(schema.rollup).where(schema.rollup.c.person_id == person)
        async with self._db.read() as connection:
            return (await connection.execute(mine)).scalar_one()

    async def _held(
        self,
        person: PersonId,
        metrics: Sequence[str],
        *,
        since: date | None = None,
        until: date | None = None,
        newest: bool = False,
    ) -> Sequence[Rollup]:
        """Give the rows of *metrics* of confirmed imports, the earliest import first."""
        table = schema.rollup
        indexes = [await self._vault.index(person, "metric", metric) for metric in metrics]
        confirmed = table.join(schema.document, schema.document.c.id == table.c.document_id)
        counts = (
            table.c.person_id == person,
            schema.document.c.state == "confirmed",
            table.c.metric_index.in_(indexes),
            *([table.c.month >= f"{since:%Y-%m}"] if since else []),
            *([table.c.month <= f"{until:%Y-%m}"] if until else []),
        )
        mine = select(table.c.id, table.c.body).select_from(confirmed).where(*counts)
        if newest:
            last = select(table.c.metric_index, func.max(table.c.month).label("month")).select_from(confirmed)
            last_of = last.where(*counts).group_by(table.c.metric_index).subquery()
            mine = mine.join(
                last_of, (last_of.c.metric_index == table.c.metric_index) & (last_of.c.month == table.c.month)
            )
        async with self._db.read() as connection:
            rows = (await connection.execute(mine.order_by(schema.document.c.confirmed_at, table.c.month))).all()
        return [_opened(await self._vault.unseal_json(person, table, row.id, row.body)) for row in rows]

    async def _row(self, person: PersonId, document: UUID, rollup: Rollup) -> Mapping[str, Any]:
        row = new_id()
        body = {
            "metric": rollup.metric, "source": rollup.source, "unit": rollup.unit,
            "days": [[d.day.isoformat(), d.count, d.total, d.low, d.high, d.last] for d in rollup.days],
        }  # fmt: skip
        return {
            "id": row,
            "person_id": person,
            "document_id": document,
            "metric_index": await self._vault.index(person, "metric", rollup.metric),
            "month": f"{rollup.days[0].day:%Y-%m}",
            "body": await self._vault.seal_json(person, schema.rollup, row, body),
            "created_at": self._clock(),
        }


def _by_device(held: Sequence[Rollup], *, since: date | None = None, until: date | None = None) -> Sequence[Rollup]:
    """Join the months of each metric and device; of a day imported twice, what was said last."""
    joined: dict[tuple[str, str, str], dict[date, Day]] = {}
    for rollup in held:
        days = joined.setdefault((rollup.metric, rollup.source, rollup.unit), {})
        wanted = (d for d in rollup.days if (since is None or d.day >= since) and (until is None or d.day <= until))
        days |= {day.day: day for day in wanted}
    return [
        Rollup(metric=metric, source=source, unit=unit, days=tuple(days[day] for day in sorted(days)))
        for (metric, source, unit), days in sorted(joined.items())
        if days
    ]


def _opened(body: dict[str, Any]) -> Rollup:
    days = tuple(
        Day(day=date.fromisoformat(day), count=count, total=total, low=low, high=high, last=last)
        for day, count, total, low, high, last in body["days"]
    )
    return Rollup(metric=body["metric"], source=body["source"], unit=body["unit"], days=days)
