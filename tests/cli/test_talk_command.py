"""`carnet talk`: the whole journey from standard input, and what stays for the next run on the same state."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.chat.model import HEALTH_MARK
from bot.chat.progress import PLACEHOLDERS
from tests.cli.conftest import Outcome, run, talk


@dataclass(frozen=True)
class Visit:
    """One finished conversation and where it is kept."""

    state: Path
    said: Outcome


@pytest.fixture(scope="module")
def admitted(labs: Path, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """A French person let in at once, who confirms a report and asks about it."""
    state = tmp_path_factory.mktemp("admitted") / "state"
    script = ["/start", "#Ouvrir l'espace Santé", "#J'ai 18 ans ou plus", "#J'accepte", f"@{labs}/lab_fr_clean.pdf"]
    script += ["#1", "ma ferritine ?", "/pourquoi", "/quitter", "##2", "@@demain"]
    return Visit(state, talk(*script, user="u1", lang="fr", admit=True, state=state))


@pytest.fixture(scope="module")
def waiting(labs: Path, tmp_path_factory: pytest.TempPathFactory) -> Visit:
    """An English person who joins the waitlist, and whose report is not taken."""
    state = tmp_path_factory.mktemp("waiting") / "state"
    script = ["/health", "#Join the waitlist", f"@{labs}/lab_en_clean.pdf", "my ferritin?"]
    return Visit(state, talk(*script, user="u1", lang="en", state=state))


def last(outcome: Outcome, holding: str) -> dict[str, Any]:
    found: dict[str, Any] = next(line for line in reversed(outcome.lines) if holding in line["text"])
    return found


def test_given_the_journey_when_told_line_by_line_then_each_answer_is_seen_in_order(admitted: Visit) -> None:
    texts = [line["text"] for line in admitted.said.lines]
    steps = ["Bonjour, je suis Carnet.", "Avez-vous 18 ans ou plus", "chiffrement de bout en bout", "Vous êtes dans"]
    steps += [
        "Voici ce que j’ai lu",
        "Confirmé : 13 résultats",
        "Hors de l’intervalle imprimé",
        "Votre résultat du 13 mars 2025 : 9 µg/L",
    ]
    steps += ["page 1, ligne 18", "Vous avez quitté"]

    assert (admitted.said.code, admitted.said.err) == (0, "")
    plain = [text.replace("\u00a0", " ").replace("\u202f", " ") for text in texts]
    found = [next(place for place, text in enumerate(plain) if step in text) for step in steps]
    assert found == sorted(found)


def test_given_what_a_person_sees_when_printed_then_every_line_has_the_same_shape(admitted: Visit) -> None:
    lines = admitted.said.lines

    assert {tuple(line) for line in lines} == {("type", "id", "space", "text", "buttons", "file")}
    assert {line["type"] for line in lines} == {"message", "edit"}
    assert all(isinstance(line["id"], int) for line in lines)
    assert not any(line["text"] in PLACEHOLDERS for line in lines)  # what waits is printed once it is the answer
    assert [line["type"] for line in lines if "Bonjour, je suis" in line["text"]] == ["message"]
    assert all(line["space"] == ("health" if line["text"].startswith(HEALTH_MARK) else "general") for line in lines)
    assert last(admitted.said, "Voici ce que")["buttons"][0] == ["✅ Tout confirmer"]
    assert [line["space"] for line in lines][-3:] == ["general"] * 3  # left, and what follows stays outside


def test_given_an_edit_when_printed_then_it_bears_the_id_of_the_message_it_changes(admitted: Visit) -> None:
    screen, confirmed = last(admitted.said, "Voici ce que"), last(admitted.said, "Confirmé")

    assert (screen["type"], confirmed["type"]) == ("edit", "edit")
    assert screen["id"] == confirmed["id"]
    assert confirmed["buttons"] == [["↩️ Annuler"]]


def test_given_doubled_signs_when_said_then_they_are_plain_words(admitted: Visit) -> None:
    *_, after_hash, after_at = admitted.said.lines

    assert after_hash["type"] == after_at["type"] == "message"
    assert after_hash["space"] == after_at["space"] == "general"


def test_given_facts_confirmed_when_listed_then_they_are_the_report_s(admitted: Visit, labs: Path) -> None:
    listed = run("facts", "--user", "u1", "--lang", "fr", "--json", "--state", admitted.state, state=admitted.state)
    assert listed.err == ""  # not even a library's event
    imported = run("import", labs / "lab_fr_clean.pdf", "--json", state=admitted.state)

    assert listed.code == 0
    keys = ["id", "label", "code", "comparator", "value", "unit", "ref_low", "ref_high", "flag", "date"]
    assert {tuple(fact) for fact in listed.data} == {tuple(keys)}
    assert [[fact[key] for key in keys[1:]] for fact in listed.data] == [
        [fact[key] for key in keys[1:]] for fact in imported.data["facts"]
    ]


def test_given_another_person_when_facts_are_listed_then_there_are_none(admitted: Visit) -> None:
    listed = run("facts", "--user", "u2", "--lang", "fr", "--json", "--state", admitted.state, state=admitted.state)

    assert (listed.code, listed.data) == (0, [])


def test_given_the_same_state_when_talking_again_then_the_conversation_goes_on(admitted: Visit) -> None:
    again = talk("/sante ma ferritine ?", "/donnees", user="u1", lang="fr", state=admitted.state)

    assert (again.code, again.err) == (0, "")
    answer, outside, _ = again.lines
    assert [line["space"] for line in again.lines] == ["health", "general", "general"]
    assert outside["buttons"]  # one question was asked in passing: the way in is offered
    assert "9\u00a0µg/L" in answer["text"].replace(" µg", "\u00a0µg")


def test_given_nobody_admits_when_joining_then_the_person_waits_and_nothing_is_read(waiting: Visit) -> None:
    closed, joined, refused, asked = waiting.said.lines

    assert (waiting.said.code, waiting.said.err) == (0, "")
    assert "not on the list" in closed["text"]
    assert "waitlist" in joined["text"]
    assert "only in the Health space" in refused["text"]
    assert asked["space"] == "general"
    assert run("facts", "--user", "u1", "--json", "--state", waiting.state, state=waiting.state).data == []


def test_given_an_admin_admits_when_talking_again_then_the_whole_journey_is_open(waiting: Visit, labs: Path) -> None:
    state = waiting.state
    (entry,) = run("rollout", "waitlist", "list", "--state", "waiting", "--json", state=state).data
    why = ("--by", "alice", "--reason", "first testers")
    invited = run("rollout", "waitlist", "admit", entry["member"], *why, "--json", state=state)
    script = ["/health", "#1", "#I agree", f"@{labs}/lab_en_clean.pdf", "#Confirm all", "my ferritin?"]
    inside = talk(*script, user="u1", lang="en", state=state)
    overview = run("rollout", "waitlist", "show", "--json", state=state)
    listed = run("facts", "--user", "u1", "--lang", "en", "--json", "--state", state, state=state)

    assert entry["state"] == "WAITING"
    assert (invited.code, invited.data["state"]) == (0, "INVITED")
    assert (inside.code, inside.err) == (0, "")
    assert "9 ng/mL" in inside.lines[-1]["text"].replace("\u00a0", " ")
    assert overview.data["seats_used"] == 1
    assert overview.data["counts"] == {"ACTIVE": 1}
    assert len(listed.data) == 11


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("@absent.pdf", "carnet: that file cannot be read: give its path after @"),
        ("#1", "carnet: no message has buttons to press"),
    ],
)
def test_given_a_line_that_cannot_be_done_when_met_then_one_line_says_so(state: Path, line: str, told: str) -> None:
    stopped = talk(line, user="u1", lang="en", state=state)

    assert (stopped.code, stopped.out) == (1, "")
    assert stopped.err == told + "\n"


def test_given_bytes_that_are_no_text_when_said_then_they_are_replaced_and_the_script_goes_on(state: Path) -> None:
    said = run("talk", "--user", "u1", "--json", "--state", state, state=state, stdin="caf\udce9\n/help\n")

    assert (said.code, said.err) == (0, "")
    assert len(said.lines) == 2


def test_given_a_label_nobody_offers_when_pressed_then_the_run_stops_without_quoting_it(state: Path) -> None:
    stopped = talk("/start", "#my secret illness", user="u1", lang="en", state=state)

    assert stopped.code == 1
    assert len(stopped.lines) == 1
    assert stopped.err == "carnet: no message has a button so labelled\n"


def test_given_no_json_when_talking_then_a_person_can_read_it(state: Path) -> None:
    said = run("talk", "--user", "u1", "--state", state, state=state, stdin="/start\n")

    assert (said.code, said.err) == (0, "")
    assert "Hello, I am Carnet." in said.out
    assert "[🩺 Open the Health space]" in said.out


def test_given_a_pretended_moment_when_talking_then_the_roll_out_records_that_moment(state: Path) -> None:
    told = ("talk", "--user", "u1", "--json", "--state", state, "--now", "2031-01-02T03:04:05")
    said = run(*told, state=state, stdin="/health\n#1\n")
    (entry,) = run("rollout", "waitlist", "list", "--json", state=state).data

    assert said.code == 0
    assert entry["joined_at"].startswith("2031-01-02T03:04")
