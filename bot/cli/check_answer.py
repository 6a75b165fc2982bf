"""`carnet check-answer` says whether answers may be sent, and which rules they break, without the rest of Carnet."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.table import Table

from bot.guardrails.after import Answer, RecordFact, Review, Reviewer, Source
from bot.guardrails.before import Gate
from bot.i18n import LANGUAGES, Language, spoken
from bot.kernel import logs
from bot.kernel.errors import BotError
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder

_FIELDS: Final = tuple(one.name for one in fields(RecordFact))


class AnswerInputError(BotError):
    """A line of standard input cannot be reviewed; the message holds its number, never its text."""


def check_answer(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON line for each answer.")] = False,
) -> None:
    """Review the answers on standard input, one JSON object {"id", "question", "answer", "facts", "lang"} to a line."""
    logs.configure("WARNING")
    folder = config_folder()
    gate, reviewer = Gate.load(folder / "guardrails"), Reviewer.load(folder)
    reviewed = ((row["id"], reviewer.review(_answer(row, gate))) for row in _rows(sys.stdin))
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


def _answer(row: dict[str, Any], gate: Gate) -> Answer:
    """Give the answer of one line; the gate judges its question."""
    question = row.get("question") or ""
    verdict = gate.before(question)
    country = row.get("country")
    return Answer(
        question=Sensitive(question),
        text=Sensitive(row["answer"]),
        language=_language(row, question),
        facts=tuple(_fact(fact) for fact in _listed(row, "facts") if isinstance(fact, dict)),
        level=verdict.level,
        category=verdict.category,
        crisis=verdict.crisis,
        country=country.upper() if isinstance(country, str) else None,
        computed=tuple(str(number) for number in _listed(row, "computed")),
        sources=tuple(_source(source) for source in (*_listed(row, "sources"), *_listed(row, "cited"))),
        first=row.get("first") is True,
    )


def _language(row: dict[str, Any], question: str) -> Language:
    said = row.get("lang")
    return said if said in LANGUAGES else spoken(f"{question} {row['answer']}", "en")


def _listed(row: dict[str, Any], key: str) -> Sequence[Any]:
    value = row.get(key)
    return value if isinstance(value, list) else ()


def _fact(fact: dict[str, Any]) -> RecordFact:
    return RecordFact(**{name: str(fact[name]) for name in _FIELDS if fact.get(name) is not None})


def _source(source: object) -> Source:
    if not isinstance(source, dict):
        return Source(reference=str(source), text=str(source))
    reference = next((str(source[key]) for key in ("reference", "url", "id") if source.get(key)), "")
    return Source(reference=reference, text=str(source.get("text") or ""))


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
