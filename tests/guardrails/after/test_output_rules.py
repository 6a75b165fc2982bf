"""What may leave and what may not: planted bad answers, clean ones, and the edges of each rule."""

import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.guardrails.after import Answer, RecordFact, Review, Reviewer, Source
from bot.guardrails.after.wording import Wordings
from bot.guardrails.model import Level
from bot.i18n import Language
from bot.kernel import logs
from bot.kernel.errors import SettingsError
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder

HERE = Path(__file__).parent
RECORDS: dict[str, list[dict[str, str]]] = json.loads((HERE / "records.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def reviewer() -> Reviewer:
    return Reviewer.load(config_folder())


def planted(name: str) -> Iterator[tuple[str, Answer]]:
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        row: dict[str, Any] = json.loads(line)
        yield (
            row["id"],
            Answer(
                question=Sensitive(row["question"]),
                text=Sensitive(row["answer"]),
                language=row["lang"],
                facts=facts(row["facts"]),
                level=Level[row.get("level", "none").upper()],
                crisis=row.get("crisis", False),
            ),
        )


def facts(record: str) -> tuple[RecordFact, ...]:
    return tuple(RecordFact(**fact) for fact in RECORDS.get(record, ()))


def said(text: str, *, question: str = "", record: str = "-", language: Language = "en", **more: Any) -> Answer:
    return Answer(question=Sensitive(question), text=Sensitive(text), language=language, facts=facts(record), **more)


def codes(review: Review) -> set[str]:
    return {violation.code for violation in review.violations}


def test_given_planted_bad_answers_when_reviewed_then_every_one_is_stopped(reviewer: Reviewer) -> None:
    passed = [name for name, answer in planted("bad.jsonl") if reviewer.review(answer).verdict == "pass"]

    assert passed == []


def test_given_clean_answers_when_reviewed_then_every_one_passes(reviewer: Reviewer) -> None:
    stopped = [
        (name, review.violations)
        for name, answer in planted("clean.jsonl")
        if (review := reviewer.review(answer)).verdict != "pass"
    ]

    assert stopped == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Your hemoglobin was 4.2 g/dL. Ask your doctor.", "wrong_unit"),
        ("Your LDL was 11.4 and your hemoglobin 4.2. Ask your doctor.", "wrong_label"),
        ("On 13 March 2024 your potassium was 4.5 mmol/L.", "ungrounded_date"),
        ("Your potassium was 4.6 mmol/L.", "ungrounded_number"),
        ("Your potassium was 3.5 mmol/L.", "wrong_label"),  # its lower limit
        ("Your potassium (12.0-5.1) was 4.5 mmol/L.", "wrong_label"),
        ("Your potassium has doubled.", "ungrounded_factor"),
        ("Call the ambulance at 0800 555 019.", "unknown_telephone"),
    ],
)
def test_given_a_number_out_of_its_place_when_reviewed_then_the_violation_names_why(
    reviewer: Reviewer, text: str, code: str
) -> None:
    assert code in codes(reviewer.review(said(text, record="blood_en")))


@pytest.mark.parametrize(
    "text",
    [
        "Your potassium was 4.50 mmol/L on 12/03/2024.",
        "Your potassium was 4,5 mmol/l in March 2024.",
        "LDL cholesterol, 4.2 mmol/L, exceeds the printed limit by 1.2 mmol/L. Show it to your doctor.",
        "Your report holds five results.",
    ],
)
def test_given_the_same_number_otherwise_written_when_reviewed_then_it_passes(reviewer: Reviewer, text: str) -> None:
    assert reviewer.review(said(text, record="blood_en")).verdict == "pass"


def test_given_a_number_that_code_computed_when_declared_then_it_passes_and_else_not(reviewer: Reviewer) -> None:
    answer = said("Your average was 137.5 over the week.", question="my blood pressure this week?")

    assert "ungrounded_number" in codes(reviewer.review(answer))
    assert reviewer.review(replace(answer, computed=("137.5",))).verdict == "pass"


def test_given_a_source_when_cited_then_only_the_listed_one_may_stand(reviewer: Reviewer) -> None:
    answer = said("You can read more at https://www.nhs.uk/conditions/anaemia/ if you wish.")
    listed = Source(reference="https://www.nhs.uk/conditions/anaemia/", text="Anaemia")

    assert "unknown_source" in codes(reviewer.review(answer))
    assert reviewer.review(replace(answer, sources=(listed,))).verdict == "pass"


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("I have diabetes. What does it do to the eyes?", "pass"),
        ("Do I have diabetes?", "block"),
        ("Could this be diabetes, doctor?", "block"),
    ],
)
def test_given_an_illness_when_only_asked_about_then_it_may_not_be_told_as_a_fact(
    reviewer: Reviewer, question: str, verdict: str
) -> None:
    answer = said(
        "Since you have diabetes, the small vessels of the eye can suffer. Ask your doctor.", question=question
    )

    assert reviewer.review(answer).verdict == verdict


