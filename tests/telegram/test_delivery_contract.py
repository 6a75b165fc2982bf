"""What the pipeline relies on when it shows something: the same of the stand-in its tests use as of the real thing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.chat.model import Erase, Show
from bot.chat.ports import Delivery, DeliveryRefusedError, MessageGoneError
from bot.kernel.sensitive import Sensitive
from bot.playground import Persona, Playground
from bot.telegram import Gateway
from tests.chat.chatbook import ChatBook


@dataclass
class Side:
    """A delivery and the chat it shows things in."""

    delivery: Delivery
    chat: int
    shown: Callable[[], list[str]]

    async def new(self, text: str) -> int:
        message = await self.delivery.send(self.chat, show(text))
        assert message is not None
        return message


def show(text: str, *, edit: int | None = None) -> Show:
    return Show(text=Sensitive(text), edit=edit)


@pytest.fixture(params=["stand-in", "gateway"])
def side(request: pytest.FixtureRequest, playground: Playground, camille: Persona) -> Side:
    if request.param == "stand-in":
        book = ChatBook()
        return Side(delivery=book, chat=5, shown=lambda: book.shown(5))
    gateway: Gateway = request.getfixturevalue("gateway")
    return Side(
        delivery=gateway,
        chat=camille.id,
        shown=lambda: [message.text for message in playground.messages(camille)],
    )


async def test_given_two_messages_when_sent_then_each_has_its_own_id_and_they_stand_in_order(side: Side) -> None:
    first, second = await side.new("one"), await side.new("two")

    assert first < second
    assert side.shown() == ["one", "two"]


@pytest.mark.parametrize("times", [1, 2])
async def test_given_a_message_that_waits_when_something_goes_into_it_then_it_is_that_however_often(
    side: Side, times: int
) -> None:
    waiting = await side.new("soon")
    into = [await side.delivery.send(side.chat, show("here"), into=waiting) for _ in range(times)]

    assert into == [waiting] * times
    assert side.shown() == ["here"]


async def test_given_both_a_place_and_a_message_to_change_when_sent_then_the_place_counts(side: Side) -> None:
    screen, waiting = await side.new("screen"), await side.new("soon")
    await side.delivery.send(side.chat, show("here", edit=screen), into=waiting)

    assert side.shown() == ["screen", "here"]


@pytest.mark.parametrize("how", ["edit", "into"])
async def test_given_a_message_that_was_deleted_when_replaced_then_it_is_said_and_nothing_is_shown(
    side: Side, how: str
) -> None:
    gone = await side.new("gone")
    await side.delivery.send(side.chat, Erase(message_id=gone))
    again: dict[str, Callable[[], Awaitable[int | None]]] = {
        "edit": lambda: side.delivery.send(side.chat, show("here", edit=gone)),
        "into": lambda: side.delivery.send(side.chat, show("here"), into=gone),
    }
    with pytest.raises(MessageGoneError):
        await again[how]()

    assert side.shown() == []


async def test_given_a_message_when_erased_twice_then_nothing_fails(side: Side) -> None:
    message = await side.new("gone")
    for _ in range(2):
        assert await side.delivery.send(side.chat, Erase(message_id=message)) is None

    assert side.shown() == []


async def test_given_nothing_to_show_when_sent_then_it_is_refused(side: Side) -> None:
    with pytest.raises(DeliveryRefusedError):
        await side.new(" ")


async def test_given_a_long_text_when_parted_and_sent_then_nothing_is_lost_and_each_part_is_one_message(
    side: Side,
) -> None:
    screen = await side.new("screen")
    text = "\n".join(f"line {number} of a long text" for number in range(400))
    parts = side.delivery.parts(show(text, edit=screen))
    sent = [await side.delivery.send(side.chat, part) for part in parts]

    assert len(parts) > 1
    assert sent[0] == screen
    assert len(set(sent)) == len(side.shown()) == len(parts)
    assert "".join("".join(side.shown()).split()) == "".join(text.split())
    assert [list(side.delivery.parts(part)) for part in parts] == [[part] for part in parts]
