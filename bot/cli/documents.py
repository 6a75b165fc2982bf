"""`carnet import` shows what a file would be read to say."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

import typer
from rich.console import Console

from bot.cli.tables import fact_table, rollup_table
from bot.health.documents.contract import as_json as report_as_json
from bot.health.facts import Report
from bot.health.facts.model import Kind
from bot.health.importers.extract import OnDisk, read_report
from bot.i18n import say
from bot.kernel import logs
from bot.kernel.errors import BotError
from bot.settings import load

_MOST_BYTES: Final = 4_000_000_000  # an operator's own file, on their own machine
_SECONDS: Final = 1_800.0


class ImportFileError(BotError):
    """The file to import cannot be used; the message is the sentence a person would read."""


def import_file(
    file: Annotated[Path, typer.Argument(help="A document, a picture of one, a medical record or an app's export.")],
    kind: Annotated[str, typer.Option(help="What it must be; otherwise it is refused.")] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Annotated[Literal["en", "fr"], typer.Option(help="Language of refusals.")] = "en",
) -> None:
    """Show what would be read from FILE; nothing is stored."""
    settings = load()
    logs.configure(settings.log_level)
    if kind not in {"auto", *get_args(Kind)}:
        raise typer.BadParameter(f"one of auto, {', '.join(get_args(Kind))}", param_hint="--kind")
    limits = settings.documents.model_copy(update={"max_bytes": _MOST_BYTES, "seconds": _SECONDS})
    try:
        report = asyncio.run(read_report(OnDisk(file), limits, name=file.name, language=lang))
    except OSError:
        raise ImportFileError(f"{file}: cannot be read") from None
    except BotError as error:
        raise ImportFileError(say(lang, error.reply)) from None
    if kind not in {"auto", report.kind}:
        raise ImportFileError(f"{file}: is {report.kind}, not {kind}")
    if as_json:
        typer.echo(json.dumps(report_as_json(report), ensure_ascii=False, indent=2))
    else:
        _print(report)


def _print(report: Report) -> None:
    console = Console()
    console.print(fact_table(report.facts))
    if report.rollups:
        console.print(rollup_table(report.rollups))
    for title, counts in (("in the file", report.counts), ("left out", report.left)):
        if counts:
            console.print(f"{title}: {', '.join(f'{name} {number}' for name, number in counts)}", markup=False)
    for line in report.not_read:
        console.print(f"not read: page {line.page}, line {line.line} ({line.reason})")
