"""Before a space answers, a message is judged with what lasts; what intake knew as well is not judged twice."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from bot.chat.guarded import Guarded, fingerprint
from bot.chat.model import Alarm, Arrival, Effect, Show, Space, Turn
from bot.chat.ports import Lately, Progress
from bot.chat.recent import Recent
from bot.chat.reception import FrontDesk
from bot.guardrails.cards import Cards
from bot.guardrails.guard import Guard
from bot.guardrails.helplines import Helplines
from bot.guardrails.model import Verdict, verdict
from bot.kernel.clock import utc_now
from bot.kernel.ids import PersonId, turn_id
from bot.kernel.sensitive import Sensitive
from bot.settings import config_folder

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ALARM = Alarm(level="info", category="none", rule="r")


@dataclass
class Counting:
    """Rules that find nothing, and count how often they are asked."""

    asked: list[tuple[str, tuple[str, ...], bool]] = field(default_factory=list)

    def before(self, text: str, *, recent: Sequence[str] = (), risk: bool = False) -> Verdict:
        self.asked.append((text, tuple(recent), risk))
        return verdict([])


@dataclass
class Lasting:
    """A memory that holds what it was given."""

    said: Sequence[str] = ()
    risk: bool = False

    async def lately(self, turn: Turn) -> Lately:
        return Lately(said=[Sensitive(one) for one in self.said], risk=self.risk)

    async def remember(self, turn: Turn, alarm: Alarm, answer: Sensitive[str]) -> None: ...


class Quiet:
    """A space that hands on what it was told."""

    def __init__(self) -> None:
        self.alarms: list[Alarm | None] = []

    async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        self.alarms.append(turn.alarm)
        return [Show(text=turn.arrival.text)]


class NoProgress:
    """Shows nothing."""

    async def note(self, text: Sensitive[str]) -> None: ...

    async def draft(self, text: Sensitive[str]) -> None: ...


def turn(text: str, judged: str, alarm: Alarm | None = None) -> Turn:
    arrival = Arrival(
        key="tg:1:5:1", chat=5, user=5, language_code="en", kind="text", at=NOW, message_id=1, text=Sensitive(text)
    )
    person = PersonId(UUID(int=5))
    return Turn(
        id=turn_id(1), person=person, language="en", space=Space.GENERAL, order=0, arrival=arrival, alarm=alarm,
        judged=judged,
    )  # fmt: skip


async def answered(rules: Counting, asked: Turn, lasting: Lasting) -> Quiet:
    space = Quiet()
    guard = Guard(rules, Cards(Helplines.load(config_folder() / "helplines"), utc_now))
    guarded = Guarded(space, guard=guard, watch=lasting, recent=Recent(), apart=True)
    await guarded.handle(asked, NoProgress())
    return space


async def test_given_intake_knew_all_that_lasts_when_answered_then_its_judgement_stands_and_none_is_made() -> None:
    rules = Counting()
    asked = turn("and now", fingerprint("and now", ["before"]), alarm=ALARM)

    space = await answered(rules, asked, Lasting(said=["before"]))

    assert rules.asked == []
    assert space.alarms == [ALARM]


@pytest.mark.parametrize(
    ("lasting", "judged"),
    [
        (Lasting(said=["earlier", "before"]), fingerprint("and now", ["before"])),  # intake had restarted
        (Lasting(said=["before"], risk=True), fingerprint("and now", ["before"])),  # a crisis of the last days
        (Lasting(said=["before"]), fingerprint("and no", ["wbefore"])),
        (Lasting(), ""),  # a row of a version that kept none
    ],
)
async def test_given_more_is_known_than_intake_knew_when_answered_then_it_is_judged_with_all_of_it(
    lasting: Lasting, judged: str
) -> None:
    rules = Counting()

    await answered(rules, turn("and now", judged), lasting)

    assert rules.asked == [("and now", tuple(lasting.said), lasting.risk)]


async def test_given_a_yes_when_answered_apart_from_intake_then_what_was_said_before_is_judged_as_well() -> None:
    rules = Counting()

    await answered(rules, turn("yes", fingerprint("yes", ["before"])), Lasting(said=["before"]))

    assert rules.asked == [("before", (), False)]


@dataclass
class Faulty(Counting):
    """Rules that crash."""

    def before(self, text: str, *, recent: Sequence[str] = (), risk: bool = False) -> Verdict:
        raise RuntimeError


@pytest.mark.parametrize(("rules", "kept"), [(Faulty(), False), (Counting(), True)])
def test_given_a_fault_at_intake_when_accepted_then_no_digest_keeps_a_worker_from_judging(
    rules: Counting, *, kept: bool
) -> None:
    guard = Guard(rules, Cards(Helplines.load(config_folder() / "helplines"), utc_now))
    nothing: Any = None
    desk = FrontDesk(people=nothing, work=nothing, public_keys={}, guard=guard, recent=Recent())

    alarm, made_of = desk._judge(Space.GENERAL, turn("hello", "").arrival)

    assert (alarm is None, bool(made_of)) == (kept, kept)
