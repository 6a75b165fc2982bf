"""A code is one word: no measure is read inside it, and no picture seen."""

import random
import uuid
from base64 import b64encode, urlsafe_b64encode

import pytest

from bot.guardrails.reading.measures import measures
from bot.guardrails.reading.normal import read
from bot.guardrails.rules.pictures import Pictures
from bot.settings import config_folder


@pytest.fixture(scope="module")
def pictures() -> Pictures:
    return Pictures.load(config_folder() / "guardrails")


def _codes(count: int) -> list[str]:
    chance = random.Random(7)  # noqa: S311  (reproducible, no secret)
    made = []
    for _ in range(count):
        some = chance.randbytes(chance.randint(6, 24))
        made += [some.hex(), b64encode(some).decode(), urlsafe_b64encode(some).decode(), f"CNRY{some[:8].hex()}"]
        made.append(str(uuid.UUID(bytes=chance.randbytes(16))))
    return made


def test_given_random_codes_when_judged_then_no_picture_is_seen(pictures: Pictures) -> None:
    seen = [code for code in _codes(200) if pictures.judge(f"my code is {code} thanks")]

    assert seen == []


@pytest.mark.parametrize("code", ["CNRYad994c2f30e80", "62cb00ab-5b5d-1b38-a29c-3dec5e858c49", "a34c", "c30fc33be"])
def test_given_a_code_when_measured_then_nothing_is_read_in_it(code: str) -> None:
    assert measures(read(f"ref {code}")) == []


@pytest.mark.parametrize(
    ("text", "measure", "value"),
    [
        ("HR130 and dizzy", "heart_rate", 130),
        ("T38.5C", "temperature", 38.5),
        ("sat92ra", "oxygen", 92),
        ("GCS9", "gcs", 9),
        ("BP92/60", "systolic", 92),
        ("j'ai 38,4", "temperature", 38.4),
        ("39.2 since yesterday", "temperature", 39.2),
        ("ma fille a 40,2 et tremble", "temperature", 40.2),
        ("he's 39.4 and shivering", "temperature", 39.4),
    ],
)
def test_given_a_measure_written_short_when_read_then_it_has_its_value(text: str, measure: str, value: float) -> None:
    assert {one.value for one in measures(read(text)) if one.measure == measure} == {value}


@pytest.mark.parametrize(
    "text",
    [
        "j'ai 38,5 euros",
        "Ferritin 40.2, TSH 1.2",
        "hématocrite 41,2 %",
        "my son is 38.2 kg",
        "CRP 39,5",
        "I am 38.5 weeks pregnant",
    ],
)
def test_given_a_number_of_something_else_when_read_then_it_is_no_temperature(text: str) -> None:
    assert not [one for one in measures(read(text)) if one.measure == "temperature"]
