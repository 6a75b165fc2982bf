"""`carnet evals`: measure the guard-rails on every set; exit code 1 when they protect less than what was accepted."""

import asyncio
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.app.safety import file_missed
from bot.guardrails.after import Reviewer
from bot.guardrails.after.shapes import shaper_of
from bot.guardrails.after.sounding import READERS
from bot.guardrails.after.sounding import path_of as sentence_reader
from bot.guardrails.before import Gate
from bot.guardrails.evals import report
from bot.guardrails.evals.answers import answer_measures, held_out_answer_measures
from bot.guardrails.evals.examples import examples
from bot.guardrails.evals.held_out import held_out_measures
from bot.guardrails.evals.messages import message_measures
from bot.guardrails.evals.outside import missing, outside_measures
from bot.guardrails.evals.score import Measure
from bot.guardrails.evals.sentences import sentence_examples
from bot.guardrails.evals.sets import Split, digests
from bot.guardrails.learned.features import NARROW
from bot.guardrails.learned.hearing import KINDS, path_of
from bot.guardrails.learned.learning import learn as learn_from
from bot.guardrails.learned.reader import save
from bot.kernel.clock import utc_now
from bot.kernel.errors import BotError
from bot.settings import config_folder, load

_SHOWN: Final = 12  # missed items named on a line


class EvalsError(BotError):
    """The evaluation cannot start as it was asked for."""


def evals(  # noqa: PLR0917  (Typer reads options from the signature)
    final: Annotated[bool, typer.Option("--final", help="Open the sealed test split; the run is logged.")] = False,
    accept: Annotated[
        bool, typer.Option("--accept", help="Make this run the one later runs are compared with.")
    ] = False,
    outside: Annotated[Path | None, typer.Option(help="Folder with sets made by others.")] = None,
    reports: Annotated[Path, typer.Option(help="Folder of the accepted report and the log.")] = Path("docs/evals"),
    register: Annotated[
        Path | None, typer.Option(help="File what was misjudged in this state's safety register.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    missed: Annotated[
        bool, typer.Option("--missed", help="Name what was judged wrongly (never of the test split).")
    ] = False,
    held_out: Annotated[
        bool, typer.Option("--held-out", help="Measure too what is heard of authors not learned from (ten minutes).")
    ] = False,
    learn: Annotated[
        bool, typer.Option("--learn", help="First learn the readers anew from the sets (never of the test split).")
    ] = False,
) -> None:
    """Measure the guard-rails. Exit code 1 when a measure is worse than in the accepted report."""
    if final and (accept or missed or learn or held_out):
        raise EvalsError("the test split is only measured: nothing that learns, accepts or names goes with --final")
    own = config_folder() / "evals"
    if learn:
        _learn(own)
    split: Split = "test" if final else "dev"
    measures = _measured(own, split, outside, held_out=held_out)
    if final:
        report.log_final(reports, measures, utc_now(), _commit(), digests(own))
    worse = [] if final else report.regressions(report.accepted(reports), measures)
    _print(measures, as_json=as_json, missed=missed)
    for one in worse:
        typer.echo(f"worse than accepted: {one.name} ({one.language}) {one.accepted:.3f} -> {one.now:.3f}", err=True)
    for name in missing(outside) if outside else ():
        typer.echo(f"NOT RUN: {name} is not in {outside}", err=True)
    if register is not None:
        items = [f"{one.name}/{item}"[:80] for one in measures if not one.met for item in one.missed]
        new = asyncio.run(file_missed(load(state=register), utc_now, items))
        typer.echo(f"{new} filed in the safety register", err=True)
    if accept:
        report.accept(reports, measures, utc_now())
    elif worse:
        raise typer.Exit(1)


def _learn(own: Path) -> None:
    learned, shaper = config_folder() / "guardrails" / "learned", shaper_of(config_folder())
    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=Console(stderr=True)
    ) as progress:
        for kind in KINDS:
            task = progress.add_task(f"learning what {kind} sounds like")
            reader = learn_from(examples(own, kind), lambda task=task: progress.advance(task))  # type: ignore[misc]
            save(reader, path_of(learned, kind))
        for name in READERS:
            task = progress.add_task(f"learning what a sentence sounds like: {name}")
            told = sentence_examples(own, shaper, name)
            reader = learn_from(told, lambda task=task: progress.advance(task), NARROW)  # type: ignore[misc]
            save(reader, sentence_reader(learned / "answers", name))


def _measured(own: Path, split: Split, outside: Path | None, *, held_out: bool) -> Sequence[Measure]:
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as progress:
        task = progress.add_task("reading the rules")
        gate = Gate.load(config_folder() / "guardrails")
        judged = 0

        def tick() -> None:
            nonlocal judged
            judged += 1
            progress.update(task, description=f"{judged} texts judged")

        reviewer = Reviewer.load(config_folder())
        measures = list(message_measures(gate, own, split, tick))
        measures += answer_measures(gate, reviewer, own, split, tick)
        if held_out:
            measures += held_out_measures(gate, own, tick)
            measures += held_out_answer_measures(gate, reviewer, own, shaper_of(config_folder()), tick)
        if outside is not None and split == "dev":
            measures += outside_measures(gate, outside, own, tick)
        return measures


def _print(measures: Sequence[Measure], *, as_json: bool, missed: bool) -> None:
    if as_json:
        typer.echo(json.dumps([report.as_json(one) for one in measures], ensure_ascii=False, indent=2))
        return
    table = Table("Measure", "", "Hits", "Rate", "95 %", "Target", "")
    for one in measures:
        low, high = one.interval
        sign = {"high": "≥", "low": "≤", "neither": ""}[one.good]
        target = "" if one.target is None else f"{sign} {one.target:g}"
        mark = "" if one.target is None else ("[green]met[/green]" if one.met else "[red]missed[/red]")
        interval = f"{low:.3f} to {high:.3f}"
        table.add_row(one.name, one.language, f"{one.hits}/{one.total}", f"{one.rate:.3f}", interval, target, mark)
    Console().print(table)
    for one in measures if missed else ():
        if one.missed:
            more = len(one.missed) - _SHOWN
            names = " ".join(one.missed[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
            typer.echo(f"{one.name} ({one.language}): {names}")


def _commit() -> str:
    """Name the code that was measured; outside a checkout, nothing is known of it."""
    command = ["git", "describe", "--always", "--dirty"]
    try:
        run = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return run.stdout.strip()
