"""Answers made of confirmed facts and prepared sentences only: the same input gives the same bytes.

Every number in them is printed in a fact; what a result means for its owner is left to their doctor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.chat.checks import calling
from bot.health.answers import printed, sources, write
from bot.health.answers.model import Answer, Detail
from bot.health.answers.plan import Kind, Plan, Subject, plan
from bot.health.answers.results import Groups, Result, groups, results
from bot.health.facts import Fact, Standing
from bot.health.knowledge import Entry, Knowledge
from bot.i18n import Language, say
from bot.i18n.dates import spelled
from bot.kernel.sensitive import Sensitive


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a reply is put."""

    language: Language
    detail: Detail
    lines: Mapping[str, str]


def report(
    facts: Sequence[Fact],
    knowledge: Knowledge,
    language: Language,
    *,
    laboratory: str | None,
    collected: date | None,
    not_read: int = 0,
    detail: Detail = Detail.FULL,
    lines: Mapping[str, str],
) -> Answer:
    """Explain a report its owner has just confirmed: what is out of its printed range first, then the rest in short.

    *detail* takes away numbers or explanations, never a result, nor the word that one is outside its range. *lines* are
    the numbers to call.
    """
    every = results(facts, knowledge)
    sorted_out = groups(every)
    title = _dated("answers.report", collected, language)
    if laboratory:
        title += f" · {printed.shortened(laboratory, 80)}"
    blocks = [f"{title}\n{say(language, 'answers.disclosure')}"]
    if sorted_out.out:
        blocks += _out(sorted_out.out, language, detail)
    blocks += _disputed(sorted_out, language, detail)
    if sorted_out.all_inside:
        blocks.append(say(language, "answers.none_out"))
    blocks += _in_short(sorted_out, language, detail)
    if not_read:
        blocks.append(say(language, "answers.not_read", count=not_read))
    to_ask = sorted_out.out or sorted_out.contradicted or sorted_out.marked
    blocks.append(calling(language, "answers.card_out" if to_ask else "answers.card", lines))
    explained = sorted_out.out if detail is Detail.FULL else ()
    answer = _answer(blocks, every, [result.entry for result in explained], language)
    head = [spelled(collected, language)] if collected else []
    return replace(answer, prepared=(*answer.prepared, *head, laboratory or ""))


def answer(
    question: Sensitive[str],
    facts: Sequence[Fact],
    knowledge: Knowledge,
    language: Language,
    *,
    disclose: bool = False,
    detail: Detail = Detail.FULL,
    lines: Mapping[str, str],
) -> Answer:
    """Reply to a free question from confirmed *facts*, newest report first. *disclose* opens a conversation."""
    planned = plan(question, facts, knowledge, language)
    given = _REPLIES[planned.kind](planned, _Manner(language, detail, lines))
    return led(say(language, "answers.disclosure"), given) if disclose else given


def led(lead: str, given: Answer) -> Answer:
    """Put a fixed sentence before an answer."""
    return replace(given, text=Sensitive(f"{lead}\n\n{given.text.reveal()}"))


def _subjects(planned: Plan, manner: _Manner) -> Answer:
    language = manner.language
    blocks = [say(language, "answers.worry")] if planned.worried else []
    used: list[Result] = []
    for subject in planned.subjects:
        blocks.append(_subject(subject, language, manner.detail))
        used += subject.results
    if planned.aside:
        blocks.append(calling(language, "answers.aside", manner.lines))
    elif any(result.out_of_range or result.disputed for result in used):
        blocks.append(calling(language, "answers.show_doctor", manner.lines))
    return _answer(blocks, used, [subject.entry for subject in planned.subjects], language)


def _subject(subject: Subject, language: Language, detail: Detail) -> str:
    if subject.entry and not subject.results:
        wording = subject.entry.wording(language)
        name = wording.name[:1].upper() + wording.name[1:]
        return "\n".join((printed.bold(name), wording.what, say(language, "answers.no_result")))
    latest, older = subject.results[0], subject.results[1:]
    if detail is Detail.HEADLINE:
        return "\n".join((write.heading(latest, language), *write.headline(latest, language)))
    lines = [_explained(latest, language, dated=True, detail=detail)]
    if older:
        lines.append(say(language, "answers.history"))
        lines += [write.dated_line(result, language) for result in subject.results]
        lines += _compared(latest, older, language)
    return "\n".join(lines)


