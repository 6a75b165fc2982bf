"""Adapters between the spaces' ports and the guard-rails: which answers may go out, and what is refused by rule."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, Protocol, get_args

from bot.chat.checks import Draft
from bot.chat.guarded import carded, reader_of
from bot.chat.model import NO_TEXT, Alarm, Show, Space, Turn
from bot.chat.ports import Guardrail
from bot.guardrails.after import Answer, RecordFact, Reviewer, Source, Violation
from bot.guardrails.after.model import CHECK_FAILED
from bot.guardrails.model import Category, Level
from bot.guardrails.opinion import Opinion
from bot.guardrails.scope import Scope
from bot.i18n import Language
from bot.kernel.sensitive import Sensitive

_NUMBER: Final = re.compile(r"\d+")

# Ordinary talk holds recipes, sums and stories: no record is asked for there, unless it speaks of health (ADR 0015).
ORDINARY: Final = frozenset({"O1", "O2", "O3", "O4", "O7", "O10"})
SAD_WORDS: Final = frozenset({"O9"})
# Reads numbers, claims and medicines out of free sentences, and asks where they come from.
GROUNDING: Final = frozenset({"O5", "O6"})
INTRODUCED: Final = "medicine_introduced"
_MOST_FIT: Final = 1000  # fixed sentences: a few dozen, by what they were filled with


class HealthWords(Protocol):
    """Says whether a text sounds like health."""

    def health_words(self, text: str, language: Language) -> bool: ...


class AnswerReview:
    """Fulfils the chat's `AnswerCheck` with the output rules."""

    def __init__(self, reviewer: Reviewer, words: HealthWords) -> None:
        self._reviewer = reviewer
        self._words = words
        self._fit: set[tuple[object, ...]] = set()

    def broken(self, draft: Draft) -> Sequence[str]:
        """Name the rules that *draft* breaks, of those that hold for it; a rule that failed was broken."""
        if draft.space is Space.GENERAL and draft.composed:
            return self._fixed(draft)
        return self._broken(draft)

    def _fixed(self, draft: Draft) -> Sequence[str]:
        """Judge a sentence of the catalogue, which holds nothing of a person's, once for every question there may be."""
        said = (draft.text.reveal(), draft.language, draft.alarm, draft.first, *draft.prepared)
        if said in self._fit:
            return []
        if self._broken(replace(draft, question=NO_TEXT), any_question=True):
            return self._broken(draft)
        if len(self._fit) < _MOST_FIT:
            self._fit.add(said)
        return []

    def _broken(self, draft: Draft, *, any_question: bool = False) -> Sequence[str]:
        # Where these rules do not hold (see `_holds`), working them out would be half of the cost.
        grounded = draft.space is Space.HEALTH or (not draft.composed and self._is_about_health(draft))
        review = self._reviewer.review(
            Answer(
                question=draft.question,
                text=draft.text,
                language=draft.language,
                facts=[RecordFact(**fact) for fact in draft.facts],
                level=Level[draft.alarm.level.upper()] if draft.alarm else Level.NONE,
                category=_category(draft),
                crisis=bool(draft.alarm and draft.alarm.crisis),
                sources=[Source(reference="carnet", text=text) for text in draft.prepared],
                first=draft.first,
                any_question=any_question,
            ),
            grounded=grounded,
        )
        broken = [f"{one.rule} {one.code}" for one in review.violations if self._holds(one, draft)]
        return [*broken, *(["O5 ungrounded_number"] if draft.composed and not _is_copied(draft) else [])]

    def _is_about_health(self, draft: Draft) -> bool:
        return self._words.health_words(draft.text.reveal(), draft.language)

    def _holds(self, one: Violation, draft: Draft) -> bool:
        """Say whether the rule that was broken is for this draft."""
        if one.code == CHECK_FAILED:
            return True
        grounding = one.rule in GROUNDING or one.code == INTRODUCED
        if draft.composed and grounding:
            return False  # a composer's words are reviewed data, its numbers looked up below
        if draft.space is Space.HEALTH:
            return True
        if grounding or one.rule in SAD_WORDS:
            return self._is_about_health(draft)
        return one.rule in ORDINARY


def _is_copied(draft: Draft) -> bool:
    """Say whether every number of a composed text stands, digit for digit, in what it was composed from."""
    given = " ".join((*(value for fact in draft.facts for value in fact.values()), *draft.prepared))
    return set(_NUMBER.findall(draft.text.reveal())) <= set(_NUMBER.findall(given))


def _category(draft: Draft) -> Category:
    said = draft.alarm.category if draft.alarm else "none"
    return next((category for category in get_args(Category) if category == said), "none")


class ScopeRefusals:
    """Fulfils the chat's `Refusals`: the first refusal that holds is the one said."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def key(self, text: str) -> str | None:
        """Give the sentence that answers *text* instead."""
        return next((hit.rule for hit in self._scope.judge(text)), None)


class OpinionCard:
    """Fulfils Health's `SecondOpinion`: what a model finds graver than the rules did is answered by the same card."""

    def __init__(self, opinion: Opinion, guard: Guardrail) -> None:
        self._opinion = opinion
        self._guard = guard

    async def raised(self, turn: Turn, seen: Sensitive[str], *, user: str) -> Alarm | None:
        """Give the model's alarm when it finds that *seen* cannot wait; despair often names nothing of health."""
        alarm = await self._opinion.raised(seen, turn.alarm, space=turn.space, user=user)
        return alarm if alarm is not None and alarm.stops else None

    async def card(self, turn: Turn, alarm: Alarm) -> Show:
        """Give the card, in the language the question is written in."""
        return carded(self._guard, alarm, reader_of(turn))
