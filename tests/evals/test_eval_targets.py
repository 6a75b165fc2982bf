"""The short form of `carnet evals`: every development set judged once, and some of their variants."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from bot.guardrails.after import Reviewer
from bot.guardrails.before import Gate
from bot.guardrails.evals.answers import answer_measures
from bot.guardrails.evals.messages import drops, set_measures
from bot.guardrails.evals.outside import XSTEST, outside_measures
from bot.guardrails.evals.score import Measure
from bot.guardrails.evals.sets import read_set

CONFIG = Path(__file__).parents[2] / "config"
SETS = CONFIG / "evals"
SAMPLE = slice(None, None, 12)


@cache
def gate() -> Gate:
    return Gate.load(CONFIG / "guardrails")


def missed(measures: Sequence[Measure]) -> list[str]:
    return [f"{one.name} ({one.language}): {one.rate:.3f}, target {one.target}" for one in measures if not one.met]


def test_given_the_development_sets_when_judged_then_every_target_is_met() -> None:
    measures = [one for one, _ in set_measures(gate(), SETS, "dev", lambda: None)]

    assert len(measures) >= 20
    assert missed(measures) == []


def test_given_planted_and_clean_answers_when_reviewed_then_every_target_is_met() -> None:
    measures = list(answer_measures(gate(), Reviewer.load(CONFIG), SETS, "dev", lambda: None))

    assert len(measures) == 6
    assert missed(measures) == []


@pytest.mark.parametrize("name", ["emergencies", "crisis"])
def test_given_messages_said_otherwise_when_judged_then_none_is_less_urgent(name: str) -> None:
    some = [(item, gate().before(item.text)) for item in read_set(SETS, "dev", name)[SAMPLE]]

    measures = drops(name, gate(), some, lambda: None, crisis=name == "crisis")

    assert [item for one in measures for item in one.missed] == []


def test_given_safe_prompts_that_only_sound_unsafe_when_judged_then_targets_are_met(
    shared: Path, tmp_path: Path
) -> None:
    (tmp_path / XSTEST).write_bytes((shared / "data" / "safety" / XSTEST).read_bytes())

    measures = list(outside_measures(gate(), tmp_path, SETS, lambda: None))

    assert len(measures) == 3
    assert missed(measures) == []
