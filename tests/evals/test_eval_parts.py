import json
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from bot.guardrails.evals.messages import drops
from bot.guardrails.evals.metamorphic import variants
from bot.guardrails.evals.report import accept, accepted, log_final, regressions
from bot.guardrails.evals.score import Measure, measure
from bot.guardrails.evals.sets import Item, SetError, digests, read_set
from bot.guardrails.model import Hit, Level, Verdict, verdict

SETS = Path(__file__).parents[2] / "config" / "evals"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def item(text: str, language: str = "en") -> Item:
    return Item(id="e-1", language="fr" if language == "fr" else "en", text=text, expect="", line={})


class Scripted:
    """Calls an emergency whatever holds *word* in these very letters; nothing else."""

    def __init__(self, word: str) -> None:
        self.word = word

    def before(self, text: str, *, recent: Sequence[str] = (), risk: bool = False) -> Verdict:
        said = " ".join([*recent, text])
        hits = [Hit(level=Level.EMERGENCY, category="medical_emergency", rule="scripted")] if self.word in said else []
        return verdict(hits)


def test_given_counts_when_rated_then_the_interval_is_wilsons() -> None:
    one = Measure(name="caught", language="fr", hits=95, total=100, good="high", target=0.95)

    assert (one.rate, one.met) == (0.95, True)
    assert one.interval == pytest.approx((0.8882, 0.9785), abs=1e-4)


def test_given_outcomes_in_two_languages_when_measured_then_each_is_apart_and_names_what_was_wrong() -> None:
    english, french = measure("m", [("a", "fr", True), ("b", "fr", False), ("c", "en", True)], good="high")

    assert (english.language, english.hits, english.total, english.missed) == ("en", 1, 1, ())
    assert (french.language, french.hits, french.total, french.missed) == ("fr", 1, 2, ("b",))


def test_given_an_accepted_report_when_a_later_run_is_worse_then_only_that_measure_is_a_regression(
    tmp_path: Path,
) -> None:
    better = Measure(name="caught", language="fr", hits=9, total=10, good="high")
    alarms = Measure(name="alarms", language="fr", hits=1, total=10, good="low")
    accept(tmp_path, [better, alarms], NOW)
    now = [
        Measure(name="caught", language="fr", hits=8, total=10, good="high"),
        Measure(name="alarms", language="fr", hits=0, total=10, good="low"),
        Measure(name="new", language="fr", hits=0, total=10, good="high"),
    ]

    found = regressions(accepted(tmp_path), now)

    assert [(one.name, one.accepted, one.now) for one in found] == [("caught", 0.9, 0.8)]


def test_given_a_run_on_the_sealed_split_when_logged_then_every_one_stays(tmp_path: Path) -> None:
    for _ in range(2):
        log_final(tmp_path, [Measure(name="m", language="en", hits=1, total=1, good="high")], NOW, "abc", {"f": "0"})

    lines = [json.loads(line) for line in (tmp_path / "final.jsonl").read_text().splitlines()]
    assert [line["commit"] for line in lines] == ["abc", "abc"]


def test_given_every_sealed_file_when_digested_then_it_is_the_one_committed() -> None:
    sealed = digests(SETS)

    assert set(sealed) == {path.name for path in (SETS / "test").glob("*.gz")}
    assert {name: sha256((SETS / "test" / name).read_bytes()).hexdigest() for name in sealed} == dict(sealed)


def test_given_a_sealed_file_that_was_changed_when_read_then_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "test").mkdir()
    (tmp_path / "test" / "SHA256SUMS").write_text(f"{'0' * 64}  crisis.jsonl.gz\n")
    (tmp_path / "test" / "crisis.jsonl.gz").write_bytes(b"other")

    with pytest.raises(SetError, match="not the one"):
        read_set(tmp_path, "test", "crisis")


@pytest.mark.parametrize(
    ("name", "least"),
    [("emergencies", 266), ("non_urgent", 266), ("crisis", 166), ("lookalikes", 166), ("ordinary", 140)],
)
def test_given_a_development_set_when_read_then_it_is_large_half_french_and_says_nothing_twice(
    name: str, least: int
) -> None:
    items = read_set(SETS, "dev", name)

    french = sum(one.language == "fr" for one in items)
    assert len(items) >= least
    assert 0.45 <= french / len(items) <= 0.55
    assert len({one.text for one in items}) == len(items)
    assert len({one.id for one in items}) == len(items)


def test_given_a_message_when_varied_then_each_change_is_what_it_says_and_always_the_same() -> None:
    said = {one.kind: one for one in variants(item("Ma fille a 39,5 et la nuque raide.", "fr"), crisis=True)}

    assert said["capitals"].text == "MA FILLE A 39,5 ET LA NUQUE RAIDE."
    assert said["dictated"].text.endswith("ma fille a 39,5 et la nuque raide")
    assert said["split_2"].recent == ("Ma fille a 39,5",)
    assert said["split_2"].text == "et la nuque raide."
    assert "comprimés" in said["method"].text
    assert said == {one.kind: one for one in variants(item("Ma fille a 39,5 et la nuque raide.", "fr"), crisis=True)}


def test_given_a_gate_that_reads_letters_only_when_varied_then_capitals_are_counted_as_a_drop() -> None:
    gate = Scripted("chest")
    caught = [(item("my chest hurts"), gate.before("my chest hurts"))]

    [counted] = drops("drops", gate, caught, lambda: None)

    assert counted.missed == ("e-1/capitals",)
    assert not counted.met
