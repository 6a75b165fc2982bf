"""The admin's verbs on a terminal: a table or a sentence for people, `--json` for scripts.

A host mounts `build_cli(opened)` and says through *opened* how a `Rollout` is reached. Exit codes: 0 done, 1 refused with
one line on stderr, 2 wrong usage.
"""

import asyncio
import json
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from typing import Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.table import Column, Table

from rollout.model import Entry, Overview, RolloutError, State, Status
from rollout.service import HEALTH, Rollout

Opened = Callable[[typer.Context], AbstractAsyncContextManager[Rollout]]
T = TypeVar("T")

_Member = Annotated[str, typer.Argument(help="The member's id, opaque here.")]
_Slug = Annotated[str, typer.Option(help="Which waitlist.")]
_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def build_cli(opened: Opened) -> typer.Typer:
    """Give the `waitlist …` commands, acting on the rollout that *opened* reaches."""
    rollout = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="Open a feature gradually.")
    waitlist = typer.Typer(no_args_is_help=True, help="Who waits, who is in, how many seats are left.")
    rollout.add_typer(waitlist, name="waitlist")

    _add_list_verbs(waitlist, opened)
    _add_member_verbs(waitlist, opened)
    return rollout


def run(work: Coroutine[Any, Any, T]) -> T:
    """Wait for *work*; what the rollout refuses becomes one line on stderr and exit code 1."""
    try:
        return asyncio.run(work)
    except RolloutError as error:
        typer.echo(f"Error: {error}", err=True)
        raise typer.Exit(1) from None


def _act(opened: Opened, context: typer.Context, use: Callable[[Rollout], Coroutine[Any, Any, T]]) -> T:
    async def inside() -> T:
        async with opened(context) as rollout:
            return await use(rollout)

    return run(inside())


def _add_list_verbs(waitlist: typer.Typer, opened: Opened) -> None:
    @waitlist.command()
    def create(
        context: typer.Context,
        capacity: Annotated[int, typer.Option(min=0, help="How many seats; never fewer than are taken.")],
        slug: _Slug = HEALTH,
        as_json: _Json = False,
    ) -> None:
        """Create a waitlist, or change the capacity of the one there is."""

        async def use(rollout: Rollout) -> Overview:
            await rollout.open_waitlist(slug, capacity=capacity)
            return await rollout.overview(slug)

        _print_overview(_act(opened, context, use), as_json=as_json)

    @waitlist.command()
    def show(context: typer.Context, slug: _Slug = HEALTH, as_json: _Json = False) -> None:
        """Show a waitlist's seats and how many stand where."""
        _print_overview(_act(opened, context, lambda rollout: rollout.overview(slug)), as_json=as_json)

    @waitlist.command(name="list")
    def list_entries(
        context: typer.Context,
        slug: _Slug = HEALTH,
        state: Annotated[State | None, typer.Option(case_sensitive=False, help="Only this state.")] = None,
        limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 100,
        as_json: _Json = False,
    ) -> None:
        """List entries in joining order."""
        entries = _act(opened, context, lambda rollout: rollout.entries(slug=slug, state=state, limit=limit))
        if as_json:
            _print_json([_entry_json(entry) for entry in entries])
            return
        # `admit` needs a whole id, so a narrow terminal folds it rather than cuts it.
        table = Table("seq", Column("member", overflow="fold"), "state", "joined", "lang", "country", "platform")
        for entry in entries:
            row = _entry_json(entry)
            table.add_row(*(str(value) if (value := row[name]) is not None else "" for name in row))
        Console(markup=False).print(table)


def _add_member_verbs(waitlist: typer.Typer, opened: Opened) -> None:
    @waitlist.command()
    def join(
        *,
        context: typer.Context,
        member: _Member,
        slug: _Slug = HEALTH,
        lang: Annotated[str | None, typer.Option(help="Language code.")] = None,
        country: Annotated[str | None, typer.Option(help="Country code.")] = None,
        platform: Annotated[str | None, typer.Option(help="Where the member uses the product.")] = None,
        notify: Annotated[bool, typer.Option(help="Whether the member wants to be told.")] = False,
        as_json: _Json = False,
    ) -> None:
        """Put a member on the waitlist; again changes nothing."""
        given = {"lang": lang, "country": country, "platform": platform}
        strata = {name: value for name, value in given.items() if value is not None}
        status = _act(opened, context, lambda rollout: rollout.join(member, slug=slug, strata=strata, notify=notify))
        _print_status(member, status, as_json=as_json)

    @waitlist.command()
    def status(context: typer.Context, member: _Member, slug: _Slug = HEALTH, as_json: _Json = False) -> None:
        """Show where a member stands."""
        _print_status(member, _act(opened, context, lambda rollout: rollout.status(member, slug=slug)), as_json=as_json)

    @waitlist.command()
    def admit(
        *,
        context: typer.Context,
        member: _Member,
        by: Annotated[str, typer.Option(help="Who decides.")],
        reason: Annotated[str, typer.Option(help="Why; kept with the entry.")],
        slug: _Slug = HEALTH,
        as_json: _Json = False,
    ) -> None:
        """Invite one member by hand, if a seat is left."""
        status = _act(opened, context, lambda rollout: rollout.admit(member, slug=slug, by=by, reason=reason))
        _print_status(member, status, as_json=as_json)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))


def _print_overview(overview: Overview, *, as_json: bool) -> None:
    if as_json:
        _print_json(asdict(overview))
        return
    typer.echo(f"{overview.slug}: {overview.seats_used} of {overview.capacity} seats taken")
    for state in State:
        if count := overview.counts.get(state):
            typer.echo(f"  {state.lower()}: {count}")
    if not overview.open:
        typer.echo("  closed: takes nobody new")


def _print_status(member: str, status: Status, *, as_json: bool) -> None:
    if as_json:
        joined = status.joined_at.isoformat() if status.joined_at else None
        _print_json({"member": member, **asdict(status), "joined_at": joined})
        return
    where = status.state.lower() if status.state else "not on the list"
    place = f", place {status.position[0]} to {status.position[1]}" if status.position else ""
    typer.echo(f"{member}: {where}{place}{', enrolled' if status.enrolled else ''}")


def _entry_json(entry: Entry) -> dict[str, object]:
    return {
        "seq": entry.seq,
        "member": entry.member,
        "state": entry.state,
        "joined_at": entry.joined_at.isoformat() if entry.joined_at else None,
        "lang": entry.lang,
        "country": entry.country,
        "platform": entry.platform,
    }
