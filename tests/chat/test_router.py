from datetime import UTC, datetime

import pytest

from bot.chat.model import Arrival, Kind, Space
from bot.chat.router import mode_decided, route
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


def test_given_exit_when_accepted_then_what_follows_is_general() -> None:
    assert mode_decided(arrival("command", command="exit")) is Space.GENERAL


def test_given_health_alone_when_accepted_then_what_follows_is_health() -> None:
    assert mode_decided(arrival("command", command="health", text=" ")) is Space.HEALTH


@pytest.mark.parametrize("button", ["h:enter:", "h:enter:0000000000000012", "h:consent:yes:1:"])
def test_given_a_button_that_enters_when_accepted_then_what_follows_is_health(button: str) -> None:
    assert mode_decided(arrival("button", button=button)) is Space.HEALTH


@pytest.mark.parametrize(
    "said",
    [
        arrival("command", command="health", text="ma ferritine ?"),
        arrival("text", text="/exit"),
        arrival("button", button="h:mv:0000000000000012"),
        arrival("button", button="h:erase:yes"),
        arrival("upload"),
    ],
)
def test_given_anything_else_when_accepted_then_the_mode_stays(said: Arrival) -> None:
    assert mode_decided(said) is None
