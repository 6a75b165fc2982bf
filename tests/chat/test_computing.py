"""What happens to answers being worked out when their lane, lost for a moment, comes back to the same process."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.chat.computing import Computing
from bot.chat.model import Arrival, Effect, Show, Space, Turn
from bot.chat.ports import Progress
from bot.i18n import say
from bot.kernel.ids import PersonId, TurnId, new_id
from bot.kernel.sensitive import Sensitive


class Patient:
    """A space that answers once it is let."""

    def __init__(self) -> None:
        self.may = asyncio.Event()

    async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        await self.may.wait()
        return [Show(text=turn.arrival.text)]


class Silent:
    async def note(self, text: Sensitive[str]) -> None: ...

    async def draft(self, text: Sensitive[str]) -> None: ...


def turn() -> Turn:
    arrival = Arrival(
        key="tg:1:5:1", chat=5, user=5, language_code="en", kind="text", at=datetime(2026, 11, 22, tzinfo=UTC),
        message_id=1, text=Sensitive("hello"),
    )  # fmt: skip
    return Turn(id=TurnId("1"), person=PersonId(new_id()), language="en", space=Space.GENERAL, order=0, arrival=arrival)


async def card_out(chat: int) -> None: ...


async def test_given_a_lane_that_came_back_when_both_answers_are_worked_out_then_neither_fails() -> None:
    space = Patient()
    computing = Computing({Space.GENERAL: space}, card_out=card_out)
    both = [asyncio.create_task(computing.answer("chat:5", 1, turn(), Silent())) for _ in range(2)]
    await asyncio.sleep(0.01)
    space.may.set()

    assert [len(effects) for effects in await asyncio.gather(*both)] == [1, 1]


async def test_given_a_lane_that_came_back_when_the_older_answer_ends_then_the_newer_one_can_still_be_given_up() -> (
    None
):
    first, second = Patient(), Patient()
    spaces = {Space.GENERAL: first}
    computing = Computing(spaces, card_out=card_out)
    older = asyncio.create_task(computing.answer("chat:5", 1, turn(), Silent()))
    await asyncio.sleep(0.01)
    spaces[Space.GENERAL] = second
    newer = asyncio.create_task(computing.answer("chat:5", 1, turn(), Silent()))
    await asyncio.sleep(0.01)
    first.may.set()
    await older
    computing.give_up("chat:5", 2)

    assert await newer == [Show(text=Sensitive(say("en", "cards.interrupted")))]
