"""What rules and readers hear of authors from whom the readers did not learn: the honest measure of sets that they learn from."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from bot.guardrails.before import Gate
from bot.guardrails.evals.examples import examples
from bot.guardrails.evals.score import Good, Measure, Outcome, measure
from bot.guardrails.evals.sets import Item, read_set
from bot.guardrails.learned.hearing import KINDS
from bot.guardrails.learned.learning import learn
from bot.guardrails.model import Level, Verdict

_SETS: Final = ("crisis", "lookalikes", "emergencies", "non_urgent", "ordinary")
_CALLED: Final[tuple[tuple[str, str, bool, Good], ...]] = (  # measure, set, whether of a crisis, which way is better
    ("crises caught, author held out", "crisis", True, "high"),
    ("look-alikes called crisis, author held out", "lookalikes", True, "low"),
    ("ordinary called crisis, author held out", "ordinary", True, "low"),
    ("emergencies caught, author held out", "emergencies", False, "high"),
    ("non-urgent called emergency, author held out", "non_urgent", False, "low"),
    ("ordinary called emergency, author held out", "ordinary", False, "low"),
)


def held_out_measures(gate: Gate, folder: Path, tick: Callable[[], None]) -> Iterator[Measure]:
    """Judge each author's messages by readers that learned from the others only; *tick* is called for each message."""
    items = {name: read_set(folder, "train", name) for name in _SETS}
    judged: dict[str, list[tuple[Item, Verdict]]] = {name: [] for name in _SETS}
    for author in sorted({item.line["author"] for some in items.values() for item in some}):
        readers = {kind: learn(examples(folder, kind, without=frozenset([author]))) for kind in KINDS}
        held = gate.with_readers(readers)
        for name, some in items.items():
            for item in some:
                if item.line["author"] == author:
                    judged[name].append((item, held.before(item.text)))
                    tick()
    yield from _measures(judged)


def _measures(judged: Mapping[str, list[tuple[Item, Verdict]]]) -> Iterator[Measure]:
    for name, of, crisis, good in _CALLED:
        outcomes: list[Outcome] = [
            (item.id, item.language, said.crisis and said.stops if crisis else said.level == Level.EMERGENCY)
            for item, said in judged[of]
        ]
        yield from measure(name, outcomes, good=good)
