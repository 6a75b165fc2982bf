"""Answers in Health: the composer plans and always can speak; a model, where one is fit, may phrase around slots.

What Carnet does not do is refused before anything is composed. Every answer is checked before it is given, and kept with
the facts it was built from, so that /why can show them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from bot.chat.checks import AnswerCheck, Draft, Lines, Refusals, broken_rules, calling
from bot.chat.model import NO_TEXT, Show, Space, Turn
from bot.chat.ports import ModelError
from bot.health.answers import compose
from bot.health.answers.dial import Dials
from bot.health.answers.grounds import as_printed, beside, dates
from bot.health.answers.model import Answer, Detail
from bot.health.answers.narrate import NarrationError, Narrator
from bot.health.answers.plan import Kind, plan
from bot.health.answers.why import why
from bot.health.facts import Fact, Report
from bot.health.knowledge import Knowledge
from bot.health.records import Records
from bot.health.store import schema
from bot.health.vault import Vault
from bot.i18n import Language, say
from bot.kernel.clock import Clock
from bot.kernel.ids import PersonId, TurnId, new_id
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.storage.engine import ConflictError, Database

log = get_logger()


@dataclass(frozen=True, slots=True)
class _Case:
    """One question with what may be said to it."""

    turn: Turn
    question: Sensitive[str]
    facts: Sequence[Fact]
    lines: Mapping[str, str]

    def draft(self, answer: Answer, text: Sensitive[str]) -> Draft:
        """Give *text*, said for *answer*, with everything it may hold."""
        language = self.turn.language
        used = [fact for fact in self.facts if fact.id in answer.facts]
        return Draft(
            space=Space.HEALTH,
            language=language,
            question=self.question,
            text=text,
            facts=as_printed(used),
            prepared=(*answer.prepared, *beside(used), *dates(used, language), *self.lines.values()),
            alarm=self.turn.alarm,
        )


class Answering:
    """Explains reports and answers questions from confirmed facts only."""

    def __init__(
        self,
        *,
        db: Database,
        vault: Vault,
        clock: Clock,
        records: Records,
        knowledge: Knowledge,
        lines: Lines,
        dials: Dials,
        check: AnswerCheck,
        refusals: Refusals,
        narrator: Narrator | None = None,
    ) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock
        self._records = records
        self._knowledge = knowledge
        self._lines = lines
        self._dials = dials
        self._check = check
        self._refusals = refusals
        self._narrator = narrator

    async def explain(self, turn: Turn, facts: Sequence[Fact], report: Report) -> Show:
        """Explain a report its owner has just confirmed."""
        lines = self.lines(turn)
        answer = compose.report(
            facts,
            self._knowledge,
            turn.language,
            laboratory=report.laboratory,
            collected=report.collected,
            not_read=len(report.not_read),
            detail=await self._dials.get(turn.person),
            lines=lines,
        )
        answer = self._checked(_Case(turn, NO_TEXT, facts, lines), answer, first=True)
        await self._keep(turn.person, turn.id, answer)
        return Show(text=answer.text)

    def lines(self, turn: Turn) -> Mapping[str, str]:
        """Give the numbers this person may call, worded to stand in a sentence."""
        return self._lines(turn.language, turn.country)

    async def answer(self, turn: Turn, question: Sensitive[str], *, pseudonym: str, disclose: bool) -> Answer:
        """Answer *question* from the person's confirmed facts; the same question gives the same numbers."""
        lines = self.lines(turn)
        case = _Case(turn, question, await self._records.measured(turn.person, turn.language), lines)
        detail = await self._dials.get(turn.person)
        answer = compose.answer(
            question, case.facts, self._knowledge, turn.language, disclose=disclose, detail=detail, lines=lines
        )
        said = self._before_results(turn, question)
        if said:
            answer = self._refused(case, "\n\n".join(calling(turn.language, key, lines) for key in said), answer)
        elif detail is Detail.FULL and self._narrator is not None and self._may_be_phrased(case):
            answer = await self._narrated(self._narrator, case, answer, pseudonym=pseudonym, disclose=disclose)
        answer = self._checked(case, answer, first=disclose and not said)
        await self._keep(turn.person, turn.id, answer)
        return answer

    async def give(self, turn: Turn, question: Sensitive[str], answer: Answer) -> Answer:
        """Check and keep an answer composed elsewhere in Health."""
        case = _Case(turn, question, await self._records.measured(turn.person, turn.language), self.lines(turn))
        answer = self._checked(case, answer)
        await self._keep(turn.person, turn.id, answer)
        return answer

    def _before_results(self, turn: Turn, question: Sensitive[str]) -> list[str]:
        """Name the sentences that come before any result: what is refused, and that a doctor should look."""
        refused, alarm = self._refusals.key(question.reveal()), turn.alarm
        if alarm is not None and alarm.category == "eating_disorder":
            return ["scope.eating" if refused == "scope.eating" else "scope.eating_signs"]
        soon = ["scope.soon"] if alarm is not None and alarm.level == "soon" else []
        return [*soon, *([refused] if refused else [])]

    def _refused(self, case: _Case, sentences: str, answer: Answer) -> Answer:
        """Say *sentences*; of a result named beside what is refused, the record still says what it says."""
        planned = plan(case.question, case.facts, self._knowledge, case.turn.language)
        if any(subject.results for subject in planned.subjects):
            return compose.led(sentences, answer)
        return Answer(text=Sensitive(sentences), facts=(), sources=())

    def _checked(self, case: _Case, answer: Answer, *, first: bool = False) -> Answer:
        """Give *answer* if it breaks no rule; else the sentence that says nothing wrong."""
        draft = replace(case.draft(answer, answer.text), composed=answer.model is None, first=first)
        if not broken_rules(self._check, draft):
            return answer
        return Answer(text=Sensitive(calling(case.turn.language, "scope.safe", case.lines)), facts=(), sources=())

    async def why(self, person: PersonId, language: Language) -> Sensitive[str]:
        """Say what the person's last answer was built from."""
        newest = (
            select(schema.answer.c.id, schema.answer.c.body)
            .where(schema.answer.c.person_id == person)
            .order_by(schema.answer.c.turn_id.desc())
            .limit(1)
        )
        async with self._db.read() as connection:
            row = (await connection.execute(newest)).one_or_none()
        if row is None:
            return Sensitive(say(language, "health.why_nothing"))
        kept = await self._vault.unseal_json(person, schema.answer, row.id, row.body)
        used = set(kept["facts"])
        facts = [fact for fact in await self._records.measured(person, language) if fact.id in used]
        return why(facts, kept["sources"], kept["model"], language)

    def _may_be_phrased(self, case: _Case) -> bool:
        """Say whether a model may word this answer: named results only, none in doubt, no symptom, no plea."""
        planned = plan(case.question, case.facts, self._knowledge, case.turn.language)
        results = [result for subject in planned.subjects for result in subject.results]
        calm = planned.kind is Kind.SUBJECTS and not planned.worried and not planned.aside
        return calm and bool(results) and not any(result.disputed for result in results)

    async def _narrated(
        self, narrator: Narrator, case: _Case, answer: Answer, *, pseudonym: str, disclose: bool
    ) -> Answer:
        """Let the model phrase the same facts; whatever goes wrong, the composed answer stands and says so."""
        language = case.turn.language
        used = [fact for fact in case.facts if fact.id in answer.facts]
        names = {fact.id: self._name(fact, language) for fact in used}

        def whole(text: Sensitive[str]) -> Sensitive[str]:
            # The fixed sentences stay ours: who speaks, and whom to turn to.
            blocks = [say(language, "answers.disclosure")] if disclose else []
            return Sensitive(
                "\n\n".join((*blocks, text.reveal(), calling(language, "answers.show_doctor", case.lines)))
            )

        def review(text: Sensitive[str]) -> Sequence[str]:
            return broken_rules(self._check, replace(case.draft(answer, whole(text)), first=disclose))

        try:
            text = await narrator.narrate(case.question, used, names, language, user=pseudonym, review=review)
        except (ModelError, NarrationError) as error:
            log.warning("narration_failed", turn=case.turn.id, exc_info=error)
            said = answer.text.reveal() + "\n\n" + say(language, "health.model_away")
            return replace(answer, text=Sensitive(said))
        return replace(answer, text=whole(text), model=narrator.label)

    def _name(self, fact: Fact, language: Language) -> str:
        entry = self._knowledge.entry(fact.analyte) if fact.analyte else None
        return entry.wording(language).name if entry else fact.label

    async def _keep(self, person: PersonId, turn: TurnId, answer: Answer) -> None:
        row: UUID = new_id()
        used: dict[str, Any] = {"facts": list(answer.facts), "sources": list(answer.sources), "model": answer.model}
        values = {
            "id": row,
            "person_id": person,
            "turn_id": turn,
            "body": await self._vault.seal_json(person, schema.answer, row, used),
            "created_at": self._clock(),
        }
        try:
            async with self._db.write() as connection:
                await connection.execute(insert(schema.answer).values(values))
        except ConflictError:
            return  # the turn is replayed: what it was built from is already kept
