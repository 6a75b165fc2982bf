"""The card as a script sees it: through `carnet talk`, with no model, in the general space, before any waitlist."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Outcome, run

SAID = "j'ai une douleur qui serre la poitrine et le bras gauche engourdi, mon mari dit que c'est le stress"


def talk(tmp_path: Path, *script: str, lang: str = "fr", options: tuple[str, ...] = ()) -> Outcome:
    words = ("talk", "--user", "u1", "--lang", lang, "--json", *options)
    return run(*words, state=tmp_path / "state", stdin="".join(f"{line}\n" for line in script))


def opening(text: str) -> str:
    return " ".join(re.split(r"(?<=[.!?])\s", text)[:2])


@pytest.mark.parametrize("options", [(), ("--country", "FR")], ids=["unknown", "FR"])
def test_given_chest_pain_made_light_of_when_told_then_the_french_number_opens_the_card(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    said = talk(tmp_path, SAID, options=options)

    assert said.code == 0
    (card,) = said.lines
    assert (card["type"], card["space"]) == ("message", "general")
    assert re.search(r"\b15\b", opening(card["text"]))
    assert re.search(r"\b112\b", opening(card["text"]))
    assert bool(card["buttons"]) is not bool(options)


def test_given_the_card_of_a_stranger_when_their_country_is_pressed_then_it_stays_for_the_next_run(
    tmp_path: Path,
) -> None:
    first = talk(tmp_path, SAID, "#Canada")
    second = talk(tmp_path, SAID)

    card, edited = first.lines
    (again,) = second.lines
    assert (edited["type"], edited["id"], edited["buttons"]) == ("edit", card["id"], [])
    assert "911" in opening(edited["text"])
    assert again["text"] == edited["text"]


def test_given_french_words_in_an_english_app_when_told_then_the_card_is_french(tmp_path: Path) -> None:
    (card,) = talk(tmp_path, SAID, lang="en").lines

    assert "Appelez tout de suite" in card["text"]


@pytest.mark.parametrize("country", ["Atlantis", "F", "33"])
def test_given_a_country_that_is_none_when_talking_then_it_is_wrong_usage(tmp_path: Path, country: str) -> None:
    refused = talk(tmp_path, SAID, options=("--country", country))

    assert (refused.code, refused.out) == (2, "")


def test_given_numbers_too_old_to_show_when_told_then_112_stands_in_and_nothing_else(tmp_path: Path) -> None:
    (card,) = talk(tmp_path, SAID, options=("--country", "FR", "--now", "2031-01-01T00:00:00")).lines

    assert "112" in opening(card["text"])
    assert not re.search(r"\b15\b", card["text"])
