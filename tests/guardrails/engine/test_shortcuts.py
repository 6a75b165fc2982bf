"""What is not looked at because it cannot matter: with every shortcut the same is found as without."""

import json
import random
from collections.abc import Sequence
from functools import cache

import pytest

from bot.guardrails.before import Emergencies
from bot.guardrails.model import Hit, Level
from bot.guardrails.reading import measures as reading
from bot.guardrails.reading.measures import measures
from bot.guardrails.reading.normal import read
from bot.guardrails.rules import signs
from bot.guardrails.rules.pictures import Pictures
from bot.guardrails.rules.signs import Signs
from bot.settings import config_folder


@cache
def _messages() -> list[str]:
    files = sorted((config_folder() / "evals" / "dev").glob("*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]
    return [text for line in lines if isinstance(text := line.get("text"), str)]


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures.load(config_folder() / "guardrails")


def _sends(dice: random.Random) -> list[str]:
    """Give two messages as somebody sends them who sends a few words at a time."""
    sends: list[str] = []
    for message in dice.sample(_messages(), 2):
        words = message.split()
        cuts = sorted(dice.sample(range(1, len(words)), min(2, len(words) - 1)))
        sends += [" ".join(words[start:end]) for start, end in zip([0, *cuts], [*cuts, len(words)], strict=True)]
    return sends


def _judged(pictures: Pictures, sends: Sequence[str]) -> list[Sequence[Hit]]:
    gate = Emergencies(pictures)
    return [gate.judge(text, recent=sends[:place]) for place, text in enumerate(sends)]


def test_given_messages_in_pieces_when_their_signs_are_remembered_then_the_same_pictures_are_seen(
    pictures: Pictures, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [_sends(random.Random(seed)) for seed in range(150)]  # noqa: S311
    quick = [_judged(pictures, sends) for sends in told]
    monkeypatch.setattr(pictures, "may_show", lambda _messages: True)

    assert quick == [_judged(pictures, sends) for sends in told]
    assert sum(bool(hits) for judged in quick for hits in judged) > len(told) // 4


def test_given_messages_that_name_too_little_when_asked_then_nothing_is_looked_for(pictures: Pictures) -> None:
    sends = ["what a nice evening", "the bus was late", "see you on Monday"]
    for text in sends:
        pictures.judge(text)

    assert not pictures.may_show(sends)
    assert pictures.may_show([*sends, "never judged"])


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("Désolé de vous déranger, si jamais", "my son isn`t breathing"),
        ("what if – hypothetically", "he won`t wake up"),
    ],
)
def test_given_a_danger_beside_other_letters_when_remembered_then_it_is_no_less_urgent(
    pictures: Pictures, before: str, now: str
) -> None:
    alone, (_, beside) = _judged(pictures, [now]), _judged(pictures, [before, now])

    assert max(hit.level for hit in beside) == max(hit.level for hit in alone[0]) == Level.EMERGENCY


def test_given_messages_of_long_ago_when_another_is_judged_then_nothing_of_them_is_remembered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = Signs()
    kept.put("first", {"fever"})
    kept.put("first", {"fever", "rash"})
    before = kept.get("first")
    monkeypatch.setattr(signs, "_FOR", 0)
    kept.put("second", {"cough"})

    assert before == frozenset({"fever", "rash"})
    assert (kept.get("first"), kept.get("second")) == (None, frozenset({"cough"}))


def test_given_a_number_and_what_it_measures_when_sent_apart_then_it_is_looked_at(pictures: Pictures) -> None:
    sends = ["he has had it for 3", "days, my son"]
    for text in sends:
        pictures.judge(text)

    assert pictures.may_show(sends)


def test_given_every_message_we_have_when_readers_are_chosen_by_words_then_no_measure_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [read(message) for message in _messages()]
    quick = [measures(text) for text in texts]
    monkeypatch.setattr(reading, "_asked", lambda _text: reading._NEEDS)

    assert quick == [measures(text) for text in texts]


@pytest.mark.parametrize(
    "text",
    [
        *(f"{name} 98.6 or 40 or 120" for name in reading._TEMPERATURE_NAMES[3:-1].split("|")),
        *(f"{name} 120 / 80" for name in reading._PRESSURE_NAMES[3:-1].split("|")),
        *(
            f"{name.replace('?', '')} 50"
            for names in (reading._HEART_NAMES, reading._BREATH_NAMES, reading._OXYGEN_NAMES, reading._SUGAR_NAMES)
            for name in names[3:-1].split("|")
        ),
        *("he has 98.6", "38.5", "il fait 40", "it is 39 °", "102 f", "150 sur 95 de tension", "15 over 9 bp", "92 % on air"),
        *("28 degreesC", "dehors, 28 degrésC", "190 battementsmin", "200 beatsmin", "80 breathsminute", "12 cyclesmin", "30 respmin"),
        *("140 bpm", "30 breaths a minute", "30 fois par minute", "20 mmol / l glucose", "sbp 80", "x-temp 39"),
    ],
)  # fmt: skip
def test_given_each_way_to_name_a_measure_when_read_then_the_words_chosen_by_let_it_through(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick = measures(read(text))
    monkeypatch.setattr(reading, "_asked", lambda _text: reading._NEEDS)

    assert quick == measures(read(text))
