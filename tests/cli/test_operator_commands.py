"""The operator's commands: doctor says what is wrong and fails, rollout refuses in one line, wrong usage is 2."""

import shutil
import socket
from pathlib import Path

import pytest

from bot.chat.reception import FrontDesk
from bot.kernel.errors import SettingsError
from bot.settings import TelegramSettings
from bot.telegram import Gateway
from tests.cli.conftest import Outcome, run, talk

STORES = ("MAIN", "MAIN_KEYS", "HEALTH", "HEALTH_KEYS")


@pytest.fixture(scope="module")
def sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state in which something is sealed; tests take copies."""
    state = tmp_path_factory.mktemp("sealed") / "state"
    assert talk("hello", user="u1", lang="en", admit=True, state=state).code == 0
    return state


@pytest.fixture
def used(sealed: Path, state: Path) -> Path:
    shutil.copytree(sealed, state)
    shutil.copytree(sealed.with_name("state-keys"), state.with_name("state-keys"))
    return state


def levels(outcome: Outcome) -> dict[str, str]:
    return {finding["check"]: finding["level"] for finding in outcome.data}


def wrong(outcome: Outcome) -> set[str]:
    return {check for check, level in levels(outcome).items() if level == "error"}


def test_given_a_sound_state_when_examined_then_nothing_is_wrong(used: Path) -> None:
    sound = run("doctor", "--json", "--state", used, state=used)

    assert (sound.code, sound.err) == (0, "")
    assert wrong(sound) == set()
    assert levels(sound)["migrations"] == "ok"
    assert levels(sound)["telegram"] == "warning"  # no token is no fault: the demo needs none
    assert {tuple(finding) for finding in sound.data} == {("check", "level", "advice")}
    assert all(finding["advice"] for finding in sound.data)


def test_given_nothing_yet_when_examined_then_it_is_ready_to_start(state: Path) -> None:
    fresh = run("doctor", "--json", state=state)

    assert fresh.code == 0
    assert wrong(fresh) == set()


def test_given_keys_inside_the_data_when_examined_then_it_fails_and_says_what_to_set(used: Path) -> None:
    keys = used / "keys"
    shutil.move(used.with_name("state-keys"), keys)

    beside = run("doctor", "--json", state=used, CARNET_KEK__FOLDER=str(keys))

    assert beside.code == 1
    assert wrong(beside) == {"keys apart"}
    assert "CARNET_KEK__FOLDER" in beside.out


def test_given_sealed_rows_and_no_key_when_examined_then_it_fails_and_makes_no_new_one(used: Path) -> None:
    keys = used.with_name("state-keys")
    (keys / "health.kek").unlink()

    lost = run("doctor", "--json", state=used)

    assert lost.code == 1
    assert wrong(lost) == {"key-encryption key health"}
    assert "put the key-encryption key back" in lost.out
    assert not (keys / "health.kek").exists()


def test_given_another_s_key_when_examined_then_it_fails(used: Path) -> None:
    keys = used.with_name("state-keys")
    (keys / "health.kek").chmod(0o600)
    (keys / "health.kek").write_text("ab" * 32)

    foreign = run("doctor", "--json", state=used)

    assert foreign.code == 1
    assert wrong(foreign) == {"key-encryption key health"}


def test_given_an_unreachable_postgresql_when_examined_then_each_store_fails_and_no_password_shows(
    state: Path,
) -> None:
    urls = {
        f"CARNET_{store}__URL": f"postgresql+psycopg://carnet:hunter2@127.0.0.1:1/{store.lower()}" for store in STORES
    }

    unreachable = run("doctor", "--json", state=state, **urls)

    assert unreachable.code == 1
    assert {f"store {store.lower()}" for store in STORES} <= wrong(unreachable)
    assert "hunter2" not in unreachable.out + unreachable.err


def test_given_one_url_for_two_stores_when_examined_then_it_fails(state: Path) -> None:
    url = f"sqlite+aiosqlite:///{state}.db"

    shared = run("doctor", "--json", state=state, CARNET_MAIN__URL=url, CARNET_HEALTH__URL=url)

    assert shared.code == 1
    assert "stores apart" in wrong(shared)


def test_given_the_table_when_doctor_runs_for_a_person_then_it_says_the_same(used: Path) -> None:
    shown = run("doctor", state=used)

    assert shown.code == 0
    assert "configuration" in shown.out
    assert "opens what it sealed" in shown.out


def test_given_a_waitlist_when_scripted_then_it_answers_and_refuses_in_one_line(used: Path) -> None:
    joined = run("rollout", "waitlist", "join", "m9", "--json", state=used)
    why = ("--by", "alice", "--reason", "first testers")
    invited = run("rollout", "waitlist", "admit", "m9", *why, "--json", state=used)
    shrunk = run("rollout", "waitlist", "create", "--capacity", "0", state=used)
    unknown = run("rollout", "waitlist", "show", "--slug", "nowhere", state=used)

    assert (joined.code, joined.data["state"], joined.data["position"]) == (0, "WAITING", [1, 10])
    assert (invited.code, invited.data["state"], invited.data["enrolled"]) == (0, "INVITED", False)
    for refused in (shrunk, unknown):
        assert (refused.code, refused.out, len(refused.complaints)) == (1, "", 1)


@pytest.mark.parametrize(
    "words",
    [
        ["nonsense"],
        ["import", "x.pdf", "--kind", "novel"],
        ["talk", "--user", "u1", "--now", "yesterday"],
        ["facts"],
        ["demo", "--port", "99999"],
        ["demo", "--port", "0"],
        ["doctor", "--deep"],
        ["rollout", "waitlist", "admit", "m1"],
    ],
    ids=" ".join,
)
def test_given_wrong_usage_when_run_then_it_is_2_and_nothing_starts(state: Path, words: list[str]) -> None:
    refused = run(*words, state=state)

    assert (refused.code, refused.out) == (2, "")
    assert "carnet" in refused.err
    assert list(state.parent.iterdir()) == []


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"CARNET_STORAGE": "x"}, "storage"),
        ({"CARNET_TELEGRAM__TOKEN_FILE": "absent"}, "CARNET_TELEGRAM__TOKEN_FILE"),
        ({"CARNET_HEALTH_CAPACITY": "hunter2"}, "health_capacity"),
    ],
)
def test_given_a_wrong_setting_when_anything_runs_then_one_line_names_it_without_its_value(
    state: Path, settings: dict[str, str], named: str
) -> None:
    refused = run("doctor", state=state, **settings)

    assert (refused.code, refused.out) == (1, "")
    (line,) = refused.err.splitlines()
    assert line.startswith("carnet: ")
    assert named in line
    assert "hunter2" not in line


def test_given_no_token_when_run_then_one_line_says_how_to_give_it_and_nothing_is_made(state: Path) -> None:
    refused = run("run", state=state)
    with pytest.raises(SettingsError) as gateway:
        Gateway(TelegramSettings(), FrontDesk.__new__(FrontDesk))

    assert (refused.code, refused.out) == (1, "")
    assert refused.err == f"carnet: {gateway.value}\n"
    assert "CARNET_TELEGRAM__TOKEN_FILE" in refused.err
    assert list(state.parent.iterdir()) == []


def test_given_a_taken_port_when_the_demo_starts_then_one_line_says_so(state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = run("demo", "--port", str(port), "--state", state, state=state)

    assert (refused.code, refused.out, refused.err) == (1, "", f"carnet: port {port} is taken\n")


@pytest.mark.parametrize("folder", ["absent", "."])
def test_given_no_state_when_facts_are_asked_then_one_line_says_nobody_is_there_and_none_is_made(
    state: Path, folder: str
) -> None:
    refused = run("facts", "--user", "u1", "--state", folder, state=state)

    assert (refused.code, refused.out) == (1, "")
    assert refused.err == "carnet: there is nobody by that name: this state holds nothing yet\n"
    assert list(state.parent.iterdir()) == []


def test_given_a_narrow_terminal_when_the_waitlist_is_listed_then_whole_ids_can_be_copied(used: Path) -> None:
    member = "8d1f5b0a-2f6f-4f0e-9d57-5a1c3f0be7a2"
    assert run("rollout", "waitlist", "join", member, state=used).code == 0
    listed = run("rollout", "waitlist", "list", state=used, COLUMNS="60")

    folded = "".join(line.split("│")[2].strip() for line in listed.out.splitlines() if line.startswith("│"))
    assert folded == member


@pytest.mark.parametrize(
    ("verb", "unwanted"),
    [
        (["--help"], {"bot.app", "bot.settings", "bot.playground", "rollout", "sqlalchemy"}),
        (["import", "absent.pdf"], {"bot.app", "bot.playground", "rollout", "sqlalchemy", "telegram"}),
        (["rollout", "--help"], {"bot.app", "bot.playground", "telegram"}),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_given_a_verb_that_needs_little_when_run_then_the_rest_is_not_loaded(
    state: Path, verb: list[str], unwanted: set[str]
) -> None:
    timed = run(*verb, state=state, PYTHONPROFILEIMPORTTIME="1")
    loaded = {line.rpartition("|")[2].strip() for line in timed.err.splitlines() if line.startswith("import time:")}

    assert "bot.cli.main" in loaded
    assert loaded & unwanted == set()
