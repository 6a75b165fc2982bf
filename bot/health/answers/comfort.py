"""Answers a worry that keeps coming back: no new cause, no new number, one next step, and when not to wait.

The pattern is told from the person's own sealed words and their times; nothing more is kept for it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from babel.dates import format_time
from sqlalchemy import func, select

from bot.chat.checks import calling
from bot.chat.memory import Memory
from bot.chat.model import Button, Turn
from bot.chat.worries import Asked, Worries
from bot.health.answers import printed, write
from bot.health.answers.model import Answer
from bot.health.answers.plan import plan
from bot.health.knowledge import Knowledge
from bot.health.records import Records
from bot.health.store import schema
from bot.i18n import Language, say
from bot.kernel.ids import PersonId
from bot.kernel.sensitive import Sensitive
from bot.storage.engine import Database

SUMMARY: Final = "h:sum"
PAUSE: Final = "h:pause"
_MOST_WORDS: Final = 300  # characters of a worry quoted to the doctor


class Comfort:
    """Sees the pattern, and words what may be said then."""

    def __init__(
        self, *, db: Database, memory: Memory, records: Records, knowledge: Knowledge, worries: Worries
    ) -> None:
        self._db = db
        self._memory = memory
        self._records = records
        self._knowledge = knowledge
        self._worries = worries

    async def answer(
        self, turn: Turn, question: Sensitive[str], lines: Mapping[str, str], *, country: str | None
    ) -> Answer | None:
        """Answer *question* if it completes a pattern; None leaves it to be answered as usual."""
        if turn.alarm is not None:
            return None  # whatever the guard-rail noticed is answered for what it is
        now = Asked(text=question, at=turn.arrival.at)
        earlier = await self._earlier(turn)
        pattern = self._worries.judge(now, earlier, news_at=await self._news_at(turn.person), country=country)
        if pattern is None:
            return None
        blocks = [
            say(turn.language, "comfort.night" if pattern == "night" else "comfort.loop"),
            say(turn.language, "comfort.next"),
            calling(turn.language, "comfort.when", lines),
            say(turn.language, "comfort.rest"),
        ]
        return Answer(text=Sensitive("\n\n".join(blocks)), facts=(), sources=())

    async def summary(self, turn: Turn) -> Answer:
        """Put the last worry, and the results it names, on one page for a doctor; the same each time."""
        language = turn.language
        repeated = self._worries.repeated(await self._earlier(turn))
        if not repeated:
            return Answer(text=Sensitive(say(language, "comfort.summary_nothing")), facts=(), sources=())
        facts = await self._records.measured(turn.person, turn.language)
        subjects = [
            result
            for asked in repeated
            for subject in plan(asked.text, facts, self._knowledge, language).subjects
            for result in subject.results
        ]
        concerned = list({result.fact.id: result for result in subjects}.values())
        heading = write.title("comfort.summary_facts", language)
        shown = [write.dated(result, language) for result in concerned]
        blocks = [
            write.title("comfort.summary_title", language),
            self._told(repeated, language),
            "\n".join((heading, *shown)) if shown else say(language, "comfort.summary_no_facts"),
            say(language, "comfort.summary_ask"),
        ]
        quoted = repeated[0].text.reveal()
        times = (str(len(repeated)), _hour(repeated[0].at, language), _hour(repeated[-1].at, language))
        used = tuple(dict.fromkeys(fact.id for result in concerned for fact in result.facts))
        return Answer(text=Sensitive("\n\n".join(blocks)), facts=used, sources=(), prepared=(quoted, *times))

    def _told(self, repeated: Sequence[Asked], language: Language) -> str:
        words = printed.shortened(repeated[0].text.reveal(), _MOST_WORDS)
        lines = [say(language, "comfort.summary_worry", words=words)]
        if len(repeated) > 1:
            first, last = _hour(repeated[0].at, language), _hour(repeated[-1].at, language)
            lines.append(say(language, "comfort.summary_times", times=len(repeated), first=first, last=last))
        return "\n".join(lines)

    async def _earlier(self, turn: Turn) -> Sequence[Asked]:
        since = turn.arrival.at - self._worries.window
        return await self._memory.asked_since(turn.person, since, before=turn.id)

    async def _news_at(self, person: PersonId) -> datetime | None:
        """Say when the newest fact was confirmed."""
        newest = select(func.max(schema.fact.c.created_at)).where(schema.fact.c.person_id == person)
        async with self._db.read() as connection:
            confirmed: datetime | None = (await connection.execute(newest)).scalar_one_or_none()
        return confirmed


def buttons(language: Language) -> tuple[tuple[Button, ...], ...]:
    """Offer a summary for the doctor, and a pause."""
    summary = Button(label=say(language, "comfort.summary"), data=SUMMARY)
    return ((summary,), (Button(label=say(language, "comfort.pause"), data=PAUSE),))


def _hour(at: datetime, language: Language) -> str:
    return format_time(at, format="short", locale=language)
