"""`carnet import` shows what a file would be read to say; `carnet facts` lists what a person has confirmed."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from bot.app import facts_of
from bot.health.documents.contract import as_json as import_as_json
from bot.health.documents.contract import fact_as_json
from bot.health.documents.extract import read_report
from bot.health.facts import Fact, Report
from bot.i18n import say
from bot.kernel import logs
from bot.kernel.errors import BotError
from bot.playground import Playground
from bot.settings import load


class ImportFileError(BotError):
    """The file to import cannot be used; the message is the sentence a person would read."""


def import_file(
    file: Annotated[Path, typer.Argument(help="The document, a PDF with a text layer.")],
    kind: Annotated[Literal["auto", "lab_report"], typer.Option(help="What it is.")] = "auto",  # noqa: ARG001  (one kind so far)
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Annotated[Literal["en", "fr"], typer.Option(help="Language of refusals.")] = "en",
) -> None:
    """Show what would be read from FILE; nothing is stored."""
    settings = load()
    logs.configure(settings.log_level)
    try:
        data = file.read_bytes()
    except OSError:
        raise ImportFileError(f"{file}: cannot be read") from None
    try:
        report = asyncio.run(read_report(data, settings.documents))
    except BotError as error:
        raise ImportFileError(say(lang, error.reply)) from None
    if as_json:
        typer.echo(json.dumps(import_as_json(report), ensure_ascii=False, indent=2))
    else:
        _print(report)


def facts(
    user: Annotated[str, typer.Option(help="The person, as named to `carnet talk`.")],
    lang: Annotated[str, typer.Option(help="Language they were named with.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    state: Annotated[Path | None, typer.Option(help="Folder of the databases.")] = None,
) -> None:
    """List a playground person's confirmed facts. For a local state only: real people see theirs in the chat."""
    settings = load(state=state)
    logs.configure(settings.log_level)
    telegram_id = Playground().person(user, lang).id
    confirmed = asyncio.run(facts_of(settings, telegram_id))
    if as_json:
        typer.echo(json.dumps([fact_as_json(fact) for fact in confirmed], ensure_ascii=False, indent=2))
    else:
        Console().print(_table(confirmed))


def _print(report: Report) -> None:
    console = Console()
    console.print(_table(report.facts))
    for line in report.not_read:
        console.print(f"not read: page {line.page}, line {line.line} ({line.reason})")


def _table(rows: Sequence[Fact]) -> Table:
    table = Table("#", "Result", "Value", "Unit", "Range", "Flag", "Date")
    for fact in rows:
        shown = f"{fact.comparator} {fact.value}".strip()
        table.add_row(fact.id[:8], fact.label, shown, fact.unit, fact.ref_text or "", fact.flag, str(fact.date or ""))
    return table
