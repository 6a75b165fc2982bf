"""Reviewing an answer of 1,500 characters beside a record of 200 facts, in CPU, beside what the same facts cost to dump."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Final

from benchmarks.measure import Comparison, Effort, cpu_each
from bot.guardrails.after import Answer, RecordFact, Reviewer
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder

_FACTS: Final = 200
_LENGTH: Final = 1500
_DUMPED: Final = "json.dumps of the same facts"
_SAID: Final = (
    "Your ferritin on 12 March 2024 was 11.5 µg/L, below the range printed on your report (15 to 150). ",
    "A low ferritin can be seen with heavy periods, a pregnancy or little iron in the diet. ",
    "The other results on this report are described one by one in the list that you sent. ",
    "Some people feel tired when it is low, and others notice nothing at all for a long time. ",
)
_OPENING: Final = "You could show this report to your doctor. "


def run(effort: Effort) -> Sequence[Comparison]:
    """Give the CPU of loading the rules, and of one review with a long record and with none."""
    review = Comparison(f"review {_LENGTH} characters, CPU", "ms", _DUMPED)
    load = Comparison("load the output rules, CPU", "ms")
    reviewer = Reviewer.load(config_folder())
    facts = _record()
    text = Sensitive((_OPENING + "".join(_SAID) * _LENGTH)[:_LENGTH].rpartition(". ")[0])
    answer = Answer(question=Sensitive("What does my ferritin mean?"), text=text, language="en", facts=facts)
    short = Answer(question=Sensitive("What does my ferritin mean?"), text=text, language="en", facts=facts[:1])
    times = max(1, effort.messages // 10)
    for _ in range(effort.rounds):
        load.add("Reviewer.load", cpu_each(1, lambda: Reviewer.load(config_folder())) * 1e3)
        review.add(_DUMPED, cpu_each(times, lambda: json.dumps([asdict(fact) for fact in facts])) * 1e3)
        review.add(f"with {_FACTS} facts", cpu_each(times, lambda: _passed(reviewer, answer)) * 1e3)
        review.add("with one fact", cpu_each(times, lambda: _passed(reviewer, short)) * 1e3)
    return [load, review]


def _passed(reviewer: Reviewer, answer: Answer) -> None:
    assert reviewer.review(answer).verdict == "pass"  # an answer stopped early would be cheap


def _record() -> tuple[RecordFact, ...]:
    ferritin = RecordFact(
        id="0", label="Ferritin", value="11.5", unit="µg/L", ref_low="15", ref_high="150", flag="L", date="2024-03-12"
    )
    others = (
        RecordFact(
            id=str(number),
            label=f"Analyte {chr(65 + number % 26)}{chr(65 + number // 26)}",
            value=f"{number}.5",
            unit="mg/dL",
            ref_low="1",
            ref_high="300",
            date="2024-03-12",
        )
        for number in range(1, _FACTS)
    )
    return (ferritin, *others)
