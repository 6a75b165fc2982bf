"""Answers in Health: the composer plans and always can speak; a model, where one is fit, may phrase around slots.

Every answer given is kept with the facts it was built from, so that /why can show them.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from bot.chat.model import Show, Turn
from bot.chat.ports import ModelError
from bot.health.answers import compose
from bot.health.answers.model import Answer
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
        narrator: Narrator | None = None,
    ) -> None:
        self._db = db
        self._vault = vault
        self._clock = clock
        self._records = records
        self._knowledge = knowledge
        self._narrator = narrator

    async def explain(self, turn: Turn, facts: Sequence[Fact], report: Report) -> Show:
        """Explain a report its owner has just confirmed."""
        answer = compose.report(
            facts,
            self._knowledge,
            turn.language,
            laboratory=report.laboratory,
            collected=report.collected,
            not_read=len(report.not_read),
        )
        await self._keep(turn.person, turn.id, answer)
        return Show(text=answer.text)

    async def answer(self, turn: Turn, question: Sensitive[str], *, pseudonym: str, disclose: bool) -> Answer:
        """Answer *question* from the person's confirmed facts; the same question gives the same numbers."""
        facts = await self._records.facts(turn.person)
        answer = compose.answer(question, facts, self._knowledge, turn.language, disclose=disclose)
        if self._narrator is not None and self._may_be_phrased(turn, question, facts):
            answer = await self._narrated(turn, question, answer, facts, pseudonym=pseudonym, disclose=disclose)
        await self._keep(turn.person, turn.id, answer)
        return answer

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
        facts = [fact for fact in await self._records.facts(person) if fact.id in used]
        return why(facts, kept["sources"], kept["model"], language)

    def _may_be_phrased(self, turn: Turn, question: Sensitive[str], facts: Sequence[Fact]) -> bool:
        """Say whether a model may word this answer: named results only, none in doubt, no symptom, no plea."""
        planned = plan(question, facts, self._knowledge, turn.language)
        results = [result for subject in planned.subjects for result in subject.results]
        calm = planned.kind is Kind.SUBJECTS and not planned.worried and not planned.aside
        return calm and bool(results) and not any(result.disputed for result in results)

    async def _narrated(
        self,
        turn: Turn,
        question: Sensitive[str],
        answer: Answer,
        facts: Sequence[Fact],
        *,
        pseudonym: str,
        disclose: bool,
    ) -> Answer:
        """Let the model phrase the same facts; whatever goes wrong, the composed answer stands and says so."""
        if self._narrator is None:
            return answer
        used = [fact for fact in facts if fact.id in answer.facts]
        names = {fact.id: self._name(fact, turn.language) for fact in used}
        try:
            text = await self._narrator.narrate(question, used, names, turn.language, user=pseudonym)
        except (ModelError, NarrationError) as error:
            log.warning("narration_failed", turn=turn.id, exc_info=error)
            said = answer.text.reveal() + "\n\n" + say(turn.language, "health.model_away")
            return replace(answer, text=Sensitive(said))
        # The fixed sentences stay ours: who speaks, and whom to turn to.
        blocks = [say(turn.language, "answers.disclosure")] if disclose else []
        blocks += [text.reveal(), say(turn.language, "answers.show_doctor")]
        return replace(answer, text=Sensitive("\n\n".join(blocks)), model=self._narrator.label)

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
