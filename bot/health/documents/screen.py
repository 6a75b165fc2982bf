"""The confirm screen: what was read, in the document's order, for its owner to confirm, correct or discard.

A list that fits one message is one; a longer one turns its pages in place. Line numbers are the facts' own ids, so a
removed line never renumbers the others under the person's eyes. Only doubtful lines are opened one by one.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, get_args

from bot.chat.model import Button, Show
from bot.health.answers.printed import interval, label, shortened, value
from bot.health.documents.doubts import doubt, doubtful
from bot.health.documents.imported import contents, devices
from bot.health.facts import Fact, NotRead, Report
from bot.health.facts.model import Kind
from bot.health.importers.importer import MassUnit
from bot.i18n import Language, say
from bot.i18n.dates import clock_time, spelled
from bot.kernel.sensitive import Sensitive

_LONGEST_NOT_READ: Final = 60  # characters shown of a line that was not understood
_MOST_NOT_READ: Final = 10  # lines shown; a page of prose would bury the results
_LONGEST: Final = 4_080  # UTF-16 units: a message holds 4,096, the mark of the space among them
_LONGEST_NOTE: Final = 160
_NAMED: Final[frozenset[Kind]] = frozenset({"lab_report", "entry"})  # kinds the title need not name

Buttons = tuple[tuple[Button, ...], ...]


def proposal(
    report: Report, language: Language, *, token: str, page: int = 0, other: str | None = None, lasting: bool = False
) -> Show:
    """Show page *page* of what *report* says, with buttons bearing *token*.

    *other* is the name earlier documents bear, when this one bears another. From a *lasting* source more will come:
    whether that may be used is asked with it.
    """
    firsts = [fact for fact in report.facts if fact.form_of is None]
    something = bool(firsts or report.spans)
    above, below = [_header(report, len(firsts), language)], []
    if other:
        name = shortened(report.person or "", _LONGEST_NOT_READ)
        above.append(say(language, "screen.two_names", name=name, other=shortened(other, _LONGEST_NOT_READ)))
    if any(fact.review == "edited" for fact in firsts):
        below.append(say(language, "screen.edited_note"))
    if something:
        below.append(say(language, "screen.check_typed" if report.kind == "entry" else "screen.check"))
    pages = _pages(report, language, room=_LONGEST - sum(_units(block) + 2 for block in (*above, *below)))
    page = max(0, min(page, len(pages) - 1))
    buttons = [*_turning(page, len(pages), token, language)]
    if doubts := len(doubtful(report)):
        buttons.append((Button(label=say(language, "screen.doubts", count=doubts), data=f"doc:look:{token}"),))
    buttons += _units_asked(report, token, language)
    whose = "screen.confirm_mine" if other else "screen.allow_once" if lasting else "screen.confirm"
    return Show(
        text=Sensitive("\n\n".join([*above, *pages[page : page + 1], *below])),
        buttons=(*buttons, *_buttons(token, language, whose if something else None, lasting=lasting)),
    )


def one_by_one(report: Report, language: Language, *, token: str) -> Show | None:
    """Show the first doubtful line alone, with why, to be kept, corrected or removed; None when none is left."""
    waiting = doubtful(report)
    if not waiting:
        return None
    fact, why = waiting[0], doubt(waiting[0])
    place = say(language, "screen.place", page=fact.page, line=fact.line)
    blocks = [
        f"**{say(language, 'screen.look', count=len(waiting))}**",
        "\n".join(_lines(fact, _forms(report), language)),
        f"{say(language, f'screen.doubt_{why}')} {place}",
        say(language, "screen.look_edit", number=fact.id),
    ]
    keep = Button(label=say(language, "screen.keep_line"), data=f"doc:keep:{token}:{fact.id}")
    drop = Button(label=say(language, "screen.drop_line"), data=f"doc:drop:{token}:{fact.id}")
    back = Button(label=say(language, "screen.back"), data=f"doc:page:{token}:0")
    return Show(text=Sensitive("\n\n".join(blocks)), buttons=((keep,), (drop,), (back,)))


def edit_help(language: Language) -> str:
    """Say how to write a correction."""
    return say(language, "screen.edit_help")


def described(report: Report, language: Language) -> str:
    """Give a document in one line: what it is, of when, how much it says."""
    day = report.collected or report.reported
    parts = [
        say(language, f"screen.kind_{report.kind}"),
        *([shortened(report.laboratory, _LONGEST_NOT_READ)] if report.laboratory else []),
        *([spelled(day, language)] if day else []),
        _count(report, language),
    ]
    return " · ".join(parts)


def _header(report: Report, count: int, language: Language) -> str:
    title = say(language, "screen.title" if count or report.spans else "screen.nothing")
    parts = [] if report.kind in _NAMED else [say(language, f"screen.kind_{report.kind}")]
    parts += [shortened(report.laboratory, _LONGEST_NOT_READ)] if report.laboratory else []
    if report.collected and report.kind == "entry":
        parts.append(spelled(report.collected, language))
    elif report.collected:
        parts.append(say(language, "screen.collected", date=spelled(report.collected, language)))
    elif report.reported:
        parts.append(say(language, "screen.reported", date=spelled(report.reported, language)))
    elif not any(fact.date for fact in report.facts) and not report.spans:
        parts.append(say(language, "screen.no_date"))
    return f"**{title}**\n{' · '.join([*parts, _count(report, language)])}"


def _count(report: Report, language: Language) -> str:
    count = sum(fact.form_of is None for fact in report.facts)
    days = sum(span.days for span in report.spans)
    said = [say(language, "screen.count", count=count)] if count or not days else []
    return " · ".join([*said, *([say(language, "screen.days", count=days)] if days else [])])


def _pages(report: Report, language: Language, *, room: int) -> list[str]:
    """Cut the results into pages at their own boundaries: a result and its forms stay together."""
    pages: list[str] = []
    for block in _blocks(report, language):
        if pages and _units(pages[-1]) + _units(block) < room:
            pages[-1] += f"\n{block}"
        else:
            pages.append(block.lstrip("\n"))
    return pages


def _blocks(report: Report, language: Language) -> Iterator[str]:
    """Give each result as its lines, under a heading where another page or another day begins; devices' days first."""
    yield from devices(report.spans, language)
    firsts = [fact for fact in report.facts if fact.form_of is None]
    forms = _forms(report)
    many_pages = len({fact.page for fact in firsts}) > 1
    dated = len({fact.date for fact in firsts if fact.date}) > 1
    heading = None
    for fact in firsts:
        own = [
            *([say(language, "screen.on_page", page=fact.page)] if many_pages else []),
            *([spelled(fact.date, language)] if dated and fact.date else []),
        ]
        lines = _lines(fact, forms, language)
        if own and own != heading:
            lines = [f"**{' · '.join(own)}**", *lines]
            heading = own
        yield "\n".join(lines)
    for after in (contents(report, language), _not_read(report.not_read, language)):
        if after:
            yield f"\n{after}"


