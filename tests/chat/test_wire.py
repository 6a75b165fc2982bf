from datetime import UTC, datetime
from uuid import uuid4

from hypothesis import given
from hypothesis import strategies as st

from bot.chat.model import Arrival, Button, Effect, Erase, Show, Space, Upload
from bot.chat.wire import pack_effect, pack_turn, unpack_effect, unpack_turn
from bot.kernel.ids import PersonId
from bot.kernel.sensitive import Sensitive

TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60)


@given(text=TEXT, name=TEXT, command=st.sampled_from(["", "health", "unknown"]), uploaded=st.booleans())
def test_given_any_arrival_when_packed_and_unpacked_then_the_turn_holds_the_same(
    text: str, name: str, command: str, *, uploaded: bool
) -> None:
    upload = Upload(handle="AgAD", name=Sensitive(name), media_type="application/pdf", size=12) if uploaded else None
    arrival = Arrival(
        key="tg:1:2:3", chat=-2, user=2, language_code="fr", kind="command" if command else "text",
        at=datetime(2026, 11, 22, 8, 5, tzinfo=UTC), message_id=7, text=Sensitive(text), command=command, upload=upload,
    )  # fmt: skip
    person = PersonId(uuid4())

    turn = unpack_turn(41, pack_turn(person, "fr", Space.HEALTH, 3, arrival, country="FR", judged="ab12"))

    assert turn.arrival == arrival
    assert (turn.country, turn.judged) == ("FR", "ab12")
    assert (turn.person, turn.language, turn.space, turn.order) == (person, "fr", Space.HEALTH, 3)
    assert turn.id == "0000000000000041"


@given(text=TEXT, label=TEXT, edit=st.none() | st.integers(1, 2**31))
def test_given_any_message_when_packed_and_unpacked_then_it_is_the_same(
    text: str, label: str, edit: int | None
) -> None:
    effect: Effect = Show(text=Sensitive(text), buttons=((Button(label=label, data="h:enter"),),), edit=edit)

    assert unpack_effect(pack_effect(effect)) == effect
    assert unpack_effect(pack_effect(Erase(message_id=9))) == Erase(message_id=9)
