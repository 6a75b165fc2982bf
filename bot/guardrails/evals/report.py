"""The accepted report, and whether a new run protects people as well as that one did."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot.guardrails.evals.score import Measure

ACCEPTED: Final = "accepted.json"
FINAL_LOG: Final = "final.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """A measure that is worse than what was accepted."""

    name: str
    language: str
    accepted: float
    now: float


def accepted(folder: Path) -> Mapping[tuple[str, str], float]:
    """Give the accepted rates; nothing accepted yet is an empty report."""
    path = folder / ACCEPTED
    if not path.is_file():
        return {}
    measures = json.loads(path.read_text(encoding="utf-8"))["measures"]
    return {(one["name"], one["language"]): one["hits"] / one["total"] for one in measures if one["total"]}


def regressions(before: Mapping[tuple[str, str], float], now: Sequence[Measure]) -> Sequence[Regression]:
    """Compare; a measure that was not taken this time is no regression."""
    found = []
    for one in now:
        rate = before.get((one.name, one.language))
        if rate is not None and one.worse_than(rate):
            found.append(Regression(name=one.name, language=one.language, accepted=rate, now=one.rate))
    return found


def accept(folder: Path, measures: Sequence[Measure], at: datetime) -> None:
    """Make *measures* the report that later runs are compared with."""
    folder.mkdir(parents=True, exist_ok=True)
    report = {"at": at.isoformat(), "measures": [as_json(one) for one in measures]}
    (folder / ACCEPTED).write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def log_final(folder: Path, measures: Sequence[Measure], at: datetime, commit: str, sums: Mapping[str, str]) -> None:
    """Write down a run on the sealed split: every one of them, whatever it showed."""
    folder.mkdir(parents=True, exist_ok=True)
    line = {
        "at": at.isoformat(),
        "commit": commit,
        "sha256": dict(sums),
        "measures": [as_json(one) for one in measures],
    }
    with (folder / FINAL_LOG).open("a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")


def as_json(one: Measure) -> dict[str, Any]:
    """Give counts and rates, never an item: what was missed is for the terminal, where rules are written."""
    low, high = one.interval
    return {
        "name": one.name,
        "language": one.language,
        "hits": one.hits,
        "total": one.total,
        "rate": round(one.rate, 4),
        "interval": [round(low, 4), round(high, 4)],
        "target": one.target,
        "met": one.met,
    }
