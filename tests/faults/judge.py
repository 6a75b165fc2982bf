"""What a run came to: every number that must be zero, and the windows that remain, named and counted."""

from collections import Counter
from dataclasses import asdict, dataclass

from tests.faults.crowd import Chat, Crowd


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Counts over all chats of one run."""

    updates: int
    faults: int  # kills, freezes, restarts: whatever the run was about
    lost: int  # messages without an answer
    out_of_order: int  # answers shown after the answer to a later message of their chat
    repeated_answers: int  # answers shown in more than one message
    strangers: int  # texts nobody should have seen: apologies, another chat's answers
    repeated_placeholders: int  # placeholders that never became an answer
    asked_again: int  # questions the model was asked more than once: paid twice, seen once
    leases_lost: int  # turns whose lane had gone to another worker meanwhile: what they did next was refused

    @property
    def clean(self) -> bool:
        """Say whether every message was answered once in effect and in order, whatever it cost."""
        return not (self.lost or self.out_of_order or self.repeated_answers or self.strangers)

    def row(self) -> dict[str, int]:
        """Give the counts by name."""
        return asdict(self)


def judge(crowd: Crowd, asked: Counter[int], *, faults: int, log: str) -> Verdict:
    """Judge what every chat saw, and what the processes wrote of it."""
    return Verdict(
        updates=crowd.total,
        faults=faults,
        lost=sum(answer not in chat.shown for chat in crowd.chats for answer in chat.expected),
        out_of_order=sum(_late(chat) for chat in crowd.chats),
        repeated_answers=sum(len(where) - 1 for chat in crowd.chats for where in chat.shown.values()),
        strangers=sum(answer not in set(chat.expected) for chat in crowd.chats for answer in chat.shown),
        repeated_placeholders=sum(len(_left(chat)) for chat in crowd.chats),
        asked_again=sum(times - 1 for times in asked.values()),
        leases_lost=log.count("event=lease_lost"),
    )


def troubled(crowd: Crowd) -> list[str]:
    """Tell what went wrong, chat by chat."""
    told = []
    for chat in crowd.chats:
        missing = [answer for answer in chat.expected if answer not in chat.shown]
        strange = [answer for answer in chat.shown if answer not in chat.expected]
        twice = {answer: where for answer, where in chat.shown.items() if len(where) > 1}
        if missing or strange or twice or _late(chat) or _left(chat):
            told.append(
                f"{chat.persona.first_name}: missing {missing[:5]}, strange {strange[:5]}, twice {twice},"
                f" late {_late(chat)}, placeholders left {sorted(_left(chat))}"
            )
    return told


def _late(chat: Chat) -> int:
    places = [chat.expected.index(answer) for answer in chat.shown if answer in chat.expected]
    return sum(place < max(places[:n], default=-1) for n, place in enumerate(places))


def _left(chat: Chat) -> set[int]:
    return chat.placeholders.difference(*chat.shown.values())
