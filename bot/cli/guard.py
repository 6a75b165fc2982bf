"""`carnet guard` says how urgent messages are, and by which rule, without the rest of Carnet."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, TypedDict

import typer
from rich.console import Console
from rich.table import Table

from bot.guardrails.before import Gate
from bot.guardrails.learned import Hearing
from bot.guardrails.model import Verdict
from bot.guardrails.rules.pictures import Pictures
from bot.kernel import logs
from bot.kernel.errors import BotError
from bot.settings import config_folder


class GuardInputError(BotError):
    """A line of standard input cannot be judged; the message holds its number, never its text."""


class Asked(TypedDict):
    """One line of standard input. Both languages are always read, so "lang" and "country" change nothing yet."""

    id: str | int
    text: str


def guard(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line for each message.")] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Print which words, statuses and numbers were read.")
    ] = False,
) -> None:
    """Judge the messages on standard input, one JSON object {"id", "text"} to a line."""
    logs.configure("WARNING")
    folder = config_folder() / "guardrails"
    if explain:
        pictures, hearing = Pictures.load(folder), Hearing.load(folder / "learned")
        for asked in _asked(sys.stdin):
            _explain(asked, pictures, hearing)
        return
    gate = Gate.load(folder)
    judged = ((asked, gate.before(asked["text"])) for asked in _asked(sys.stdin))
    if as_json:
        for asked, verdict in judged:
            typer.echo(json.dumps(_row(asked, verdict), ensure_ascii=False))
    else:
        _print(judged)


def _asked(lines: Iterable[str]) -> Iterator[Asked]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise GuardInputError(f"line {number}: not JSON") from None
        if (
            not isinstance(row, dict)
            or not isinstance(row.get("text"), str)
            or not isinstance(row.get("id"), str | int)
        ):
            raise GuardInputError(f'line {number}: needs "id" and "text"')
        yield Asked(id=row["id"], text=row["text"])


def _row(asked: Asked, verdict: Verdict) -> dict[str, Any]:
    return {
        "id": asked["id"],
        "level": verdict.level.name.lower(),
        "category": verdict.category,
        "rule": verdict.rule,
        "also": list(verdict.also),
        "source": verdict.source,
    }


def _print(judged: Iterable[tuple[Asked, Verdict]]) -> None:
    table = Table("Message", "Level", "Category", "Rule", "Also", "Source")
    try:
        for asked, verdict in judged:
            row = _row(asked, verdict)
            table.add_row(*(", ".join(cell) if isinstance(cell, list) else str(cell) for cell in row.values()))
    finally:
        Console().print(table)


def _explain(asked: Asked, pictures: Pictures, hearing: Hearing) -> None:
    understood = pictures.understand(asked["text"])
    typer.echo(f"{asked['id']}")
    for name, matches in sorted(understood.concepts.items()):
        for match, status in matches:
            words = " ".join(understood.text.words[match.start : match.end])
            typer.echo(f"  {name}: {status.value}, words {match.start + 1}-{match.end}: {words}")
    for reading, status in understood.measures:
        typer.echo(f"  {reading.measure} = {reading.value:g}: {status.value}, word {reading.place + 1}")
    for hit in pictures.judge(asked["text"]):
        typer.echo(f"  => {hit.rule}: {hit.level.name.lower()}, {hit.category}")
    for kind, (score, weighed) in hearing.explain(asked["text"]).items():
        typer.echo(f"  sounds like {kind}: {score:+.2f}; " + ", ".join(f"{run} {much:+.2f}" for run, much in weighed))
