"""Readers learned from examples: the same from the same examples, never silent about a firm rule, never a risk to the rules."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.guardrails.before import Gate
from bot.guardrails.evals.examples import examples
from bot.guardrails.learned import Hearing
from bot.guardrails.learned.features import see, sentences, together
from bot.guardrails.learned.hearing import KINDS, Kind, Limits, path_of
from bot.guardrails.learned.learning import Example, digest, learn
from bot.guardrails.learned.reader import Reader, load, save
from bot.guardrails.model import CHECK_IN, Category, Hit, Level
from bot.kernel.errors import SettingsError
from bot.settings import config_folder

FOLDER = config_folder() / "guardrails" / "learned"
TOLD = [
    Example(text, heard)
    for heard, texts in {
        True: ["the tower burns", "our tower is burning down", "tour en feu", "la tour brûle"],
        False: ["the tower is old", "we saw the tower", "la tour est haute", "vue de la tour", "hello", "bonjour"],
    }.items()
    for text in texts
]


def score(reader: Reader, text: str) -> float:
    return reader.score(reader.sums(together([see(words) for words in sentences(text)])))


@pytest.fixture(scope="module")
def small() -> Reader:
    return learn(TOLD)


@pytest.fixture(scope="module")
def hearing() -> Hearing:
    return Hearing.load(FOLDER)


def test_given_examples_when_learned_then_unseen_wording_falls_on_its_side(small: Reader) -> None:
    assert score(small, "the old house burns") > 0 > score(small, "we saw an old house")
    assert score(small, "elle brule") > score(small, "elle est haute")


def test_given_the_same_examples_when_learned_twice_then_the_file_is_the_same(small: Reader, tmp_path: Path) -> None:
    again = learn(list(TOLD))
    save(small, tmp_path / "one.bin")
    save(again, tmp_path / "two.bin")

    assert (tmp_path / "one.bin").read_bytes() == (tmp_path / "two.bin").read_bytes()
    assert score(load(tmp_path / "one.bin"), "the tower burns") == score(small, "the tower burns")


@pytest.mark.parametrize("kind", KINDS)
def test_given_the_shipped_readers_when_loaded_then_they_were_learned_from_the_sets_as_they_are(kind: Kind) -> None:
    told = examples(config_folder() / "evals", kind)

    assert load(path_of(FOLDER, kind)).learned_from == digest(told), "run `carnet evals --learn`"
    assert sum(one.heard for one in told) > 1000


@pytest.mark.parametrize("bad", [b"", b"not compressed", None])
def test_given_a_garbled_file_when_loaded_then_it_is_refused(tmp_path: Path, bad: bytes | None) -> None:
    if bad is not None:
        (tmp_path / "x.bin").write_bytes(bad)

    with pytest.raises(SettingsError, match="carnet evals --learn"):
        load(tmp_path / "x.bin")


@pytest.mark.parametrize("text", ["", "   ", "\x00", "🙂", "....", "?", "é" * 50_000, "a " * 10_000])
def test_given_odd_text_when_scored_then_nothing_breaks_and_nothing_is_heard(hearing: Hearing, text: str) -> None:
    assert hearing.weigh(text, []) == []


@pytest.mark.parametrize(
    "text",
    ["bonjour", "hello", "merci", "ok thanks", "LDL ?", "72,4 kg", "à demain", "see you tomorrow", "aide", "oui", "no"],
)
def test_given_a_short_everyday_message_when_judged_then_no_card_comes(hearing: Hearing, text: str) -> None:
    assert all(hit.level < Level.URGENT for hit in hearing.weigh(text, []))


def rule(*, tempered: bool, category: Category = "self_harm") -> Hit:
    return Hit(level=Level.URGENT, category=category, rule="r", tempered=tempered)


@pytest.mark.parametrize("text", ["quelle est la capitale du Pérou ?", "which team won the cup in 1998?"])
def test_given_a_calm_text_when_weighed_then_a_tempered_rule_is_doubted_and_a_firm_one_stands(
    hearing: Hearing, text: str
) -> None:
    firm, loose = rule(tempered=False), rule(tempered=True)

    assert hearing.weigh(text, [firm, loose]) == [firm]


def test_given_somebody_at_risk_when_a_rule_of_a_crisis_fires_then_it_is_not_doubted(hearing: Hearing) -> None:
    calm, loose = "which team won the cup in 1998?", rule(tempered=True)

    assert hearing.weigh(calm, [loose]) == []
    assert hearing.weigh(calm, [loose], risk=True) == [loose]


def test_given_a_crisis_when_heard_then_no_emergency_beside_it_is_doubted(hearing: Hearing) -> None:
    picture = rule(tempered=True, category="poisoning")

    assert picture in hearing.weigh("je veux mourir", [picture])


@pytest.mark.parametrize(
    ("sends", "text"),
    [(["j'ai tout préparé", "les lettres sont écrites"], "je veux mourir"), (["i wrote the letters"], "i want to die")],
)
def test_given_several_sends_when_the_last_completes_a_crisis_then_it_is_heard(
    hearing: Hearing, sends: Sequence[str], text: str
) -> None:
    assert any(hit.category == "self_harm" for hit in hearing.weigh(text, [], sends))


def test_given_a_crisis_already_heard_when_something_ordinary_follows_then_no_new_card_comes(hearing: Hearing) -> None:
    assert all(hit.level < Level.URGENT for hit in hearing.weigh("merci", [], ["je veux mourir, j'ai les cachets"]))


def test_given_a_crisis_when_an_emergency_is_heard_too_then_the_category_stays_a_crisis(hearing: Hearing) -> None:
    added = hearing.weigh("i took all my pills, i want to die", [])

    assert {hit.category for hit in added if hit.level >= Level.URGENT} == {"self_harm"}


def test_given_scores_between_the_limits_when_weighed_then_one_caring_question_is_asked(small: Reader) -> None:
    low, high = score(small, "hello") - 1, score(small, "la tour brûle") + 1
    asks = Hearing(
        {"crisis": small, "emergency": small},
        {
            "crisis": Limits(card=high, part=high, ask=low, doubt=low),
            "emergency": Limits(card=high, part=high, ask=high, doubt=low),
        },
    )

    assert [hit.rule for hit in asks.weigh("la tour brûle", [])] == [CHECK_IN]


def test_given_a_reader_that_fails_when_a_message_is_judged_then_every_rule_stands_and_the_fault_counts() -> None:
    class Failing(Hearing):
        def weigh(self, text: str, hits: Sequence[Hit], recent: Sequence[str] = (), *, risk: bool = False) -> list[Hit]:
            raise RuntimeError

    class Loose:
        def judge(self, text: str, **_: object) -> Sequence[Hit]:
            return [rule(tempered=True)]

    said = Gate([Loose()], Failing({}, {})).before("x")

    assert {hit.rule for hit in said.hits} == {"r", "fault"}
    assert said.crisis
