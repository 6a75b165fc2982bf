"""The confirm screen: everything that was read, in one message, for its owner to confirm, correct or discard.

Line numbers are the facts' own ids, so a removed line never renumbers the others under the person's eyes.
"""

from typing import Final

from bot.chat.model import Button, Show
from bot.health.answers.printed import interval, label, plain, shortened, value
from bot.health.facts import Fact, NotRead, Report
from bot.i18n import Language, say
from bot.i18n.dates import spelled
from bot.kernel.sensitive import Sensitive

_LONGEST_NOT_READ: Final = 60  # characters shown of a line that was not understood
_MOST_NOT_READ: Final = 10  # lines shown; a page of prose would bury the results


def proposal(report: Report, language: Language, *, token: str) -> Show:
    """Show what *report* says, with buttons bearing *token* to confirm, correct or discard it."""
    firsts = [fact for fact in report.facts if fact.form_of is None]
    blocks = [_header(report, len(firsts), language)]
    if firsts:
        blocks.append("\n".join(line for fact in firsts for line in _lines(fact, report, language)))
    if any(fact.review == "edited" for fact in firsts):
        blocks.append(say(language, "screen.edited_note"))
    if report.not_read:
        blocks.append(_not_read(report.not_read, language))
    if firsts:
        blocks.append(say(language, "screen.check"))
    return Show(text=Sensitive("\n\n".join(blocks)), buttons=_buttons(token, language, confirmable=bool(firsts)))


def edit_help(language: Language) -> str:
    """Say how to write a correction."""
    return say(language, "screen.edit_help")


def _header(report: Report, count: int, language: Language) -> str:
    title = say(language, "screen.title" if count else "screen.nothing")
    parts = [shortened(report.laboratory, _LONGEST_NOT_READ)] if report.laboratory else []
    if report.collected:
        parts.append(say(language, "screen.collected", date=spelled(report.collected, language)))
    elif report.reported:
        parts.append(say(language, "screen.reported", date=spelled(report.reported, language)))
    else:
        parts.append(say(language, "screen.no_date"))
    parts.append(say(language, "screen.count", count=count))
    return f"**{title}**\n{' · '.join(parts)}"


def _lines(first: Fact, report: Report, language: Language) -> list[str]:
    shown = [say(language, "screen.line", number=first.id, label=label(first), value=_result(first, language))]
    forms = (form for form in report.facts if form.form_of == first.id)
    return [*shown, *(say(language, "screen.form", value=_result(form, language)) for form in forms)]


def _result(fact: Fact, language: Language) -> str:
    parts = [value(fact)]
    printed = interval(fact)
    if printed:
        parts.append(f"({printed})")
    if fact.flag:
        parts.append(plain(fact.flag))
    if fact.previous:
        parts.append(say(language, "screen.earlier", value=plain(fact.previous)))
    if fact.review == "edited":
        parts.append(say(language, "screen.edited"))
    return " ".join(parts)


def _not_read(lines: tuple[NotRead, ...], language: Language) -> str:
    shown = [f"**{say(language, 'screen.not_read')}**"]
    shown += [
        say(
            language,
            "screen.not_read_line",
            page=line.page,
            line=line.line,
            text=shortened(line.text, _LONGEST_NOT_READ),
        )
        for line in lines[:_MOST_NOT_READ]
    ]
    if len(lines) > _MOST_NOT_READ:
        shown.append(say(language, "screen.not_read_more", count=len(lines) - _MOST_NOT_READ))
    return "\n".join(shown)


def _buttons(token: str, language: Language, *, confirmable: bool) -> tuple[tuple[Button, ...], ...]:
    discard = Button(label=say(language, "screen.discard"), data=f"doc:no:{token}")
    if not confirmable:
        return ((discard,),)
    confirm = Button(label=say(language, "screen.confirm"), data=f"doc:ok:{token}")
    edit = Button(label=say(language, "screen.edit"), data=f"doc:edit:{token}")
    return ((confirm,), (edit, discard))