def _explained(result: Result, language: Language, *, dated: bool = False, detail: Detail = Detail.FULL) -> str:
    """Say where this value stands; in full, what the test looks at, what commonly moves it that way, what to ask."""
    where = write.stands(result, language, dated=dated)
    disputes = write.disputes(result, language)
    lines = [write.heading(result, language), where if disputes else write.marked(where, result, language), *disputes]
    lines += write.earlier(result, language)
    if detail is Detail.NUMBERS:
        return "\n".join(lines)
    if result.entry is None:
        lines.append(say(language, "answers.unknown_test"))
        return "\n".join(lines)
    wording = result.entry.wording(language)
    moves = {Standing.LOW: wording.moves_down, Standing.HIGH: wording.moves_up}.get(result.standing)
    lines.append(f"{wording.what} {moves}" if moves and result.out_of_range else wording.what)
    if result.out_of_range:
        lines.append(say(language, "answers.ask", question=wording.ask[0]))
    return "\n".join(lines)


def _out(out: Sequence[Result], language: Language, detail: Detail) -> list[str]:
    """Speak of the results outside their range: in full, or one line each."""
    title = write.title("answers.out", language)
    if detail is Detail.FULL:
        return [title, *_all_explained(out, language)]
    return ["\n".join((title, *(write.line(result, language, placed=True, detail=detail) for result in out)))]


def _all_explained(out: Sequence[Result], language: Language) -> list[str]:
    """Explain each test we know; name together those we do not, so that saying so once is enough."""
    known = [result for result in out if result.entry]
    unknown = [result for result in out if not result.entry]
    blocks = [_explained(result, language) for result in known]
    if len(unknown) <= 1:
        return [*blocks, *(_explained(result, language) for result in unknown)]
    lines = [write.line(result, language, placed=True) for result in unknown]
    return [*blocks, "\n".join((say(language, "answers.unknown_tests"), *lines))]


def _compared(latest: Result, older: Sequence[Result], language: Language) -> list[str]:
    """Say higher, lower or the same of the two newest exact values of one unit and two days; nothing else."""
    now, before = latest.fact, older[0].fact
    if now.analyte is None or now.date is None or before.date is None or now.date == before.date:
        return []  # the same unknown label may stand for two tests
    if now.ucum is None or now.ucum != before.ucum:
        return [say(language, "answers.not_comparable")] if now.unit != before.unit else []
    if now.number is None or before.number is None or now.comparator or before.comparator:
        return []
    key = "same" if now.number == before.number else "higher" if now.number > before.number else "lower"
    newer, older_day = spelled(now.date, language), spelled(before.date, language)
    return [say(language, f"answers.{key}", date=newer, earlier=older_day)]


def _overview(planned: Plan, manner: _Manner) -> Answer:
    language = manner.language
    every = planned.latest
    sorted_out = groups(every)
    blocks = [say(language, "answers.worry")] if planned.worried else []
    blocks.append(_dated("answers.latest_report", every[0].fact.date, language))
    if sorted_out.out:
        lines = [write.line(result, language, placed=True, detail=manner.detail) for result in sorted_out.out]
        blocks.append("\n".join((write.title("answers.out", language), *lines)))
    blocks += _disputed(sorted_out, language, manner.detail)
    if sorted_out.all_inside:
        blocks.append(say(language, "answers.none_out"))
    blocks += _in_short(sorted_out, language, manner.detail)
    closing = [calling(language, "answers.aside" if planned.aside else "answers.show_doctor", manner.lines)]
    example = (sorted_out.out or every)[0]
    blocks.append("\n".join((*closing, say(language, "answers.more", label=printed.label(example.fact)))))
    return _answer(blocks, every, [], language)


