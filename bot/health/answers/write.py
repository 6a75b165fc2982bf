"""One result, one list, one heading: the sentences about printed values, in the reader's language.

Nothing here computes a number or chooses a word of degree: values are as printed, and a place is below, above or inside.
"""

from typing import Final

from bot.health.answers import printed
from bot.health.answers.model import Detail
from bot.health.answers.results import Result
from bot.health.facts import Fact, Standing, standing
from bot.health.knowledge.words import words
from bot.i18n import Language, say
from bot.i18n.dates import spelled

_PLACES: Final = {
    Standing.LOW: "answers.low",
    Standing.HIGH: "answers.high",
    Standing.INSIDE: "answers.within",
}


def title(key: str, language: Language) -> str:
    """Give the catalogue's title *key*, bold."""
    return f"**{say(language, key)}**"


def heading(result: Result, language: Language) -> str:
    """Name a test as printed and, where that says more, in our words: "**V.G.M.** · volume globulaire moyen"."""
    shown = printed.label(result.fact)
    name = result.entry.wording(language).name if result.entry else ""
    told, known = _folded(shown), _folded(name)
    return printed.bold(shown) if known <= told or told <= known else f"{printed.bold(shown)} · {name}"


def place(result: Result, language: Language) -> str | None:
    """Give "en dessous", "au-dessus" or "dans l'intervalle"; None when that is unknown or its forms disagree."""
    key = None if result.forms_disagree else _PLACES.get(result.standing)
    return say(language, key) if key else None


def values(result: Result, language: Language) -> str:
    """Give "1,18 g/L (soit 6,55 mmol/L)"."""
    return _with_forms([printed.value(fact) for fact in result.facts], language)


def stands(result: Result, language: Language, *, dated: bool = False) -> str:
    """Say one result against the range printed beside it, in a sentence."""
    day = result.fact.date if dated else None
    lead = say(language, "answers.yours_dated", date=spelled(day, language)) if day else say(language, "answers.yours")
    # A form that has a range comes first, so that no value stands beside the range of another unit.
    forms = sorted(result.facts, key=lambda fact: printed.interval(fact) is None)
    shown = _with_forms([printed.value(fact) for fact in forms], language)
    intervals = [text for text in map(printed.interval, forms) if text]
    if not intervals:
        return say(language, "answers.without_range", lead=lead, value=shown)
    interval, where = _with_forms(intervals, language), place(result, language)
    if where is None:
        return say(language, "answers.not_placed", lead=lead, value=shown, interval=interval)
    return say(language, "answers.placed", lead=lead, value=shown, interval=interval, place=where)


def disputes(result: Result, language: Language) -> list[str]:
    """Say plainly what the page says twice and differently, and what only the laboratory can explain."""
    said = _marks(result, language)
    if result.forms_disagree:
        said += [_form_line(fact, language) for fact in result.facts]
        said.append(say(language, "answers.disputed_forms"))
    return said


def headline(result: Result, language: Language) -> list[str]:
    """Say in words alone where a result stands, and what its page leaves open."""
    said: list[str] = []
    where = place(result, language)
    if where is not None:
        said.append(say(language, "comfort.stands", place=where))
    elif not result.forms_disagree:
        said.append(say(language, "comfort.stands_nowhere"))
    said += _marks(result, language)
    if result.forms_disagree:
        said.append(say(language, "answers.disputed_forms"))
    return said


def _marks(result: Result, language: Language) -> list[str]:
    if result.disputed_mark is not None:
        return [say(language, "answers.disputed_mark", mark=printed.plain(result.disputed_mark))]
    if result.unread_mark is not None:
        return [say(language, "answers.unread_mark", mark=printed.plain(result.unread_mark))]
    return []


def line(result: Result, language: Language, *, placed: bool = False, detail: Detail = Detail.FULL) -> str:
    """Give one result on one bulleted line; *placed* adds where it stands."""
    name, shown = printed.label(result.fact), _with_ranges(result, language)
    where = place(result, language) if placed else None
    if detail is Detail.HEADLINE:
        text = say(language, "comfort.line_placed", label=name, place=where) if where else f"• {name}"
    elif where is None:
        text = say(language, "answers.line", label=name, value=shown)
    else:
        text = say(language, "answers.line_placed", label=name, value=shown, place=where)
    if result.mark:
        text = say(language, "answers.line_mark", line=text, mark=printed.plain(result.mark))
    return text


def dated_line(result: Result, language: Language) -> str:
    """Give one result of a test's history."""
    day = result.fact.date
    date = spelled(day, language) if day else say(language, "answers.no_date")
    return say(language, "answers.dated_line", date=date, value=_with_ranges(result, language))


def dated(result: Result, language: Language) -> str:
    """Give one result on one bulleted line with its test and its day."""
    day = result.fact.date
    date = spelled(day, language) if day else say(language, "answers.no_date")
    where = place(result, language)
    value = f"{_with_ranges(result, language)}, {date}"
    if where is None:
        return say(language, "answers.line", label=printed.label(result.fact), value=value)
    return say(language, "answers.line_placed", label=printed.label(result.fact), value=value, place=where)


def earlier(result: Result, language: Language) -> list[str]:
    """Say the earlier result that the report prints beside this one, if any."""
    previous = result.fact.previous
    return [say(language, "answers.earlier", value=printed.plain(previous))] if previous else []


def marked(sentence: str, result: Result, language: Language) -> str:
    """Add the mark the laboratory printed to *sentence*, if there is one."""
    return say(language, "answers.mark", line=sentence, mark=printed.plain(result.mark)) if result.mark else sentence


def _form_line(fact: Fact, language: Language) -> str:
    key = _PLACES.get(standing(fact))
    text = _with_range(fact)
    return f"• {text} → {say(language, key)}" if key else f"• {text}"


def _with_range(fact: Fact) -> str:
    interval = printed.interval(fact)
    return f"{printed.value(fact)} ({interval})" if interval else printed.value(fact)


def _with_ranges(result: Result, language: Language) -> str:
    text = _with_range(result.fact)
    for form in result.forms:
        text = say(language, "answers.line_form", first=text, second=_with_range(form))
    return text


def _with_forms(shown: list[str], language: Language) -> str:
    text = shown[0]
    for second in shown[1:]:
        text = say(language, "answers.form", first=text, second=second)
    return text


def _folded(text: str) -> set[str]:
    return {word.folded for word in words(text)}
