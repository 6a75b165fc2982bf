"""What an answer is judged on, and what the judgement is. Nothing here shows a word of it when printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.guardrails.model import Category, Level
from bot.i18n import Language
from bot.kernel.sensitive import Sensitive

Outcome = Literal["pass", "rewrite", "block"]

CHECK_FAILED: Final = "check_failed"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RecordFact:
    """One result of the person's record, every string as printed; "" where nothing was."""

    id: str = ""
    label: str = ""
    code: str = ""
    comparator: str = ""
    value: str = ""
    unit: str = ""
    ref_low: str = ""
    ref_high: str = ""
    flag: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Source:
    """Something an answer may cite: its address or id, and what of its text may be repeated."""

    reference: str
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answer:
    """An answer on its way out, with all that may stand in it."""

    question: Sensitive[str]
    text: Sensitive[str]
    language: Language
    facts: Sequence[RecordFact] = ()
    level: Level = Level.NONE  # of the question, as `guardrails.before` judged it
    category: Category = "none"
    crisis: bool = False
    country: str | None = None
    computed: Sequence[str] = ()  # numbers that code worked out, as printed
    sources: Sequence[Source] = ()
    first: bool = False  # whether the line that says what Carnet is not is due
    any_question: bool = False  # judged as strictly as any question could make it; *question* is empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A rule of the safety notes that was broken, and how."""

    rule: str  # "O5"
    code: str  # "ungrounded_number"
    block: bool  # whether a second try may not mend it


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Whether an answer may be sent as it is."""

    violations: tuple[Violation, ...] = ()

    @property
    def verdict(self) -> Outcome:
        """Give `block` for a danger, `rewrite` for what a second try could mend."""
        if any(violation.block for violation in self.violations):
            return "block"
        return "rewrite" if self.violations else "pass"