def _forms(report: Report) -> Mapping[str, Sequence[Fact]]:
    """Give the further forms of each result by its id."""
    forms: dict[str, list[Fact]] = {}
    for fact in report.facts:
        if fact.form_of is not None:
            forms.setdefault(fact.form_of, []).append(fact)
    return forms


def _lines(first: Fact, forms: Mapping[str, Sequence[Fact]], language: Language) -> list[str]:
    shown = [say(language, "screen.line", number=first.id, label=label(first), value=_result(first, language))]
    shown += [say(language, "screen.form", value=_result(form, language)) for form in forms.get(first.id, ())]
    if first.note:
        shown.append(f"   {shortened(first.note, _LONGEST_NOTE)}")
    return shown


def _result(fact: Fact, language: Language) -> str:
    parts = [shortened(value(fact), _LONGEST_NOTE)]
    printed = interval(fact)
    if printed:
        parts.append(f"({shortened(printed, _LONGEST_NOTE)})")
    if fact.flag:
        parts.append(shortened(fact.flag, _LONGEST_NOT_READ))
    if fact.at:
        parts.append(f"· {clock_time(fact.at, language)}")
    if fact.status == "inactive":
        parts.append(say(language, "screen.inactive"))
    if fact.previous:
        parts.append(say(language, "screen.earlier", value=shortened(fact.previous, _LONGEST_NOTE)))
    if fact.review == "edited":
        parts.append(say(language, "screen.edited"))
    elif doubt(fact) in {"score", "unit", "far"}:
        parts.append(say(language, "screen.doubtful"))
    return " ".join(parts)


def _not_read(lines: tuple[NotRead, ...], language: Language) -> str:
    if not lines:
        return ""
    shown = [f"**{say(language, 'screen.not_read')}**"]
    for line in lines[:_MOST_NOT_READ]:
        text = shortened(line.text, _LONGEST_NOT_READ)
        shown.append(say(language, "screen.not_read_line", page=line.page, line=line.line, text=text))
    if len(lines) > _MOST_NOT_READ:
        shown.append(say(language, "screen.not_read_more", count=len(lines) - _MOST_NOT_READ))
    return "\n".join(shown)


def _units_asked(report: Report, token: str, language: Language) -> Iterator[tuple[Button, ...]]:
    """Ask for the unit of weights whose file does not say it."""
    if report.kind == "myfitnesspal" and any(line.reason == "unit_unknown" for line in report.not_read):
        yield tuple(
            Button(label=say(language, f"screen.weights_{unit}"), data=f"doc:unit:{token}:{unit}")
            for unit in get_args(MassUnit)
        )


def _turning(page: int, pages: int, token: str, language: Language) -> Iterator[tuple[Button, ...]]:
    if pages > 1:
        at = say(language, "screen.page_of", page=page + 1, pages=pages)
        before, after = (page - 1) % pages, (page + 1) % pages
        yield (
            Button(label=f"◀ {at}", data=f"doc:page:{token}:{before}"),
            Button(label=f"{at} ▶", data=f"doc:page:{token}:{after}"),
        )


def _buttons(token: str, language: Language, confirm: str | None, *, lasting: bool) -> Buttons:
    discard = Button(label=say(language, "screen.discard"), data=f"doc:no:{token}")
    if confirm is None:
        return ((discard,),)
    edit = Button(label=say(language, "screen.edit"), data=f"doc:edit:{token}")
    later = [
        Button(label=say(language, f"screen.allow_{one}"), data=f"con:{one}:{token}") for one in ("always", "never")
    ]
    rows = ((one,) for one in (later if lasting else ()))
    return ((Button(label=say(language, confirm), data=f"doc:ok:{token}"),), *rows, (edit, discard))


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
