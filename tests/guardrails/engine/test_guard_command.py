"""`carnet guard`: a JSON line in, a JSON line out, and one clear line for what cannot be read."""

import json
import subprocess
import sys

CALM = {"level": "none", "category": "none", "rule": "", "also": [], "source": ""}


def guard(text: str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", "guard", *options]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False, timeout=60)


def test_given_messages_when_guarded_then_each_has_a_line_in_order() -> None:
    asked = [
        {"id": "a", "text": "bonjour", "lang": "fr", "country": "FR"},
        {"id": 2, "text": "crushing chest pain going down my left arm"},
    ]

    ended = guard("\n".join(map(json.dumps, asked)) + "\n\n", "--json")

    first, second = [json.loads(line) for line in ended.stdout.splitlines()]
    assert ended.returncode == 0
    assert first == {"id": "a", **CALM}
    assert (second["id"], second["level"], second["category"]) == (2, "emergency", "medical_emergency")
    assert second["rule"]


def test_given_a_bad_line_when_guarded_then_those_before_it_are_answered_and_its_number_is_named() -> None:
    ended = guard('{"id": 1, "text": "hello"}\n{"id": 2, "text": secret}\n{"id": 3, "text": "hi"}\n', "--json")

    assert [json.loads(line)["id"] for line in ended.stdout.splitlines()] == [1]
    assert ended.returncode == 1
    assert ended.stderr == "carnet: line 2: not JSON\n"


def test_given_a_message_when_explained_then_the_signs_their_statuses_and_numbers_are_shown() -> None:
    ended = guard('{"id": "x", "text": "I had no chest pain yesterday. Chest pain now. BP 82/40"}\n', "--explain")

    assert ended.returncode == 0
    assert "chest_pain: denied" in ended.stdout
    assert "chest_pain: live" in ended.stdout
    assert "systolic = 82: live" in ended.stdout
    assert "sounds like emergency: " in ended.stdout


def test_given_messages_when_guarded_for_people_then_a_table_shows_them() -> None:
    ended = guard('{"id": "x1", "text": "bonjour"}\n')

    assert "x1" in ended.stdout
    assert "none" in ended.stdout
