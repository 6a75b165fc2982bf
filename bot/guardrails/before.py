"""Judges a message before anything answers it: deterministic, outside any model, and never silent when it fails.

Checks are asked one by one. A check that crashes is itself a hit: a fault must not look like calm.
"""

import gc
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from bot.guardrails.crisis import Crisis
from bot.guardrails.learned import Hearing
from bot.guardrails.learned.hearing import Kind
from bot.guardrails.learned.reader import Reader
from bot.guardrails.model import Hit, Level, Verdict, verdict
from bot.guardrails.reading.normal import Words, read
from bot.guardrails.rules.pictures import Pictures
from bot.guardrails.scope import Scope
from bot.kernel.logs import get_logger

log = get_logger()

_LONGEST: Final = 20_000
_KEPT: Final = 10_000  # of each end of a longer text
_RECENT: Final = 5
_JOINED: Final = 2_000  # characters of earlier messages read again: what is told over several sends is short
_FAULT: Final = Hit(level=Level.URGENT, category="medical_emergency", rule="fault")


class Check(Protocol):
    """One way of looking at a message."""

    def judge(
        self, text: str, *, recent: Sequence[str] = (), risk: bool = False, words: Words | None = None
    ) -> Sequence[Hit]: ...


class Emergencies:
    """The emergency pictures, also over messages that follow each other."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    def judge(
        self,
        text: str,
        *,
        recent: Sequence[str] = (),
        risk: bool = False,  # noqa: ARG002  (of the crisis check)
        words: Words | None = None,
    ) -> Sequence[Hit]:
        """Judge *text*, and what it completes when *recent* messages are read before it."""
        alone = self._pictures.judge(text, words)
        if not recent:
            return alone
        recent = _newest(recent)
        known: Level | None = None  # before this message; read only when it may matter
        for joint in ("\n", " "):
            if joint == "\n" and not self._pictures.may_show([*recent, text]):
                continue  # which costs a third of looking
            together = self._pictures.judge(_bounded(joint.join([*recent, text])))
            if _level(together) > _level(alone):
                known = _level(self._pictures.judge("\n".join(recent))) if known is None else known
                if _level(together) > known:
                    return together
        return alone


class Gate:
    """Every check there is, in order, and what the learned readers make of it."""

    def __init__(self, checks: Sequence[Check], hearing: Hearing | None = None) -> None:
        self._checks = checks
        self._hearing = hearing

    @classmethod
    def load(cls, folder: Path) -> "Gate":
        """Read the rules of *folder* (`config/guardrails`); raises `RulesError`."""
        collecting = gc.isenabled()
        gc.disable()  # half the time would go to passes over rules that stay
        try:
            checks: list[Check] = [
                Emergencies(Pictures.load(folder)),
                Crisis.load(folder / "crisis"),
                Scope.load(folder),
            ]
            return cls(checks, Hearing.load(folder / "learned"))
        finally:
            if collecting:
                gc.enable()

    def with_readers(self, readers: Mapping[Kind, Reader]) -> "Gate":
        """Give a gate with the same rules, and other readers."""
        return Gate(self._checks, self._hearing and self._hearing.with_readers(readers))

    def before(self, text: str, *, recent: Sequence[str] = (), risk: bool = False) -> Verdict:
        """Judge *text*. *recent*: the chat's messages of the last ten minutes, oldest first; *risk*: a crisis was seen lately."""
        text = _bounded(text)
        recent = [_bounded(one) for one in recent[-_RECENT:]]
        hits: list[Hit] = []
        words = _read(text)
        for check in self._checks:
            try:
                hits += check.judge(text, recent=recent, risk=risk, words=words)
            except Exception as error:  # noqa: BLE001  (whatever fails here must end in care, not in silence)
                log.error("guardrail_fault", error=type(error).__name__)
                hits.append(_FAULT)
        return verdict(self._weighed(text, hits, recent, risk))

    def _weighed(self, text: str, hits: list[Hit], recent: Sequence[str], risk: bool) -> list[Hit]:
        if self._hearing is None:
            return hits
        try:
            return self._hearing.weigh(text, hits, _newest(recent), risk=risk)
        except Exception as error:  # noqa: BLE001  (the rules' hits stand, all of them, and the fault is one more)
            log.error("guardrail_fault", error=type(error).__name__)
            return [*hits, _FAULT]


def _read(text: str) -> Words | None:
    """Read *text* once for every check that reads so; where that fails, each check fails by itself and is counted."""
    try:
        return read(text)
    except Exception as error:  # noqa: BLE001  (the checks read it again, and their faults are hits)
        log.error("guardrail_fault", error=type(error).__name__)
        return None


def _level(hits: Sequence[Hit]) -> Level:
    return max((hit.level for hit in hits), default=Level.NONE)


def _newest(recent: Sequence[str]) -> Sequence[str]:
    """Give the last words of *recent*: reading long messages again with each new one would hold up everybody's."""
    kept: list[str] = []
    room = _JOINED
    for one in reversed(recent):
        if room > 0:
            kept.insert(0, one[-room:])
            room -= len(one)
    return kept


def _bounded(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_KEPT]}\n{text[-_KEPT:]}"
