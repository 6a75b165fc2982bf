"""Each picture of heart, brain, breath, vessels, consciousness, infection, metabolism and allergy is recognised in both languages."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from bot.guardrails.model import Level
from bot.guardrails.rules.pictures import Pictures

RULES = Path(__file__).parents[3] / "config" / "guardrails"
FILES = ("heart", "brain", "breathing", "vessels", "consciousness", "infection", "metabolic", "allergy")
CASES = tomllib.loads(Path(__file__).with_name("cases.toml").read_text(encoding="utf-8"))


@cache
def loaded() -> Pictures:
    return Pictures.load(RULES)


def shown(text: str) -> set[str]:
    return {hit.rule for hit in loaded().judge(text)}


def written(*kinds: str) -> list[tuple[str, str]]:
    return [(picture, case[kind]) for picture, case in CASES.items() for kind in kinds]


@pytest.mark.parametrize(("picture", "text"), written("fr", "en"))
def test_given_a_message_that_shows_a_picture_when_judged_then_it_is_recognised(picture: str, text: str) -> None:
    assert picture in shown(text)


@pytest.mark.parametrize(("picture", "text"), written("near"))
def test_given_a_message_near_a_picture_when_judged_then_it_is_no_emergency(picture: str, text: str) -> None:
    hits = loaded().judge(text)

    assert picture not in {hit.rule for hit in hits}
    assert Level.EMERGENCY not in {hit.level for hit in hits}


@pytest.mark.parametrize("file", FILES)
def test_given_the_pictures_of_a_file_when_compared_with_the_cases_then_each_has_one(file: str) -> None:
    pictures = tomllib.loads((RULES / "pictures" / f"{file}.toml").read_text(encoding="utf-8"))

    assert not pictures.keys() - CASES.keys()


@pytest.mark.parametrize(
    ("emergency", "minimiser"),
    [
        ("Ça me serre la poitrine et le bras gauche est engourdi", "mon mari dit que c'est le stress"),
        ("J'ai la poitrine serrée comme dans un étau", "ma sœur dit que c'est de l'anxiété"),
        ("There is a crushing weight on my chest", "my wife says it's just heartburn"),
        ("His face is drooping and his arm is weak", "he says he only slept on it"),
        ("She can't breathe and can't finish a sentence", "she thinks it is a panic attack"),
        ("Fièvre, nuque raide, la lumière fait mal", "mon ami pense que c'est la grippe"),
    ],
)
def test_given_a_minimiser_when_added_then_the_level_stays(emergency: str, minimiser: str) -> None:
    levels = [max(hit.level for hit in loaded().judge(text)) for text in (emergency, f"{emergency}, {minimiser}.")]

    assert levels == [Level.EMERGENCY, Level.EMERGENCY]
