"""`carnet work`: how busy the queue is, and what is to become of rows that failed too often. Never what they say."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, TypeVar

import typer
from rich.console import Console
from rich.table import Table

from bot.kernel import logs
from bot.kernel.clock import utc_now
from bot.kernel.errors import BotError
from bot.settings import Settings, load
from bot.storage.engine import Database, store_url
from bot.storage.migrate import MAIN_SCRIPTS, VERSION_TABLE, upgrade
from bot.storage.work import DeadLetters, DeadRow, Figures
from bot.storage.work.figures import figures

T = TypeVar("T")
Ids = Annotated[list[int] | None, typer.Argument(help="Ids of dead rows, as `carnet work list` gives them.")]
All = Annotated[bool, typer.Option("--all", help="Every dead row.")]
Folder = Annotated[Path | None, typer.Option(help="Folder of the databases.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_NAMED_OPENLY: Final = "job"  # a job's name tells of nobody; a chat's is a person's

work_app = typer.Typer(no_args_is_help=True, help="See how busy the queue is; put dead rows back, or drop them.")


class DeadRowError(BotError):
    """What was asked for cannot be done with these rows."""


@dataclass(frozen=True, slots=True)
class _Queue:
    """The queue, open."""

    db: Database
    dead: DeadLetters


@work_app.command("list")
def list_rows(
    limit: Annotated[int, typer.Option(min=1, help="How many dead rows to list, oldest first.")] = 100,
    lanes: Annotated[bool, typer.Option("--lanes", help="Name the chats: a chat's id is personal data.")] = False,
    as_json: AsJson = False,
    state: Folder = None,
) -> None:
    """Count the rows by state, and list the dead ones."""

    async def act(queue: _Queue) -> tuple[dict[str, int], Figures, Sequence[DeadRow]]:
        return await queue.dead.counts(), await figures(queue.db, utc_now), await queue.dead.rows(limit=limit)

    counts, watched, dead = _opened(act, state)
    shown = [
        {
            "id": row.id,
            "lane": name,
            "space": row.space,
            "attempts": row.attempts,
            "error": row.error,
            "received_at": _minute(row.received_at),
            "died_at": _minute(row.died_at),
            "can_retry": row.kept,
        }
        for row, name in zip(dead, _names(dead, openly=lanes), strict=True)
    ]
    if as_json:
        oldest = round(watched.oldest.total_seconds())
        found = {"rows": counts, "oldest_seconds": oldest, "leases": watched.leases, "dead": shown}
        typer.echo(json.dumps(found, indent=2))
        return
    typer.echo(", ".join(f"{state} {count}" for state, count in counts.items()))
    if shown:
        table = Table("Row", "Lane", "Space", "Tries", "Error", "Received", "Died", "Can be put back")
        for one in shown:
            table.add_row(*(_cell(value) for value in one.values()))
        Console().print(table)


@work_app.command()
def retry(ids: Ids = None, every: All = False, as_json: AsJson = False, state: Folder = None) -> None:
    """Put dead rows back, each before whatever waits in its lane. Their people may get a late answer."""
    _either(ids, every=every)

    async def act(queue: _Queue) -> dict[str, list[int]]:
        rows = await _chosen(queue, ids)
        lost = [row.id for row in rows if not row.kept]
        if ids and lost:
            raise DeadRowError(f"nothing was put back: the content of {_listed(lost)} is not kept any more")
        return {"retried": [row.id for row in rows if row.kept and await queue.dead.retry(row)], "not_kept": lost}

    done = _opened(act, state)
    left = f", {len(done['not_kept'])} not: their content is not kept" if done["not_kept"] else ""
    typer.echo(json.dumps(done) if as_json else f"put back: {len(done['retried'])}{left}")


@work_app.command()
def drop(
    ids: Ids = None,
    every: All = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
    state: Folder = None,
) -> None:
    """Erase what dead rows carry, for good: whoever wrote them gets no answer."""
    _either(ids, every=every)

    async def look(queue: _Queue) -> Sequence[DeadRow]:
        return await _chosen(queue, ids)

    rows = _opened(look, state)
    if rows and not yes:
        _confirm(f"Erase what {len(rows)} dead rows carry, for good?")

    async def act(queue: _Queue) -> list[int]:
        return [row.id for row in rows if await queue.dead.drop(row)]

    dropped = _opened(act, state)
    typer.echo(json.dumps({"dropped": dropped}) if as_json else f"dropped: {len(dropped)}")


def _either(ids: Sequence[int] | None, *, every: bool) -> None:
    if bool(ids) == every:
        raise typer.BadParameter("name the rows, or say --all")


async def _chosen(queue: _Queue, ids: Sequence[int] | None) -> Sequence[DeadRow]:
    """Give the rows named, or all; one that is not dead means that nothing is done."""
    rows = await queue.dead.rows(ids or None)
    missing = sorted(set(ids or ()) - {row.id for row in rows})
    if missing:
        raise DeadRowError(f"nothing was done: not dead, or not there: {_listed(missing)}")
    return rows


def _confirm(question: str) -> None:
    if not sys.stdin.isatty():
        raise DeadRowError("nothing was erased: this cannot be undone, so say --yes")
    if not typer.confirm(question):
        raise DeadRowError("nothing was erased")


def _names(rows: Sequence[DeadRow], *, openly: bool) -> Sequence[str]:
    """Name lanes without telling whose they are: "chat 2" is the second chat of this list, and of no other.

    Not by a hash: there are few enough chats to try them all.
    """
    numbers: dict[str, int] = {}
    names = []
    for row in rows:
        kind = row.lane.partition(":")[0]
        number = numbers.setdefault(row.lane, sum(lane.startswith(f"{kind}:") for lane in numbers) + 1)
        names.append(row.lane if openly or kind == _NAMED_OPENLY else f"{kind} {number}")
    return names


def _minute(at: datetime) -> str:
    return at.isoformat(timespec="minutes")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _listed(ids: Sequence[int]) -> str:
    return ", ".join(map(str, ids))


def _opened(act: Callable[[_Queue], Awaitable[T]], state: Path | None) -> T:
    settings = load(state=state)
    logs.configure("ERROR")
    if not _there(settings):  # opening it would make it
        raise DeadRowError("there is no queue: this state holds nothing yet")

    async def opened() -> Any:
        db = Database(store_url(settings, "main"))
        try:
            await upgrade(db, MAIN_SCRIPTS, version_table=VERSION_TABLE)
            return await act(_Queue(db, DeadLetters(db, utc_now)))
        finally:
            await db.close()

    result: T = asyncio.run(opened())
    return result


def _there(settings: Settings) -> bool:
    return bool(settings.main.url.get_secret_value()) or (settings.state / "main.db").exists()
