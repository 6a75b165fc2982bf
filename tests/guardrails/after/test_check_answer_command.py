"""`carnet check-answer` as scripts run it."""

import json
import subprocess
import sys
from pathlib import Path

CARNET = Path(sys.executable).with_name("carnet")


def run(stdin: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CARNET, "check-answer", *options], input=stdin, capture_output=True, encoding="utf-8", timeout=120, check=False
    )


def test_given_answers_without_optional_fields_when_checked_then_each_gets_a_verdict() -> None:
    lines = [
        {"id": 1, "question": "my LDL?", "answer": "You have diabetes.", "facts": [], "lang": "en"},
        {"id": "b", "answer": "Bonjour ! Que puis-je faire pour vous ?"},
        {"id": "c", "question": "LDL ?", "answer": "Votre LDL est à 4,2.", "facts": [{"label": "LDL", "value": 4.2}]},
    ]
    done = run("\n".join(map(json.dumps, lines)), "--json")

    assert done.returncode == 0
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert (first["id"], first["verdict"]) == (1, "block")
    assert {"rule": "O3", "code": "diagnosis_as_fact"} in first["violations"]
    assert second == {"id": "b", "verdict": "pass", "violations": []}
    assert third["verdict"] == "pass"


def test_given_a_line_that_is_no_answer_when_checked_then_earlier_ones_are_answered_and_one_line_complains() -> None:
    done = run('{"id": 1, "answer": "Hello."}\n{"id": 2, "answer": HIV}\n', "--json")

    assert done.returncode == 1
    assert len(done.stdout.splitlines()) == 1
    assert done.stderr.splitlines() == ["carnet: line 2: not JSON"]


def test_given_no_json_option_when_checked_then_a_table_shows_the_rules_and_no_text() -> None:
    done = run('{"id": "a1", "answer": "You have leukemia."}\n')

    assert done.returncode == 0
    assert "block" in done.stdout
    assert "leukemia" not in done.stdout
