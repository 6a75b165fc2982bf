"""The judge is judged: each thing that must not happen is counted when it does."""

from collections import Counter

import pytest

from bot.chat.model import Space
from bot.chat.progress import placeholder
from bot.playground import Playground
from tests.faults.crowd import Chat, Crowd
from tests.faults.echo import reply
from tests.faults.judge import Verdict, judge, troubled

SAID, KEPT, OTHER = reply(10_000), "Messages (yours and mine): 2", "I could not finish that just now."
WAITING = placeholder(Space.GENERAL)


class Scene:
    """One chat, which was due two answers."""

    def __init__(self) -> None:
        self._playground = Playground()
        self._crowd = Crowd(self._playground, chats=1, each=2)
        (self.chat,) = self._crowd.chats

    def shows(self, *texts: str) -> None:
        """Show messages; "a > b" is one that was changed from a to b."""
        talk = self._playground.talk(self.chat.persona.id)
        for text in texts:
            first, *later = text.split(" > ")
            message = talk.add(author="bot", text=first)
            for changed in later:
                message = talk.edit(message, text=changed)

    def verdict(self, asked: Counter[int] | None = None, log: str = "") -> Verdict:
        self._crowd.look()
        return judge(self._crowd, asked or Counter(), faults=1, log=log)

    @property
    def troubled(self) -> list[str]:
        return troubled(self._crowd)


def test_given_answers_in_the_places_of_what_waited_when_judged_then_all_is_well() -> None:
    scene = Scene()
    scene.shows(f"{WAITING} > {SAID}", f"{WAITING} > {KEPT}")
    verdict = scene.verdict()

    assert verdict.clean
    assert verdict.row() == {"updates": 2, "faults": 1} | dict.fromkeys(list(verdict.row())[2:], 0)
    assert not scene.troubled


@pytest.mark.parametrize(
    ("texts", "count"),
    [
        ((SAID,), "lost"),
        ((KEPT, SAID), "out_of_order"),
        ((SAID, KEPT, SAID), "repeated_answers"),
        ((f"{SAID} > {OTHER}", SAID, KEPT), "repeated_answers"),
        ((SAID, OTHER, KEPT), "strangers"),
        ((SAID, KEPT, reply(20_000)), "strangers"),
        ((WAITING, f"{WAITING} > {SAID}", KEPT), "repeated_placeholders"),
    ],
)
def test_given_what_must_not_be_when_judged_then_it_is_counted_and_told(texts: tuple[str, ...], count: str) -> None:
    scene = Scene()
    scene.shows(*texts)
    verdict = scene.verdict()

    assert verdict.row()[count] == 1
    assert verdict.clean == (count == "repeated_placeholders")
    assert scene.troubled


def test_given_what_only_costs_when_judged_then_it_is_counted_apart() -> None:
    scene = Scene()
    scene.shows(SAID, KEPT)
    verdict = scene.verdict(Counter({10_000: 3}), "event=lease_lost work=7\nevent=lease_lost work=8\n")

    assert verdict.clean
    assert (verdict.asked_again, verdict.leases_lost) == (2, 2)


def test_given_a_chat_when_its_messages_are_named_then_no_other_chat_is_due_the_same() -> None:
    chats: list[Chat] = Crowd(Playground(), chats=3, each=4).chats

    assert len({answer for chat in chats for answer in chat.expected if answer.startswith("said")}) == 6
