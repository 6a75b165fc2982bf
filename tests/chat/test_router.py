from datetime import UTC, datetime

import pytest

from bot.chat.model import Arrival, Kind, Space
from bot.chat.router import mode_after, route
from bot.kernel.sensitive import Sensitive

AT = datetime(2026, 11, 22, tzinfo=UTC)


def arrival(kind: Kind, *, text: str = "", command: str = "", button: str = "") -> Arrival:
    return Arrival(
        key="tg:1:2:3", chat=2, user=2, language_code="fr", kind=kind, at=AT, message_id=7,
        text=Sensitive(text), command=command, button=button,
    )  # fmt: skip


@pytest.mark.parametrize("mode", Space)
@pytest.mark.parametrize("kind", ["text", "upload", "unsupported"])
def test_given_anything_typed_when_routed_then_the_mode_decides(kind: Kind, mode: Space) -> None:
    assert route(arrival(kind, text="j'ai mal"), mode) is mode


@pytest.mark.parametrize("mode", Space)
def test_given_a_health_command_when_routed_then_its_text_is_health_from_the_first_byte(mode: Space) -> None:
    assert route(arrival("command", command="health", text="ma ferritine ?"), mode) is Space.HEALTH


@pytest.mark.parametrize("mode", Space)
@pytest.mark.parametrize(
    ("button", "space"),
    [
        ("h:enter", Space.HEALTH),
        ("doc:ok:0a:1", Space.HEALTH),
        ("g:lang:fr", Space.GENERAL),
        ("", Space.GENERAL),
        ("x:forged", Space.GENERAL),
        ("health", Space.GENERAL),
    ],
)
def test_given_a_button_when_routed_then_its_prefix_decides_whatever_the_mode(
    button: str, space: Space, mode: Space
) -> None:
    assert route(arrival("button", button=button), mode) is space


@pytest.mark.parametrize("mode", Space)
def test_given_exit_when_accepted_then_what_follows_is_general(mode: Space) -> None:
    assert mode_after(arrival("command", command="exit"), mode, health_ready=True) is Space.GENERAL


def test_given_health_alone_when_accepted_then_only_who_was_let_in_before_enters_at_once() -> None:
    bare = arrival("command", command="health")

    assert mode_after(bare, Space.GENERAL, health_ready=True) is Space.HEALTH
    assert mode_after(bare, Space.GENERAL, health_ready=False) is Space.GENERAL


def test_given_a_one_shot_question_when_accepted_then_the_mode_stays() -> None:
    once = arrival("command", command="health", text="ma ferritine ?")

    assert mode_after(once, Space.GENERAL, health_ready=True) is Space.GENERAL
    assert mode_after(once, Space.HEALTH, health_ready=True) is Space.HEALTH
