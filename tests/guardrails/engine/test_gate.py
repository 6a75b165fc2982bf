"""The gate: every check asked, none able to fall silent, messages that complete each other, and time that stays linear."""

import random
import time
from collections.abc import Sequence

import pytest

from bot.guardrails.before import Emergencies, Gate
from bot.guardrails.model import Hit, Level
from bot.guardrails.reading.normal import Words
from bot.guardrails.rules.pictures import Pictures
from bot.settings import config_folder


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures.load(config_folder() / "guardrails")


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate.load(config_folder() / "guardrails")


class Crashes:
    """A check with a fault."""

    def judge(
        self, text: str, *, recent: Sequence[str] = (), risk: bool = False, words: Words | None = None
    ) -> Sequence[Hit]:
        raise KeyError(text)


class Remembers:
    """A check that says nothing and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, tuple[str, ...], bool]] = []

    def judge(
        self, text: str, *, recent: Sequence[str] = (), risk: bool = False, words: Words | None = None
    ) -> Sequence[Hit]:
        self.asked.append((text, tuple(recent), risk))
        return []


@pytest.mark.parametrize(
    "text",
    [
        "j'ai une douleur qui serre la poitrine et le bras gauche engourdi, mon mari dit que c'est le stress",
        "crushing chest pain going down my left arm, sweating, my wife says it's nothing",
    ],
)
def test_given_a_minimised_emergency_when_judged_then_it_is_one(gate: Gate, text: str) -> None:
    judged = gate.before(text)

    assert (judged.level, judged.category) == (Level.EMERGENCY, "medical_emergency")
    assert judged.stops


@pytest.mark.parametrize(
    "text",
    [
        "crushing chest pain and left arm numb, I had a heart attack 2 years ago, I'm fine now it's nothing",
        "Crushing chest pain going to the jaw. The doctor saw him last year. He says he is ok now.",
        "Mon père a une douleur qui serre la poitrine, il a fait un infarctus il y a deux ans. Il dit que ça va maintenant.",
        "Ma fille a 40 de fièvre, la nuque raide, des taches violettes. Le médecin l'a vue hier, il dit que tout va bien.",
    ],
)
def test_given_an_emergency_with_a_past_that_ended_well_when_judged_then_it_is_still_one(gate: Gate, text: str) -> None:
    assert gate.before(text).level is Level.EMERGENCY


@pytest.mark.parametrize(
    "text", ["bonjour", "", "   ", "what is a good recipe for lentils?", "\x00", "🙂", "((((", "{pain}"]
)
def test_given_an_ordinary_or_odd_message_when_judged_then_it_is_calm(gate: Gate, text: str) -> None:
    assert gate.before(text).level is Level.NONE


def test_given_a_check_that_crashes_when_judged_then_it_counts_as_urgent_and_the_others_are_asked() -> None:
    after = Remembers()

    judged = Gate([Crashes(), after]).before("words")

    assert (judged.level, judged.category, judged.rule) == (Level.URGENT, "medical_emergency", "fault")
    assert after.asked == [("words", (), False)]


def test_given_a_very_long_message_when_judged_then_both_ends_are_read() -> None:
    check = Remembers()

    Gate([check]).before("a" * 15_000 + "b" * 15_000, recent=[str(number) for number in range(9)], risk=True)

    text, recent, risk = check.asked[0]
    assert text == "a" * 10_000 + "\n" + "b" * 10_000
    assert (recent, risk) == (("4", "5", "6", "7", "8"), True)


def test_given_a_picture_in_two_messages_when_the_second_comes_then_it_completes_it(pictures: Pictures) -> None:
    emergencies = Emergencies(pictures)
    first, second = "j'ai une douleur qui serre", "dans la poitrine et le bras gauche"

    alone = max((hit.level for hit in emergencies.judge(second)), default=Level.NONE)
    together = max(hit.level for hit in emergencies.judge(second, recent=["bonjour", first]))

    assert alone < together == Level.EMERGENCY


def test_given_an_emergency_already_told_when_something_else_follows_then_it_is_not_told_again(
    pictures: Pictures,
) -> None:
    told = ["crushing chest pain going down my left arm, sweating"]

    assert not Emergencies(pictures).judge("thanks, what time is it?", recent=told)


_BAD = (
    "pain chest ", "no fever, or ", "my left arm numb can not breathe pain in chest severe ", "quatre vingt ", "bp 120/ ",
    "what if i have a history of ", "sugar is ", "n't ", "((", "~", "1 ", "a",
)  # fmt: skip


@pytest.mark.parametrize("part", _BAD)
def test_given_hostile_repetition_when_four_times_longer_then_it_takes_no_more_than_linear_time(
    pictures: Pictures, part: str
) -> None:
    text = part * (20_000 // len(part))
    pictures.judge(text[:2000])  # what is worked out once

    short = min(_cpu(pictures, text[:5_000]) for _ in range(2))
    long = min(_cpu(pictures, text) for _ in range(2))

    assert long < 4 * 3 * short + 0.05  # linear, with room for a busy machine; a square would be 16


def test_given_random_text_when_judged_then_nothing_breaks(pictures: Pictures) -> None:
    chance = random.Random(7)  # noqa: S311  (a fixed sequence of test words)
    words = [
        "no",
        "pain",
        "chest",
        "38,5",
        "12/8",
        "née",
        "can't",
        "«",
        "?",
        "\n",
        "…",
        "bébé",
        "2",
        "mois",
        ":",
        "in 2015",
        "👶🏽",
        "'",
        "-",
    ]

    for _ in range(300):
        pictures.judge("".join(chance.choice(words) + chance.choice(["", " "]) for _ in range(chance.randint(0, 60))))


def _cpu(pictures: Pictures, text: str) -> float:
    started = time.process_time()
    pictures.judge(text)
    return time.process_time() - started
