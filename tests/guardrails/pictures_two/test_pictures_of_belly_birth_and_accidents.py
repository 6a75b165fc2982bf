"""Every picture is shown by a French and an English message; its harmless neighbours never raise an emergency."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from bot.guardrails.model import Level
from bot.guardrails.rules.pictures import Pictures

HERE = Path(__file__).parent
RULES = Path(__file__).parents[3] / "config" / "guardrails"
TOPICS = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in sorted(HERE.glob("*.toml"))}


@cache
def rules() -> Pictures:
    return Pictures.load(RULES)


SHOWN = [
    pytest.param(picture, texts[language], id=f"{topic}-{picture}-{language}")
    for topic, cases in TOPICS.items()
    for picture, texts in cases["shown"].items()
    for language in ("fr", "en")
]
NEAR = [
    pytest.param(topic, text, id=f"{topic}-{number}")
    for topic, cases in TOPICS.items()
    for number, text in enumerate(cases["near"], 1)
]


@pytest.mark.parametrize(("picture", "text"), SHOWN)
def test_given_a_message_that_shows_a_picture_when_judged_then_that_picture_fires(picture: str, text: str) -> None:
    assert picture in {hit.rule for hit in rules().judge(text)}


@pytest.mark.parametrize(("topic", "text"), NEAR)
def test_given_a_harmless_neighbour_when_judged_then_no_picture_of_its_topic_raises_an_emergency(
    topic: str, text: str
) -> None:
    raised = {hit.rule for hit in rules().judge(text) if hit.level is Level.EMERGENCY}

    assert not raised & TOPICS[topic]["shown"].keys()


@pytest.mark.parametrize("topic", TOPICS)
def test_given_a_topic_when_its_pictures_are_listed_then_each_is_shown_here(topic: str) -> None:
    pictures = tomllib.loads((RULES / "pictures" / f"{topic}.toml").read_text(encoding="utf-8"))

    assert pictures.keys() == TOPICS[topic]["shown"].keys()
