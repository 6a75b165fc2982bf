"""`carnet import` shows what a file would be read to say."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from bot.cli.tables import fact_table
from bot.health.documents.contract import as_json as report_as_json
from bot.health.facts import Report
from bot.health.importers.extract import read_report
from bot.i18n import say
from bot.kernel import logs
from bot.kernel.errors import BotError
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
        typer.echo(json.dumps(report_as_json(report), ensure_ascii=False, indent=2))
    else:
        _print(report)


def _print(report: Report) -> None:
    console = Console()
    console.print(fact_table(report.facts))
    for line in report.not_read:
        console.print(f"not read: page {line.page}, line {line.line} ({line.reason})")
