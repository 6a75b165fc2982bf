"""Loading what Carnet knows, and composing an explanation of 60 results, beside what the same bytes cost to parse."""

import json
import tomllib
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Final

from benchmarks.measure import Comparison, Effort, cpu_each
from bot.health.answers import compose
from bot.health.facts import Fact
from bot.health.facts.codec import fact_to_json
from bot.health.knowledge import Knowledge
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder

_FACTS: Final = 60
_LINES: Final = {"emergency": "112", "crisis": "988"}
_PARSED: Final = "tomllib, the same files"
_DUMPED: Final = "json.dumps of the same facts"


def run(effort: Effort) -> Sequence[Comparison]:
    """Give CPU of loading, of explaining a long report, and of answering about one of its results."""
    load = Comparison("load all knowledge, CPU", "ms", _PARSED)
    composed = Comparison(f"from {_FACTS} facts, CPU", "ms", _DUMPED)
    folder = config_folder() / "knowledge"
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))]
    knowledge = Knowledge.load(folder)
    facts = _facts(knowledge)
    asked = Sensitive("my ferritin?")
    times = max(1, effort.messages // 10)
    for _ in range(effort.rounds):
        load.add(_PARSED, cpu_each(1, lambda: [tomllib.loads(text) for text in texts]) * 1e3)
        load.add("Knowledge.load", cpu_each(1, lambda: Knowledge.load(folder)) * 1e3)
        composed.add(_DUMPED, cpu_each(times, lambda: json.dumps([fact_to_json(fact) for fact in facts])) * 1e3)
        composed.add("explain the report", cpu_each(times, lambda: _explain(facts, knowledge)) * 1e3)
        composed.add(
            'answer "my ferritin?"',
            cpu_each(times, lambda: compose.answer(asked, facts, knowledge, "en", lines=_LINES)) * 1e3,
        )
    return [load, composed]


def _explain(facts: Sequence[Fact], knowledge: Knowledge) -> None:
    explained = compose.report(facts, knowledge, "en", laboratory="Riverside", collected=date(2025, 2, 5), lines=_LINES)
    assert len(explained.facts) == _FACTS


def _facts(knowledge: Knowledge) -> list[Fact]:
    """Give one result of each of the first analytes, every third of them above its range."""
    known = sorted(knowledge, key=lambda entry: (entry.key != "ferritin", entry.key))
    return [
        Fact(
            id=str(number),
            label=entry.en.name,
            analyte=entry.key,
            code=None,
            comparator="",
            value="15.5" if number % 3 == 0 else "7.5",
            number=Decimal("15.5") if number % 3 == 0 else Decimal("7.5"),
            unit="units",
            ucum=None,
            ref_text="5.0 - 10.0",
            ref_low="5.0",
            ref_high="10.0",
            low=Decimal("5.0"),
            high=Decimal("10.0"),
            flag="H" if number % 3 == 0 else "",
            date=date(2025, 2, 5),
            page=1,
            line=number + 5,
            review="confirmed",
        )
        for number, entry in enumerate(islice(known, _FACTS))
    ]
