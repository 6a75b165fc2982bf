"""The commands as a terminal or a script sees them: sentences, JSON, one line of error, exit codes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from rollout.__main__ import build


class Shell:
    """Runs `python -m rollout --url …` in this process."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, *words: str) -> Result:
        return CliRunner().invoke(build(), ["--url", self.url, *words])

    def json(self, *words: str) -> object:
        ran = self(*words, "--json")
        assert ran.exit_code == 0, ran.stderr
        return json.loads(ran.stdout)


@pytest.fixture
def empty(database_url: str) -> Shell:
    return Shell(database_url)


@pytest.fixture
def shell(empty: Shell) -> Shell:
    """A waitlist of one seat."""
    assert empty("upgrade").exit_code == 0
    assert empty("waitlist", "create", "--capacity", "1").exit_code == 0
    return empty


def test_given_a_waitlist_when_people_join_and_one_is_admitted_then_json_tells_all_of_it(shell: Shell) -> None:
    joined = shell.json("waitlist", "join", "m1", "--lang", "fr", "--country", "FR", "--notify")
    shell.json("waitlist", "join", "m2")
    admitted = shell.json("waitlist", "admit", "m2", "--by", "alice", "--reason", "beta")

    assert isinstance(joined, dict)
    assert joined == shell.json("waitlist", "status", "m1")
    assert (joined["member"], joined["state"], joined["position"]) == ("m1", "WAITING", [1, 10])
    assert isinstance(admitted, dict)
    assert (admitted["state"], admitted["position"], admitted["enrolled"]) == ("INVITED", None, False)
    assert shell.json("waitlist", "show") == {
        "slug": "health",
        "capacity": 1,
        "seats_used": 1,
        "open": True,
        "counts": {"WAITING": 1, "INVITED": 1},
    }
    listed = shell.json("waitlist", "list", "--state", "waiting")
    assert listed == [
        {
            "seq": 1,
            "member": "m1",
            "state": "WAITING",
            "joined_at": joined["joined_at"],
            "lang": "fr",
            "country": "FR",
            "platform": None,
        }
    ]


def test_given_a_person_at_the_terminal_when_asking_then_sentences_and_a_table_answer(shell: Shell) -> None:
    assert shell("waitlist", "join", "[red]m1").stdout == "[red]m1: waiting, place 1 to 10\n"
    assert shell("waitlist", "status", "m2").stdout == "m2: not on the list\n"
    assert shell("waitlist", "show").stdout == "health: 0 of 1 seats taken\n  waiting: 1\n"
    assert "[red]m1" in shell("waitlist", "list").stdout


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["show", "--slug", "nothing"], "Error: there is no waitlist 'nothing'"),
        (["admit", "m2", "--by", "alice", "--reason", "beta"], "Error: every seat is taken"),
        (["create", "--capacity", "0"], "Error: 1 seats are taken, capacity cannot become 0"),
        (["admit", "m2", "--by", " ", "--reason", "beta"], "Error: who decides (by) must be 1 to 64 characters"),
        (["join", "m2", "--lang", "not a code"], "Error: a stratum is a code of 1 to 16 letters, digits, - or _"),
    ],
)
def test_given_a_full_list_when_refused_then_one_line_on_stderr_and_exit_code_1(
    shell: Shell, words: list[str], line: str
) -> None:
    shell("waitlist", "admit", "m1", "--by", "alice", "--reason", "beta")

    ran = shell("waitlist", *words)

    assert (ran.exit_code, ran.stdout, ran.stderr) == (1, "", line + "\n")


@pytest.mark.parametrize(
    "words", [[], ["waitlist", "admit", "m1"], ["waitlist", "create", "--capacity", "-1"], ["waitlist", "list", "-x"]]
)
def test_given_wrong_usage_when_run_then_exit_code_2(empty: Shell, words: list[str]) -> None:
    ran = empty(*words)

    assert ran.exit_code == 2


def test_given_a_database_never_upgraded_when_asked_then_the_line_says_what_to_run(empty: Shell) -> None:
    ran = empty("waitlist", "show")

    assert (ran.exit_code, ran.stderr.count("\n")) == (1, 1)
    assert "run `python -m rollout upgrade`" in ran.stderr


@pytest.mark.parametrize(
    "url",
    [
        "sqlite+aiosqlite:////no/such/folder/canary.db",
        "sqlite+aiosqlite:///:memory:",
        "sqlite:///canary.db",
        "nonsense-canary",
        "mysql+canary://host/name",
        "postgresql+psycopg://canary:canary@127.0.0.1:9/canary",
    ],
)
@pytest.mark.parametrize("words", [["upgrade"], ["waitlist", "show"]])
def test_given_a_url_that_cannot_be_opened_when_run_then_one_line_without_the_url(url: str, words: list[str]) -> None:
    ran = Shell(url)(*words)

    assert (ran.exit_code, ran.stderr.count("\n")) == (1, 1)
    assert ran.stderr.startswith("Error: ")
    assert "canary" not in ran.stderr


def test_given_a_file_that_is_no_database_when_asked_then_one_line_says_so(tmp_path: Path) -> None:
    file = tmp_path / "canary.db"
    file.write_bytes(b"not a database " * 100)
    ran = subprocess.run(
        [sys.executable, "-m", "rollout", "--url", f"sqlite+aiosqlite:///{file}", "waitlist", "show"],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[2],
        text=True,
    )

    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "Error: the database could not be opened (DatabaseError)\n"


def test_given_a_real_process_when_it_makes_a_database_then_nobody_else_may_read_the_file(tmp_path: Path) -> None:
    file = tmp_path / "rollout.db"
    ran = subprocess.run(
        [sys.executable, "-m", "rollout", "upgrade"],
        env={"ROLLOUT_URL": f"sqlite+aiosqlite:///{file}"},
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[2],
        text=True,
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert file.stat().st_mode & 0o077 == 0
