"""The port of the check every answer passes before it is remembered or shown, in both spaces, whatever wrote it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from bot.chat.model import Alarm, Space
from bot.i18n import Language, say
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive

log = get_logger()

CRASHED: Final = "check_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An answer not shown yet, with everything that may stand in it."""

    space: Space
    language: Language
    question: Sensitive[str]
    text: Sensitive[str]
    facts: Sequence[Mapping[str, str]] = ()  # of the person's record, every string as printed
    prepared: Sequence[str] = ()  # sentences and numbers that code vouches for: computed, or from a source it cites
    alarm: Alarm | None = None  # what the guard-rail said of the question
    composed: bool = False  # by code alone, from *facts* and *prepared*; otherwise a model wrote words of it
    first: bool = False  # whether the line that says what Carnet is not is due


class AnswerCheck(Protocol):
    """Names the rules a draft breaks; none means that it may be shown."""

    def broken(self, draft: Draft) -> Sequence[str]: ...


class Refusals(Protocol):
    """Knows what Carnet does not do, whoever asks and whatever would answer."""

    def key(self, text: str) -> str | None:
        """Give the catalogue key of the sentence that answers *text* instead; None when nothing stands against answering."""
        ...


Lines = Callable[[Language, str | None], Mapping[str, str]]  # the numbers to call, by language and country


def calling(language: Language, key: str, lines: Mapping[str, str]) -> str:
    """Say a sentence that names whom to call."""
    return say(language, key, count=None, **lines)


def broken_rules(check: AnswerCheck, draft: Draft) -> Sequence[str]:
    """Check *draft*; a check that crashes is one that was not passed."""
    try:
        broken = check.broken(draft)
    except Exception as error:
        log.error("answer_check_failed", exc_info=error)
        return [CRASHED]
    if broken:
        log.warning("answer_refused", space=draft.space, reason=" ".join(broken)[:80], count=len(broken))
    return broken
