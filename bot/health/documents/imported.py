"""What an app's or a device's export brings, in short: each device's metrics with their days, and what was left out."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from babel.numbers import format_decimal

from bot.health.answers.printed import bold, shortened
from bot.health.facts import Report, Span
from bot.i18n import Language, say
from bot.i18n.dates import spelled

_LONGEST_NAME: Final = 60
_MOST_LEFT: Final = 12  # kinds of things left out that are named
_REASONS: Final = frozenset({  # our own words for why; anything else is the file's own name of what it held
    "archive", "comment", "deleted", "duplicate", "future", "impossible", "malformed", "no_value", "path", "pending",
    "ragged", "subject", "too_many", "totals", "unreadable",
})  # fmt: skip


def devices(spans: Sequence[Span], language: Language) -> Iterator[str]:
    """Give a block a metric, the device's name above its first: any of them may begin a page."""
    for source, theirs in groupby(sorted(spans, key=lambda span: span.source), key=lambda span: span.source):
        heading = bold(shortened(source, _LONGEST_NAME))
        for number, span in enumerate(theirs):
            yield _line(span, language) if number else f"{heading}\n{_line(span, language)}"


def contents(report: Report, language: Language) -> str:
    """Say what the file held and what of it was left out; "" when there is nothing to say."""
    lines = []
    if report.counts:
        lines.append(say(language, "screen.held", what=_listed(report.counts, language)))
    if report.left:
        lines.append(say(language, "screen.left", what=_listed(report.left, language)))
    return "\n".join(lines)


def _line(span: Span, language: Language) -> str:
    values = {
        "metric": say(language, f"metric.{span.metric}"),
        "first": spelled(span.first, language),
        "last": spelled(span.last, language),
    }
    key = "screen.span" if span.new == span.days else "screen.span_again"
    return say(language, key, count=span.days, new=span.new, **values)


def _listed(counts: Sequence[tuple[str, int]], language: Language) -> str:
    named = sorted(counts, key=lambda one: -one[1])[:_MOST_LEFT]
    parts = [f"{_name(key, language)} {format_decimal(count, locale=language)}" for key, count in named]
    return ", ".join(parts) + (" …" if len(counts) > _MOST_LEFT else "")


def _name(key: str, language: Language) -> str:
    return say(language, f"screen.left_{key}") if key in _REASONS else shortened(key, _LONGEST_NAME)
