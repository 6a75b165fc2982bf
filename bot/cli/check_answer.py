"""`carnet check-answer` says whether answers may be sent, and which rules they break, without the rest of Carnet."""

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bot.guardrails.after import Review, Reviewer
from bot.guardrails.after.wire import answer_of
from bot.guardrails.before import Gate
from bot.kernel import logs
from bot.kernel.errors import BotError
from bot.settings import config_folder


class AnswerInputError(BotError):
    """A line of standard input cannot be reviewed; the message holds its number, never its text."""


def check_answer(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line for each answer.")] = False,
) -> None:
    """Review the answers on standard input, one JSON object {"id", "question", "answer", "facts", "lang"} to a line."""
    logs.configure("WARNING")
    folder = config_folder()
    gate, reviewer = Gate.load(folder / "guardrails"), Reviewer.load(folder)
    reviewed = ((row["id"], reviewer.review(answer_of(row, gate))) for row in _rows(sys.stdin))
    if as_json:
        for name, review in reviewed:
            typer.echo(json.dumps(_row(name, review), ensure_ascii=False))
    else:
        _print(reviewed)


def _rows(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError:
            raise AnswerInputError(f"line {number}: not JSON") from None
        if not isinstance(row, dict) or not isinstance(row.get("id"), str | int):
            raise AnswerInputError(f'line {number}: needs an "id"')
        if not isinstance(row.get("answer"), str) or not isinstance(row.get("question") or "", str):
            raise AnswerInputError(f'line {number}: needs the text of an "answer"')
        yield row


def _row(name: str | int, review: Review) -> dict[str, Any]:
    violations = [{"rule": one.rule, "code": one.code} for one in review.violations]
    return {"id": name, "verdict": review.verdict, "violations": violations}


def _print(reviewed: Iterable[tuple[str | int, Review]]) -> None:
    table = Table("Answer", "Verdict", "Violations")
    try:
        for name, review in reviewed:
            table.add_row(str(name), review.verdict, ", ".join(f"{one.rule} {one.code}" for one in review.violations))
    finally:
        Console().print(table)
