"""The rule language: what patterns match, what expressions mean, and what is refused."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from bot.guardrails.model import Level
from bot.guardrails.reading.normal import read
from bot.guardrails.rules.concepts import Concept, Concepts
from bot.guardrails.rules.errors import RulesError
from bot.guardrails.rules.expressions import ExpressionError
from bot.guardrails.rules.expressions import parse as parse_expression
from bot.guardrails.rules.parse import PatternError, parse
from bot.guardrails.rules.pictures import Pictures
from bot.settings import config_folder


def matches(pattern: str, text: str, *masks: str) -> bool:
    concepts = Concepts([Concept(name="it", patterns=(parse(pattern),), masks=tuple(map(parse, masks)))])
    return bool(concepts.find(read(text)).matches.get("it"))


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("chest", "My CHEST!"),
        ("n'arrête pas", "il n’arrete pas"),
        ("can't breathe", "cant breathe"),
        ("can not breathe", "he can’t breathe"),
        ("i am dizzy", "im dizzy"),
        ("j'ai mal", "jai mal"),
        ("je suis", "chui malade"),
        ("il y a", "ya du sang"),
        ("j ai mal", "g mal au ventre"),
        ("oeil", "mon œil"),
        ("oeil", "MON ŒIL"),
        ("pain*", "painful"),
        ("(bras|jambe gauche) engourdi*", "la jambe gauche engourdie"),
        ("lips (are|turned)? blue", "lips blue"),
        ("lips (are|turned)? blue", "her lips turned blue"),
        ("stiff ~ neck", "stiff and sore aching neck"),
        ("stiff ~5 neck", "stiff since early on today neck"),
        ("douleur <5> poitrine", "ma poitrine me fait une douleur"),
        ("ha?ematemesis", "hematemesis"),
        ("rag ?doll", "like a ragdoll"),
        ("# months", "three months"),
        ("3[5-9]", "38"),
        ("trois jours", "3 jours"),
        ("3 jours", "trois jours"),
        ("throat is closing", "my throat's closing"),
        ("non stop | sans arret", "il vomit sans arrêt"),
        ("headache", "terrible hedaache"),
        ("vomissements", "des vomisements"),
        ("oui", "ouiiii"),
        ("going to", "gonna"),
        ("pain $", "there is pain. Yes"),
        ("^ fine now", "I fell. Fine now"),
    ],
)
def test_given_a_pattern_when_its_wording_is_said_then_it_matches(pattern: str, text: str) -> None:
    assert matches(pattern, text)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("chest", "chestnut"),
        ("stiff ~ neck", "stiff one two three four neck"),
        ("stiff ~ neck", "It is stiff. My neck"),
        ("douleur <2> poitrine", "douleur vive et forte dans la poitrine"),
        ("douleur <9> poitrine", "douleur. poitrine"),
        ("pain $", "pain in the leg"),
        ("^ fine now", "not fine now"),
        ("fracture", "facture"),
        ("cancer", "cancel"),
        ("sept", "9 jours"),
        ("3[5-9]", "34"),
    ],
)
def test_given_a_pattern_when_something_else_is_said_then_it_does_not_match(pattern: str, text: str) -> None:
    assert not matches(pattern, text)


def test_given_a_mask_when_it_overlaps_a_match_then_only_that_match_is_gone() -> None:
    assert not matches("chest", "a chest cold", "chest cold")
    assert matches("chest", "a chest cold and my chest hurts", "chest cold")


@pytest.mark.parametrize("pattern", ["", "(a", "a)", "()", "?", "a <3> ", "[chest]", "{3}x}"])
def test_given_a_pattern_that_means_nothing_when_read_then_it_is_refused(pattern: str) -> None:
    with pytest.raises(PatternError):
        parse(pattern)


class Says:
    """What a message says, put by hand."""

    def __init__(self, live: Sequence[str], near: bool = False, **values: float) -> None:
        self._live, self._near, self._values = live, near, values

    def live(self, name: str) -> bool:
        return name in self._live

    def near(self, one: str, other: str) -> bool:
        return self._near and one in self._live and other in self._live

    def values(self, measure: str) -> Sequence[float]:
        return [self._values[measure]] if measure in self._values else []


@pytest.mark.parametrize(
    ("source", "said", "true"),
    [
        ("a and b", Says(["a", "b"]), True),
        ("a and b", Says(["a"]), False),
        ("a or b and c", Says(["a"]), True),
        ("(a or b) and c", Says(["a"]), False),
        ("a and not b", Says(["a"]), True),
        ("2 of (a, b, c)", Says(["a", "c"]), True),
        ("2 of (a, b or d, c and e)", Says(["c", "d"]), False),
        ("near(a, b)", Says(["a", "b"]), False),
        ("near(a, b)", Says(["a", "b"], near=True), True),
        ("temperature >= 38.5", Says([], temperature=39), True),
        ("temperature >= 38.5", Says([]), False),
        ("temperature < 38.5", Says([]), False),
        ("not temperature < 38.5", Says([]), True),
        ("3 of (a, oxygen < 92, heart_rate > 120)", Says(["a"], oxygen=88, heart_rate=130), True),
    ],
)
def test_given_an_expression_when_asked_of_a_message_then_it_means_what_it_says(
    source: str, said: Says, true: bool
) -> None:
    assert parse_expression(source).true(said) is true


@pytest.mark.parametrize(
    "source", ["", "a and", "a b", "3 of (a, b)", "pulse > 3", "near(a)", "(a", "temperature >", "a & b"]
)
def test_given_an_expression_that_means_nothing_when_read_then_it_is_refused(source: str) -> None:
    with pytest.raises(ExpressionError):
        parse_expression(source)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "concepts").mkdir()
    (tmp_path / "pictures").mkdir()
    context = config_folder() / "guardrails" / "context.toml"
    (tmp_path / "context.toml").write_text(context.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "concepts" / "a.toml").write_text(
        "[chest]\nen = ['chest']\n[pain]\nen = ['pain*']\nnot = ['painting']\n[chest_pain]\nen = ['{pain} <5> {chest}']\n"
        "[weak_immune]\nbackground = true\nen = ['chemo*']\n[child]\nmeasures = ['age_years < 16']\n",
        encoding="utf-8",
    )
    (tmp_path / "pictures" / "a.toml").write_text(
        "[heart]\nlevel = 'emergency'\ncategory = 'medical_emergency'\nwhen = ['chest_pain']\nsource = 'NHS'\n"
        "[weak]\nlevel = 'urgent'\ncategory = 'medical_emergency'\nwhen = ['weak_immune and temperature >= 38']\nsource = 'NHS'\n"
        "url = 'https://www.nhs.uk/'\nread = 2026-11-22\n"
        "[small]\nlevel = 'soon'\ncategory = 'medical_emergency'\nwhen = ['child and pain']\nsource = ''\n",
        encoding="utf-8",
    )
    return tmp_path


def test_given_rules_when_a_picture_is_said_then_its_hit_names_rule_and_source(folder: Path) -> None:
    pictures = Pictures.load(folder)

    assert [(hit.rule, hit.level, hit.source) for hit in pictures.judge("pain in my chest")] == [
        ("heart", Level.EMERGENCY, "unverified")
    ]
    assert [(hit.rule, hit.source) for hit in pictures.judge("on chemo last year, fever 38.4 now")] == [("weak", "NHS")]
    assert [hit.rule for hit in pictures.judge("my 7-year-old has pain")] == ["small"]
    assert not pictures.judge("I like painting chests")


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [
        ("concepts/b.toml", "[pain]\nen = ['ache']", "concepts/b.toml [pain]"),
        ("concepts/b.toml", "[ring]\nen = ['{round}']\n[round]\nen = ['{ring}']", "is made of itself"),
        ("concepts/b.toml", "[odd]\nen = ['{nothing} pain']", "{nothing} is not a concept"),
        ("concepts/b.toml", "[odd]\nen = ['(a']", "concepts/b.toml [odd]"),
        ("concepts/b.toml", "[odd]\nde = ['a']", "de is not known"),
        ("concepts/b.toml", "[odd]", "has no pattern"),
        ("concepts/b.toml", "[odd", "concepts/b.toml"),
        ("concepts/b.toml", "[odd]\nmeasures = ['pulse > 3']", "pulse"),
        ("pictures/b.toml", "[odd]\nlevel = 'grave'\ncategory = 'poisoning'\nwhen = ['pain']", "level is one of"),
        ("pictures/b.toml", "[odd]\nlevel = 'soon'\ncategory = 'none'\nwhen = ['pain']", "category is one of"),
        (
            "pictures/b.toml",
            "[odd]\nlevel = 'soon'\ncategory = 'poisoning'\nwhen = ['nothing']",
            "nothing is no concept",
        ),
        ("pictures/b.toml", "[odd]\nlevel = 'soon'\ncategory = 'poisoning'\nwhen = []", "when is empty"),
    ],
)
def test_given_a_wrong_rule_when_loaded_then_all_are_refused_and_the_place_is_named(
    folder: Path, file: str, text: str, said: str
) -> None:
    (folder / file).write_text(text, encoding="utf-8")

    with pytest.raises(RulesError) as caught:
        Pictures.load(folder)

    assert said in str(caught.value)
    assert "b.toml" in str(caught.value)
