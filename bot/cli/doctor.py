"""`carnet doctor`: is this installation sound, and if not, what to do."""

import asyncio
import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.app import Finding, checkup
from bot.kernel import logs
from bot.kernel.clock import utc_now
from bot.settings import Settings, load

_MARK = {"ok": "[green]ok[/green]", "warning": "[yellow]warning[/yellow]", "error": "[red]error[/red]"}


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    state: Annotated[Path | None, typer.Option(help="Folder of the databases.")] = None,
) -> None:
    """Check configuration, keys, databases, migrations, clock and disk. Exit code 1 when anything is wrong."""
    settings = load(state=state)
    logs.configure("ERROR")
    findings = asyncio.run(_all(settings))
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        table = Table("Check", "", "What to know or do")
        for finding in findings:
            table.add_row(finding.check, _MARK[finding.level], finding.advice)
        Console().print(table)
    if any(finding.level == "error" for finding in findings):
        raise typer.Exit(1)


async def _all(settings: Settings) -> list[Finding]:
    return [finding async for finding in checkup(settings, utc_now)]
