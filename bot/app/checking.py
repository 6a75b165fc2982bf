"""Adapters between the spaces' ports and the guard-rails: which answers may go out, and what is refused by rule."""

import re
from collections.abc import Sequence
from typing import Final, Protocol, get_args

from bot.chat.checks import Draft
from bot.chat.guarded import carded
from bot.chat.model import Show, Space, Turn
from bot.chat.people import People
from bot.chat.ports import Guardrail, Reader
from bot.guardrails.after import Answer, RecordFact, Reviewer, Source
from bot.guardrails.after.model import CHECK_FAILED
from bot.guardrails.model import Category, Level
from bot.guardrails.opinion import Opinion
from bot.guardrails.scope import Scope
from bot.i18n import Language
from bot.kernel.sensitive import Sensitive

_NUMBER: Final = re.compile(r"\d+")

# Ordinary talk holds recipes, sums and stories: numbers need no record there, nor every sad word a source (ADR 0015).
ORDINARY: Final = frozenset({"O1", "O2", "O3", "O4", "O7", "O10"})
READ_OF_WORDS: Final = frozenset({"O5", "O6"})  # what reads claims and numbers out of a model's free sentences
OF_HEALTH: Final = ORDINARY | {"O5", "O6", "O9"}  # an answer of the general space that speaks of health all the same


class HealthWords(Protocol):
    """Says whether a text sounds like health."""

    def health_words(self, text: str, language: Language) -> bool: ...


class AnswerReview:
    """Fulfils the chat's `AnswerCheck` with the output rules."""

    def __init__(self, reviewer: Reviewer, words: HealthWords) -> None:
        self._reviewer = reviewer
        self._words = words

    def broken(self, draft: Draft) -> Sequence[str]:
        """Name the rules that *draft* breaks, of those that hold for it; a rule that failed was broken."""
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
            )
        )
        broken = [
            f"{one.rule} {one.code}"
            for one in review.violations
            if one.code == CHECK_FAILED or self._holds(one.rule, draft)
        ]
        return [*broken, *(["O5 ungrounded_number"] if draft.composed and not _is_copied(draft) else [])]

    def _holds(self, rule: str, draft: Draft) -> bool:
        """Say whether *rule* is for this draft."""
        if draft.space is Space.HEALTH:
            return not (draft.composed and rule in READ_OF_WORDS)
        about_health = self._words.health_words(draft.text.reveal(), draft.language)
        return rule in (OF_HEALTH if about_health else ORDINARY)


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

    def __init__(self, opinion: Opinion, guard: Guardrail, people: People, words: HealthWords) -> None:
        self._opinion = opinion
        self._guard = guard
        self._people = people
        self._words = words

    async def card(self, turn: Turn, question: Sensitive[str], *, user: str) -> Show | None:
        """Give the card when the model finds that *question* cannot wait."""
        if turn.alarm is None and not self._words.health_words(question.reveal(), turn.language):
            return None
        alarm = await self._opinion.raised(question, turn.alarm, space=turn.space, user=user)
        if alarm is None or not alarm.stops:
            return None
        person = await self._people.get(turn.person)
        reader = Reader(language=turn.language, country=person.country if person else None, space=turn.space)
        return carded(self._guard, alarm, reader)