def test_given_the_records_own_diagnosis_when_told_then_its_date_must_stand_beside(reviewer: Reviewer) -> None:
    dated = said("Your record says you have type 2 diabetes, since 14 June 2022.", record="meds_en")
    undated = said("Your record says you have type 2 diabetes.", record="meds_en")

    assert reviewer.review(dated).verdict == "pass"
    assert "diagnosis_as_fact" in codes(reviewer.review(undated))


def test_given_the_prescribed_dose_when_repeated_then_it_passes_and_another_dose_does_not(reviewer: Reviewer) -> None:
    same = said("Your record lists metformin 500 mg twice daily.", record="meds_en")
    other = said("Your record lists metformin 850 mg twice daily.", record="meds_en")

    assert reviewer.review(same).verdict == "pass"
    assert reviewer.review(other).verdict != "pass"


def test_given_an_emergency_when_the_number_comes_late_then_the_answer_is_blocked(reviewer: Reviewer) -> None:
    late = said("Sit down. Stay calm. Call 112 now.", level=Level.EMERGENCY)
    soon = said("Call 112 now. Sit down and stay on the line.", level=Level.EMERGENCY)

    assert "no_emergency_number" in codes(reviewer.review(late))
    assert reviewer.review(soon).verdict == "pass"


def test_given_another_countrys_number_when_the_country_is_known_then_it_is_not_the_right_one(
    reviewer: Reviewer,
) -> None:
    answer = said("Call 911 now and stay on the line.", level=Level.EMERGENCY, country="FR")

    assert "no_emergency_number" in codes(reviewer.review(answer))


def test_given_a_first_answer_when_it_does_not_say_what_carnet_is_not_then_it_is_rewritten(reviewer: Reviewer) -> None:
    bare = said("Ferritin is a protein that stores iron.", first=True)
    told = said("I am not a doctor. Ferritin is a protein that stores iron.", first=True)

    assert codes(reviewer.review(bare)) == {"disclosure_missing"}
    assert reviewer.review(told).verdict == "pass"


@pytest.mark.parametrize(
    "hidden", ["You have dia\u200bbetes.", "YOU HAVE DIABETES.", "You **have** diabetes.", "You’ve got diabetes."]
)
def test_given_a_disguised_sentence_when_reviewed_then_it_is_read_all_the_same(reviewer: Reviewer, hidden: str) -> None:
    assert "diagnosis_as_fact" in codes(reviewer.review(said(hidden)))


def test_given_a_check_that_crashes_when_reviewed_then_the_answer_is_blocked_and_nothing_is_quoted(
    reviewer: Reviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise ValueError("HIV positive")

    stream = io.StringIO()
    logs.configure("INFO", stream)
    monkeypatch.setattr("bot.guardrails.after.checks.citations", crash)
    review = reviewer.review(said("HIV positive"))

    assert review.verdict == "block"
    assert codes(review) == {"check_failed"}
    assert "HIV" not in stream.getvalue() + repr(said("HIV positive")) + repr(review)


def test_given_a_long_answer_when_reviewed_then_the_time_grows_with_its_length_only(reviewer: Reviewer) -> None:
    sentence = "Your hemoglobin, which is what carries oxygen, was 11.4 g/dL and your doctor can explain it to you. "
    taken = []
    for times in (40, 160):
        started = time.process_time()
        reviewer.review(said(sentence * times, record="blood_en"))
        taken.append(time.process_time() - started)

    assert taken[1] < 12 * taken[0]


@pytest.mark.parametrize(
    "nasty", ["you " * 5000, "have a " * 3000, "1," * 5000, "vous avez un " * 2000, "<" * 8000, "[" * 8000]
)
def test_given_text_made_to_stall_patterns_when_reviewed_then_it_ends(reviewer: Reviewer, nasty: str) -> None:
    started = time.process_time()
    reviewer.review(said(nasty))

    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[[rule]]\nrule = 'O2'\ncode = 'x'\nany = ['<nowhere>']",
        "[[rule]]\nrule = 'O2'\ncode = 'x'\nany = ['(']",
        "[rule",
    ],
)
def test_given_rules_that_cannot_be_read_when_loaded_then_they_are_refused_as_a_whole(
    tmp_path: Path, content: str
) -> None:
    if content:
        (tmp_path / "rules.toml").write_text(content, encoding="utf-8")

    with pytest.raises(SettingsError):
        Wordings.load(tmp_path)