def _questions(planned: Plan, manner: _Manner) -> Answer:
    language = manner.language
    named = [result for subject in planned.subjects for result in subject.results[:1]]
    chosen = named or [result for result in planned.latest if result.out_of_range or result.disputed]
    blocks = [write.title("answers.questions", language)]
    for result in chosen:
        head = write.heading(result, language)
        if manner.detail is not Detail.HEADLINE:
            head = say(language, "answers.question_about", about=head, value=write.values(result, language))
        asks = [*(result.entry.wording(language).ask if result.entry else ())]
        if mark := result.disputed_mark or result.unread_mark:
            asks.insert(0, say(language, "answers.ask_mark", mark=printed.plain(mark)))
        blocks.append("\n".join((head, *(say(language, "answers.question", question=ask) for ask in asks))))
    blocks.append(say(language, "answers.questions_general"))
    if planned.aside:
        blocks.append(calling(language, "answers.aside", manner.lines))
    return _answer(blocks, chosen, [result.entry for result in chosen], language)


def _kept(planned: Plan, manner: _Manner) -> Answer:
    language = manner.language
    text = say(language, "answers.kept", count=planned.held) if planned.held else say(language, "answers.kept_nothing")
    return replace(_answer([text], [], [], language), prepared=(str(planned.held),))


def _nothing_yet(planned: Plan, manner: _Manner) -> Answer:
    language = manner.language
    blocks = [calling(language, "answers.aside", manner.lines)] if planned.aside else []
    return _answer([*blocks, say(language, "answers.no_facts")], [], [], language)


def _help(planned: Plan, manner: _Manner) -> Answer:
    language = manner.language
    return _answer([say(language, "answers.can_do" if planned.held else "answers.no_facts")], [], [], language)


def _other(_: Plan, manner: _Manner) -> Answer:
    language = manner.language
    blocks = [calling(language, "answers.urgent_help", manner.lines), say(language, "answers.other")]
    return _answer(blocks, [], [], language)


def _disputed(sorted_out: Groups, language: Language, detail: Detail) -> list[str]:
    blocks = [write.title("answers.disputed", language)] if sorted_out.contradicted else []
    for result in sorted_out.contradicted:
        if detail is Detail.HEADLINE:
            said = write.headline(result, language)
        else:
            said = [write.stands(result, language), *write.disputes(result, language)]
        blocks.append("\n".join((write.heading(result, language), *said)))
    if sorted_out.marked:
        lines = [write.line(result, language, detail=detail) for result in sorted_out.marked]
        blocks.append("\n".join((write.title("answers.marked", language), *lines)))
    return blocks


def _in_short(sorted_out: Groups, language: Language, detail: Detail) -> list[str]:
    blocks: list[str] = []
    for key, note, group in (
        ("answers.inside", None, sorted_out.inside),
        ("answers.not_compared", "answers.not_compared_note", sorted_out.not_compared),
        ("answers.no_range", "answers.no_range_note", sorted_out.no_range),
    ):
        if group:
            lines = [write.title(key, language), *([say(language, note)] if note else [])]
            blocks.append("\n".join((*lines, *(write.line(result, language, detail=detail) for result in group))))
    return blocks


def _dated(key: str, day: date | None, language: Language) -> str:
    return printed.bold(say(language, f"{key}_dated", date=spelled(day, language)) if day else say(language, key))


def _answer(
    blocks: Sequence[str], used: Sequence[Result], quoted: Sequence[Entry | None], language: Language
) -> Answer:
    entries = {entry.key: entry for entry in quoted if entry}
    return Answer(
        text=Sensitive("\n\n".join(blocks)),
        facts=tuple(dict.fromkeys(fact.id for result in used for fact in result.facts)),
        sources=tuple(line for entry in entries.values() for line in sources.cite(entry, language)),
        prepared=(
            *(result.entry.wording(language).name for result in used if result.entry),
            *(sentence for entry in entries.values() for sentence in _sentences(entry, language)),
        ),
    )


def _sentences(entry: Entry, language: Language) -> tuple[str, ...]:
    wording = entry.wording(language)
    return (wording.name, wording.what, wording.moves_up, wording.moves_down, *wording.ask)


_REPLIES = {
    Kind.SUBJECTS: _subjects,
    Kind.OVERVIEW: _overview,
    Kind.QUESTIONS: _questions,
    Kind.KEPT: _kept,
    Kind.NOTHING_YET: _nothing_yet,
    Kind.HELP: _help,
    Kind.OTHER: _other,
}
