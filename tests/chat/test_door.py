"""The door before a message that waits: one at a time, nobody for long, and never lost."""

import asyncio
from functools import partial

import pytest

from bot.chat import door
from bot.chat.door import CROWD, Door
from bot.kernel.errors import StoreError


class Corridor:
    """Visitors of one door, in the order in which they were let in."""

    def __init__(self) -> None:
        self.door = Door()
        self.inside: list[str] = []
        self.checked: list[str] = []
        self.away = False  # what they do inside, and what they are asked about, fails
        self.over: dict[str, asyncio.Event] = {}

    def visitor(self, name: str) -> asyncio.Task[None]:
        self.over[name] = asyncio.Event()
        return asyncio.create_task(self._visit(name))

    async def _visit(self, name: str) -> None:
        async with self.door.visit(partial(self._sure, name)) as enter:
            await enter()
            await enter()  # tried again: it is in already
            self.inside.append(name)
            await self.over[name].wait()
            self.inside.remove(name)
            if self.away:
                raise StoreError("away")

    async def _sure(self, name: str) -> None:
        self.checked.append(name)
        if self.away:
            raise StoreError("away")


async def settled() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_given_one_inside_when_others_come_then_they_go_in_one_after_the_other() -> None:
    corridor, seen = Corridor(), []
    visits = [corridor.visitor(name) for name in "abc"]
    for name in "abc":
        await settled()
        seen.append(list(corridor.inside))
        corridor.over[name].set()
    await asyncio.gather(*visits)

    assert seen == [["a"], ["b"], ["c"]]


async def test_given_several_that_hang_inside_when_another_has_waited_long_then_it_goes_in_beside(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(door, "PATIENCE", 0.02)
    corridor = Corridor()
    visits = [corridor.visitor(name) for name in "abcd"]
    async with asyncio.timeout(5):
        while corridor.inside != ["a", "b", "c", "d"]:  # noqa: ASYNC110  (a door has no event)
            await asyncio.sleep(0.002)
    for over in corridor.over.values():
        over.set()
    await asyncio.gather(*visits)
    await asyncio.sleep(0.1)  # what each would have let in later, had it stayed
    monkeypatch.setattr(door, "PATIENCE", 10)
    again = [corridor.visitor(name) for name in "ef"]
    await settled()
    inside = list(corridor.inside)
    for name in "ef":
        corridor.over[name].set()
    await asyncio.gather(*again)

    assert inside == ["e"]


async def test_given_one_that_fails_inside_when_others_wait_then_each_makes_sure_before_it_shows_anything() -> None:
    corridor = Corridor()
    visits = [corridor.visitor(name) for name in "abc"]
    await settled()
    corridor.away = True
    corridor.over["a"].set()
    await settled()
    seen = (list(corridor.inside), list(corridor.checked))
    corridor.away = False
    later = corridor.visitor("d")
    await settled()
    corridor.over["d"].set()
    *failed, last = await asyncio.gather(*visits, later, return_exceptions=True)

    assert seen == ([], ["b", "c"])
    assert [type(one) for one in failed] == [StoreError] * 3
    assert (last, corridor.checked) == (None, ["b", "c"])  # who comes afterwards was not there to doubt


async def test_given_a_crowd_when_it_waits_then_one_more_goes_in_for_every_few() -> None:
    corridor = Corridor()
    visits = [corridor.visitor(str(place)) for place in range(1 + CROWD)]
    await settled()
    two = list(corridor.inside)
    corridor.over["0"].set()
    await settled()
    one = list(corridor.inside)
    for over in corridor.over.values():
        over.set()
    await asyncio.gather(*visits)

    assert (two, one) == (["0", "1"], ["1"])
    assert corridor.inside == []


async def test_given_one_that_hangs_inside_when_many_come_after_then_it_keeps_nobody_out_any_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(door, "PATIENCE", 0.02)
    corridor = Corridor()
    hung = corridor.visitor("hung")
    await asyncio.sleep(0.1)
    monkeypatch.setattr(door, "PATIENCE", 10)
    visits = [corridor.visitor(name) for name in "ab"]
    await settled()
    beside = list(corridor.inside)
    corridor.over["hung"].set()  # it was let go of before
    await settled()

    assert (beside, corridor.inside) == (["hung", "a"], ["a"])
    for name in "ab":
        corridor.over[name].set()
    await asyncio.gather(hung, *visits)


async def test_given_one_that_never_enters_when_others_come_then_it_keeps_nobody_back() -> None:
    corridor = Corridor()
    async with corridor.door.visit(settled):  # waits for its chat's pace
        visit = corridor.visitor("a")
        await settled()
        assert corridor.inside == ["a"]
    corridor.over["a"].set()
    await visit


async def test_given_one_that_gives_up_waiting_or_fails_inside_when_the_next_comes_then_it_is_let_in() -> None:
    corridor = Corridor()
    first, second, third = (corridor.visitor(name) for name in "abc")
    await settled()
    second.cancel()
    first.cancel()
    await settled()

    assert corridor.inside[-1] == "c"
    corridor.over["c"].set()
    await third
