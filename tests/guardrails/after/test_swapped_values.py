"""A number may be known and yet stand in the wrong place: beside another's date, hour, person or count."""

import pytest

from bot.guardrails.after import Answer, RecordFact, Review, Reviewer
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder

LDL = (
    RecordFact(id="1", label="LDL", value="3.4", unit="mmol/L", ref_high="3.0", date="2025-02-10"),
    RecordFact(id="2", label="LDL", value="2.7", unit="mmol/L", ref_high="3.0", date="2025-08-12"),
)
PLAN = (
    RecordFact(id="1", label="Ramipril 5 mg", value="1 tablet in the morning", date="2025-03-10"),
    RecordFact(id="2", label="Atorvastatin 40 mg", value="1 tablet in the evening", date="2025-03-10"),
)
FAMILY = (
    RecordFact(id="1", label="Creatinine (Anna)", value="71", unit="umol/L", date="2025-05-19"),
    RecordFact(id="2", label="Creatinine (Paul)", value="98", unit="umol/L", date="2025-05-19"),
)


@pytest.fixture(scope="module")
def reviewer() -> Reviewer:
    return Reviewer.load(config_folder())


def reviewed(reviewer: Reviewer, text: str, facts: tuple[RecordFact, ...], question: str = "") -> Review:
    return reviewer.review(Answer(question=Sensitive(question), text=Sensitive(text), language="en", facts=facts))


@pytest.mark.parametrize(
    ("text", "facts", "code"),
    [
        ("On 10 February 2025 your LDL was 2.7 mmol/L.", LDL, "wrong_date"),
        ("Your LDL has been above the printed limit twice. Ask your doctor.", LDL, "wrong_count"),
        ("Your record has ramipril 5 mg, 1 tablet in the evening.", PLAN, "wrong_schedule"),
        ("In the evening you have ramipril 5 mg, in the morning atorvastatin 40 mg.", PLAN, "wrong_schedule"),
        ("The creatinine was 98 umol/L for Anna and 71 umol/L for Paul.", FAMILY, "wrong_person"),
        ("Your LDL of 12 August 2025, 2.7 mmol/L, may be high.", LDL, ""),
        ("In May 2025 nothing was measured; your LDL of 2.7 mmol/L is high.", LDL, "claim_not_in_record"),
    ],
)
def test_given_a_known_number_in_another_place_when_reviewed_then_it_is_named(
    reviewer: Reviewer, text: str, facts: tuple[RecordFact, ...], code: str
) -> None:
    found = {one.code for one in reviewed(reviewer, text, facts).violations}

    assert (code in found) == bool(code)


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("On 10 February 2025 your LDL was 3.4 mmol/L, and it is 2.7 now.", LDL),
        ("Your LDL has been above the printed limit once. Ask your doctor.", LDL),
        ("Your record has ramipril 5 mg, 1 tablet in the morning.", PLAN),
        ("The creatinine was 71 umol/L for Anna and 98 umol/L for Paul.", FAMILY),
    ],
)
def test_given_a_number_in_its_own_place_when_reviewed_then_it_passes(
    reviewer: Reviewer, text: str, facts: tuple[RecordFact, ...]
) -> None:
    assert reviewed(reviewer, text, facts).verdict == "pass"


def test_given_hours_and_amounts_the_person_told_when_reckoned_with_then_only_the_right_sum_passes(
    reviewer: Reviewer,
) -> None:
    question = "I drank 330 ml, 500 ml and 250 ml today, how much is that?"

    assert reviewed(reviewer, "That makes 1080 ml in all.", (), question).verdict == "pass"
    assert reviewed(reviewer, "That makes 1180 ml in all.", (), question).verdict != "pass"


def test_given_two_records_in_turn_when_reviewed_then_none_lends_its_numbers_to_the_other(reviewer: Reviewer) -> None:
    text = "On 12 August 2025 your LDL was 2.7 mmol/L."

    verdicts = [reviewed(reviewer, text, facts).verdict == "pass" for facts in (LDL, FAMILY, LDL, ())]

    assert verdicts == [True, False, True, False]
