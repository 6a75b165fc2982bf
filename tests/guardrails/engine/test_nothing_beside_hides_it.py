"""What stands beside a complaint hides nothing of it, and no message makes the gate fail."""

import json
from functools import cache

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.guardrails.before import Gate
from bot.guardrails.model import Level
from bot.settings import config_folder

COMPLAINTS = [
    "crushing chest pain down my left arm, sweating",
    "his face droops and his speech is slurred",
    "grosse douleur dans la poitrine qui va dans le bras gauche, je transpire",
    "sa bouche est tombée d'un côté et il parle mal",
]
BESIDE = [
    "same thing in a film",
    "I saw the same in a movie last week",
    "normal blood test last month",
    "my aunt had that in 2015",
    "last year my ecg was normal",
    "I read about it in a book",
    "comme dans un film",
    "j'ai vu la même chose dans une série",
    "prise de sang normale le mois dernier",
    "ma tante a eu ça en 2015",
    "l'an dernier mon ecg était normal",
]


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate.load(config_folder() / "guardrails")


@cache
def _messages() -> list[str]:
    files = sorted((config_folder() / "evals" / "dev").glob("*.jsonl"))
    lines = [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines() if line]
    return [text for line in lines if isinstance(text := line.get("text"), str)]


@pytest.mark.parametrize("beside", BESIDE)
@pytest.mark.parametrize("complaint", COMPLAINTS)
def test_given_a_complaint_when_a_film_or_a_past_stands_beside_it_then_it_stays_an_emergency(
    gate: Gate, complaint: str, beside: str
) -> None:
    assert gate.before(f"{complaint} {beside}").level == Level.EMERGENCY


def test_given_a_medicine_of_two_days_when_judged_then_nothing_fails(gate: Gate) -> None:
    said = gate.before("took about 20 paracetamol over yesterday and today for toothache, feel fine")

    assert said.rule != "fault"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_given_a_message_cut_and_mixed_when_judged_then_no_check_fails(gate: Gate, data: st.DataObject) -> None:
    messages = _messages()
    one, other = data.draw(st.sampled_from(messages)), data.draw(st.sampled_from(messages))
    cut, at = data.draw(st.integers(0, len(one))), data.draw(st.integers(0, len(other)))
    between = data.draw(
        st.sampled_from(["", " ", "\n", ", ", "? ", " not ", " in a film ", " en 2015 ", " sans "])
        | st.text(max_size=6)
    )
    recent = data.draw(st.lists(st.sampled_from(messages), max_size=2))

    said = gate.before(one[:cut] + between + other[at:], recent=recent)

    assert "fault" not in {said.rule, *(hit.rule for hit in said.hits)}
