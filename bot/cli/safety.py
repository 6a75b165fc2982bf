"""`carnet safety`: what people reported, for the reviewers an operator named; each step and each reading is written down."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, get_args
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from bot.app.safety import SafetyDesk, safety_desk
from bot.guardrails.register import Severity, State
from bot.kernel import logs
from bot.kernel.clock import utc_now
from bot.settings import load

By = Annotated[str, typer.Option("--by", help="Your name, as the operator lists it among the reviewers.")]
Folder = Annotated[Path | None, typer.Option(help="Folder of the databases.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

safety_app = typer.Typer(no_args_is_help=True, help="Review what people reported as wrong or worrying.")


@safety_app.command("list")
def list_reports(by: By, only: str = "", as_json: AsJson = False, state: Folder = None) -> None:
    """List reports, oldest first: states and counts, never content."""
    if only and only not in get_args(State):
        raise typer.BadParameter(f"--only is one of {', '.join(get_args(State))}")
    wanted: Any = only or None

    async def act(desk: SafetyDesk) -> tuple[Any, Any]:
        return await desk.register.entries(wanted), await desk.register.counts()

    entries, counts = _at_desk(act, by, state)
    if as_json:
        shown = [{k: v for k, v in asdict(one).items() if k not in {"person", "turn"}} for one in entries]
        typer.echo(json.dumps({"reports": shown, "counts": asdict(counts)}, default=str, indent=2))
        return
    table = Table("Report", "Since", "Space", "Reason", "State", "Severity", "Shared")
    for one in entries:
        since = f"{one.created_at:%Y-%m-%d %H:%M}"
        table.add_row(
            str(one.id),
            since,
            one.space,
            one.reason,
            one.state,
            one.severity or "",
            "yes" if one.shared else one.item or "",
        )
    Console().print(table)
    if not counts.conclusive:
        typer.echo(
            "A report has waited longer than a day: safety gates are inconclusive until it is triaged.", err=True
        )


@safety_app.command()
def read(report: UUID, by: By, state: Folder = None) -> None:
    """Show the exchange a person shared. Your name is written down first."""

    async def act(desk: SafetyDesk) -> Any:
        return await desk.read(report)

    for said in _at_desk(act, by, state):
        typer.echo(f"[{said.role}]\n{said.text.reveal()}\n")


@safety_app.command()
def triage(report: UUID, by: By, state: Folder = None) -> None:
    """Say that you are looking at a report."""
    _move(report, "triaged", by, state)


@safety_app.command()
def confirm(report: UUID, by: By, severity: str, state: Folder = None) -> None:
    """Confirm a report: minor, major or severe."""
    severities: dict[str, Severity] = {"minor": "minor", "major": "major", "severe": "severe"}
    if severity not in severities:
        raise typer.BadParameter("severity is minor, major or severe")
    _move(report, "confirmed", by, state, severities[severity])


@safety_app.command()
def dismiss(report: UUID, by: By, state: Folder = None) -> None:
    """Say that a report shows no fault."""
    _move(report, "dismissed", by, state)


def _move(report: UUID, to: State, by: str, state: Path | None, severity: Severity | None = None) -> None:
    async def act(desk: SafetyDesk) -> None:
        await desk.register.move(report, to, by=by, severity=severity)

    _at_desk(act, by, state)
    typer.echo(to)


def _at_desk(act: Callable[[SafetyDesk], Awaitable[Any]], by: str, state: Path | None) -> Any:
    settings = load(state=state)
    logs.configure("ERROR")

    async def opened() -> Any:
        async with safety_desk(settings, utc_now, reviewer=by) as desk:
            return await act(desk)

    return asyncio.run(opened())
