"""Nothing is sent that was not reviewed here, whatever wrote it; a check that fails is a violation, not a pass."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from bot.guardrails.after import checks
from bot.guardrails.after.belonging import hours, persons
from bot.guardrails.after.claims import ClaimReader
from bot.guardrails.after.grounding import Grounding
from bot.guardrails.after.labels import Labels, Named, Names
from bot.guardrails.after.lexicon import Marked, stems
from bot.guardrails.after.model import CHECK_FAILED, Answer, RecordFact, Review, Violation
from bot.guardrails.after.numbers import Number, NumberReader
from bot.guardrails.after.record import Record, RecordReader, latest
from bot.guardrails.after.shapes import Shaper
from bot.guardrails.after.sounding import Heard, Sounding, violation_of
from bot.guardrails.after.stated import recorded, related, stated
from bot.guardrails.after.text import Sentence, low, opened, plain, sentences
from bot.guardrails.after.units import UnitReader
from bot.guardrails.after.wording import Line, Wordings
from bot.guardrails.helplines import Helplines
from bot.guardrails.learned.reader import Reader
from bot.guardrails.model import Level
from bot.kernel.logs import get_logger

log = get_logger()

_MAY: Final = re.compile(
    r"(?<=\d )may\b|(?<=(?:st|nd|rd|th) )may\b|\bmay(?= \d)|\bmay(?=,? 20\d\d)"
)  # the month hedges nothing
_TUESDAY: Final = re.compile(r"\btue(?=[:.,] |\.? \d)")  # « ça tue » is another word
_GROUNDED: Final = frozenset({"O5", "O6", "O8", "O11", "O12"})  # of answers that speak of somebody's health
_DIGIT: Final = re.compile(r"\d")
_QUOTED: Final = re.compile(r"[«“\"] ?([^«»“”\"\s]{3,}(?: [^«»“”\"\s]+){0,3}) ?[»”\"]")  # a few words: more is a claim
_HIDDEN: Final = "quotedwords"
_STOPS: Final = " .,;:!?…"
_MASS: Final = re.compile(r"\d\s?(?![a-zA-Zµ]+/)[a-zA-Zµ]")
_DOSE: Final = re.compile(
    r"\d\s?(?:mg|g|mcg|ug|ml|iu|ui|units?|unites?|tablets?|comprimes?|gelules?|capsules?|puffs?|gouttes|drops)\b(?!/)"
)


@dataclass(frozen=True, slots=True, repr=False)
class _Reading:
    """An answer, read once for every check."""

    answer: Answer
    plain: str
    small: str
    opened: str
    sentences: list[Sentence]
    marked: Marked
    marked_sentences: list[Sentence]
    question: str
    marked_question: Marked
    names: Names
    # Only read when a rule asks: ordinary talk is spared most of it.
    named: Callable[[], list[list[Named]]]  # the tests that each sentence names
    asked: Callable[[], str]  # the first test that the question names
    numbers: Callable[[], list[Number]]
    record: Callable[[], Record]


@dataclass(frozen=True, slots=True, repr=False)
class _Facts:
    """A record, indexed."""

    facts: tuple[RecordFact, ...]
    names: Names
    record: Record
    words: frozenset[str]  # the stems of all it says
    digits: tuple[str, ...]  # the labels that hold a digit
    schedules: Mapping[str, str]  # when each medicine is taken
    owners: Mapping[str, str]  # whose each value is


class Reviewer:
    """Holds the rules; reviewing an answer changes nothing."""

    def __init__(
        self, wordings: Wordings, helplines: Helplines, labels: Labels, units: UnitReader, sounding: Sounding
    ) -> None:
        self._wordings = wordings
        self._helplines = helplines
        self._labels = labels
        self._sounding = sounding
        self._shaper = Shaper(wordings.lexicon, labels)
        self._numbers = NumberReader(units, wordings.lists["number_names"])
        self._records = RecordReader(self._numbers, units, labels)
        self._indexed: _Facts | None = None
        self._telephones = frozenset("".join(filter(str.isdigit, line.number)) for line in helplines.lines)

    @classmethod
    def load(cls, folder: Path) -> "Reviewer":
        """Read the rules under the configuration *folder*. Raises `SettingsError` when any is wrong."""
        return cls(
            Wordings.load(folder / "guardrails" / "after"),
            Helplines.load(folder / "helplines"),
            Labels.load(folder),
            UnitReader.load(folder),
            Sounding.load(folder / "guardrails" / "learned" / "answers"),
        )

    def with_readers(self, readers: Mapping[str, Reader]) -> "Reviewer":
        """Give the same rules with other readers of sentences."""
        other = copy(self)
        other._sounding = self._sounding.with_readers(readers)
        return other

    def review(self, answer: Answer, *, grounded: bool = True) -> Review:
        """Judge *answer* by every rule; when not *grounded*, without those that hold only of health."""
        found: dict[tuple[str, str], Violation] = {}
        try:
            reading = self._read(answer)
        except Exception as error:  # noqa: BLE001  (an answer that cannot be read is not sent)
            return Review(violations=(_failed("O5", error),))
        for rule, check in self._checks(reading):
            if not grounded and rule in _GROUNDED:
                continue
            try:
                broken = list(check())
            except Exception as error:  # noqa: BLE001  (fails closed: the type and place are logged, never the text)
                broken = [_failed(rule, error)]
            for violation in broken:
                found.setdefault((violation.rule, violation.code), violation)
        return Review(violations=tuple(found.values()))

    def _checks(self, reading: _Reading) -> Iterator[tuple[str, Callable[[], Iterable[Violation]]]]:
        answer = reading.answer
        yield "O1", lambda: checks.emergency(answer, reading.plain, self._helplines)
        yield "O3", lambda: self._said(reading)
        yield "O5", lambda: self._numbers_of(reading)
        yield "O6", lambda: self._claims_of(reading)
        yield "O7", lambda: checks.citations(answer, reading.plain, reading.sentences, self._wordings.lists)
        yield "O8", lambda: self._doctor(reading)
        yield "O10", lambda: checks.crisis(answer, reading.opened, reading.question, self._helplines)
        yield "O11", lambda: checks.plain_words(reading.sentences)
        yield "O12", lambda: checks.disclosure(answer, reading.opened)

    def _facts(self, facts: Sequence[RecordFact]) -> "_Facts":
        """Index a record, once for all answers in a row that stand beside it; only the last one is kept."""
        if self._indexed is None or self._indexed.facts != tuple(facts):
            names = self._labels.of_record(fact.label for fact in facts)
            digits = tuple({low(plain(fact.label)) for fact in facts if _DIGIT.search(fact.label)})
            self._indexed = _Facts(
                tuple(facts), names, self._records.facts(facts), recorded(facts), digits,
                self._schedules(facts), persons(facts),
            )  # fmt: skip
        return self._indexed

    def _read(self, answer: Answer) -> _Reading:
        text = plain(answer.text.reveal())
        small = low(text)
        question = opened(low(plain(answer.question.reveal())))
        spoken = _TUESDAY.sub("tuesday", _MAY.sub("maj", opened(small)))
        if not answer.crisis:  # of a person's own words about death nothing is repeated unread
            spoken = _without_quotes(spoken, question)
        marked = self._wordings.lexicon.mark(_without_recorded_doses(spoken, answer))
        names, split = self._facts(answer.facts).names, sentences(spoken)
        return _Reading(
            answer, text, small, spoken, split, marked, sentences(marked.text), question,
            self._wordings.lexicon.mark(question), names,
            named=cache(lambda: [self._labels.find(one.text, names) for one in split]),
            asked=cache(lambda: next((one.key for one in self._labels.find(question, names)), "")),
            numbers=cache(
                lambda: self._numbers.read(text, small, answer.language, self._facts(answer.facts).digits)
            ),
            record=cache(lambda: self._records.read(answer, names, self._facts(answer.facts).record)),
        )  # fmt: skip

    def _said(self, reading: _Reading) -> Iterator[Violation]:
        """Give the families of sentences that may not be said, and are."""
        answer = reading.answer
        # Worked out only when a sentence of such a family is met: most answers hold none.
        known: dict[str, Callable[[], frozenset[str]]] = {
            "no": frozenset[str],
            "mentioned": cache(lambda: related(stems(reading.question) | self._facts(answer.facts).words)),
            "stated": cache(lambda: related(stated(reading.marked_question) | self._in_record(reading))),
        }
        heard = self._heard(reading)

        def sounds_clean(place: int) -> bool:
            return self._sounding.is_clean(heard[place])

        lines = [Line.of(one) for one in reading.marked_sentences]
        held = frozenset().union(*(line.holds for line in lines))
        for rule in self._wordings.rules:
            due = answer.level >= rule.level and (answer.crisis or not rule.crisis)
            asked = answer.any_question or rule.question is None or rule.question.search(reading.marked_question.text)
            firm = rule.level > Level.NONE and answer.level == Level.EMERGENCY  # who delays help then is not doubted
            clean = None if firm else sounds_clean
            if due and asked and rule.broken(lines, held, reading.marked, known[rule.grounded], clean):
                yield rule.violation
        for place, one in enumerate(heard):
            if one.fault == "diagnosis" and self._is_stated(reading.marked_sentences[place], reading, known["stated"]):
                continue  # the illness is the person's own
            if one.fault is not None:
                yield violation_of(one.fault)

    def _heard(self, reading: _Reading) -> list[Heard]:
        """Give what each sentence sounds like."""
        urgent = reading.answer.level >= Level.URGENT
        return [
            self._sounding.hear(self._shaper.words(one, reading.names), urgent=urgent)
            for one in reading.marked_sentences
        ]

    def _is_stated(self, sentence: Sentence, reading: _Reading, known: Callable[[], frozenset[str]]) -> bool:
        said = reading.marked.spoken(sentence.text)
        return bool(said) and all(stems(words) <= known() for words in said)

    def _in_record(self, reading: _Reading) -> frozenset[str]:
        """Give the stems of what the record states in words, for the results whose date the answer gives."""
        said = [number for number in reading.numbers() if number.days]
        found: set[str] = set()
        for fact in reading.answer.facts:
            if any(char.isdigit() for char in fact.value.split(" ")[0]) or not fact.value:
                continue
            days = {day for number in self._numbers.read(fact.date, fact.date.lower(), None) for day in number.days}
            if not days or any(
                day[0] == other[0] and day[1] in {None, other[1]} for one in said for day in one.days for other in days
            ):
                found |= stems(opened(low(plain(f"{fact.label} {fact.value}"))))
        return frozenset(found)

    def _numbers_of(self, reading: _Reading) -> Iterator[Violation]:
        answer = reading.answer
        facts = self._facts(answer.facts)
        named = self._labels.find(reading.small, reading.names)
        grounding = Grounding(reading.record(), self._telephones, self._wordings.lists, facts.schedules, facts.owners)
        for code in sorted(grounding.broken(reading.small, reading.numbers(), named, reading.asked())):
            yield Violation(rule="O5", code=code, block=False)

    def _schedules(self, facts: Sequence[RecordFact]) -> dict[str, str]:
        """Give when each medicine of the record is taken, where it says so."""
        printed = (
            (fact.label, low(plain(f"{fact.value} {fact.unit}")))
            for fact in facts
            if " " in fact.value or " " in fact.unit
        )
        return {self._labels.key(label): text for label, text in printed if hours(text)}

    def _claims_of(self, reading: _Reading) -> Iterator[Violation]:
        claims = ClaimReader(reading.record(), self._wordings.lists, reading.asked())
        for code in sorted(claims.broken(reading.sentences, reading.named())):
            yield Violation(rule="O6", code=code, block=False)

    def _doctor(self, reading: _Reading) -> Iterator[Violation]:
        named, record = frozenset(name.key for some in reading.named() for name in some), reading.record()
        spoken_of = [latest(record.by_key[key]) for key in named if record.by_key.get(key)]
        due = checks.doctor_is_due(reading.answer, reading.question, spoken_of, reading.opened)
        return checks.doctor(due, f"{reading.question} {reading.opened}", reading.sentences, self._wordings.lists)


def _without_quotes(text: str, question: str) -> str:
    """Hide what is quoted word for word from the question: « Garantie », le mot est fort. It is no claim of ours."""
    return _QUOTED.sub(lambda one: _HIDDEN if one[1].strip(_STOPS) in question else one[0], text)


def _without_recorded_doses(text: str, answer: Answer) -> str:
    """Hide doses repeated word for word from the record beside their medicine: they are no advice of ours."""
    for fact in answer.facts:
        if not _MASS.search(f"{fact.value}{fact.unit}"):
            continue
        dose = opened(low(plain(f"{fact.value} {fact.unit}".strip())))
        name = opened(low(plain(fact.label)))
        if _DOSE.search(dose) and name and name in text:
            text = text.replace(dose, "recordeddose")
    return text


def _failed(rule: str, error: Exception) -> Violation:
    log.error("answer_check_failed", exc_info=error)
    return Violation(rule=rule, code=CHECK_FAILED, block=True)
