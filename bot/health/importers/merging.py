"""Several reports made one, and one report kept within what an answer may hold; what does not fit is counted."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from itertools import accumulate

from bot.health.documents.errors import TwoPatientsError
from bot.health.facts.model import Day, Fact, NotRead, Report, Rollup
from bot.health.importers.wire import MOST_COUNTS, MOST_DAYS, MOST_DEVICES, MOST_FACTS, MOST_LINES, MOST_ROLLUPS

_LONGEST = 400  # characters of a name
REST = "other"


def merged(reports: Sequence[Report]) -> Report:
    """Give one report of at least one. Raises `TwoPatientsError` when they name different persons."""
    reports = list(dict.fromkeys(reports))  # a file that stands twice is one
    people = {" ".join(report.person.casefold().split()) for report in reports if report.person}
    if len(people) > 1:
        raise TwoPatientsError(f"{len(people)} persons, {len(reports)} files")
    facts: list[Fact] = []
    not_read: list[NotRead] = []
    pages = last = 0
    for report in reports:
        facts += [_renumbered(fact, last, pages) for fact in report.facts]
        not_read += [replace(line, page=line.page + pages) for line in report.not_read]
        last += max((_number(fact.id)[0] for fact in report.facts), default=0)
        pages += report.pages
    return replace(
        reports[0],
        laboratory=next((report.laboratory for report in reports if report.laboratory), None),
        collected=next((report.collected for report in reports if report.collected), None),
        reported=next((report.reported for report in reports if report.reported), None),
        person=next((report.person for report in reports if report.person), None),
        pages=pages, facts=tuple(facts), not_read=tuple(not_read),
        rollups=_united(rollup for report in reports for rollup in report.rollups),
        devices=tuple(device for report in reports for device in report.devices),
        counts=_summed(report.counts for report in reports), left=_summed(report.left for report in reports),
    )  # fmt: skip


def within(report: Report) -> Report:
    """Cut *report* to what an answer may hold: the oldest months go first."""
    rollups = _newest(report.rollups)
    lost = Counter(
        {
            "facts": len(report.facts) - MOST_FACTS,
            "not_read": len(report.not_read) - MOST_LINES,
            "rollups": len(report.rollups) - len(rollups),
            "devices": len(report.devices) - MOST_DEVICES,
        }
    )
    return replace(
        report, facts=report.facts[:MOST_FACTS], not_read=report.not_read[:MOST_LINES], rollups=rollups,
        devices=report.devices[:MOST_DEVICES], counts=_fitting(report.counts),
        left=_fitting((*report.left, *(+lost).items())),
    )  # fmt: skip


def _newest(rollups: tuple[Rollup, ...]) -> tuple[Rollup, ...]:
    if len(rollups) <= MOST_ROLLUPS and sum(len(rollup.days) for rollup in rollups) <= MOST_DAYS:
        return rollups
    newest = sorted(rollups, key=lambda rollup: rollup.days[0].day, reverse=True)[:MOST_ROLLUPS]
    days = accumulate(len(rollup.days) for rollup in newest)
    return tuple(sorted((rollup for rollup, held in zip(newest, days, strict=True) if held <= MOST_DAYS), key=_key))


def _renumbered(fact: Fact, last: int, pages: int) -> Fact:
    form_of = None if fact.form_of is None else _later(fact.form_of, last)
    return replace(fact, id=_later(fact.id, last), form_of=form_of, page=fact.page + pages)


def _later(written: str, last: int) -> str:
    number, form = _number(written)
    return f"{number + last}{form}"


def _number(written: str) -> tuple[int, str]:
    digits = written.rstrip("abcdefghijklmnopqrstuvwxyz")
    return int(digits), written[len(digits) :]


def _key(rollup: Rollup) -> tuple[str, str, str, date]:
    return rollup.metric, rollup.source, rollup.unit, rollup.days[0].day.replace(day=1)


def _united(rollups: Iterable[Rollup]) -> tuple[Rollup, ...]:
    """Unite what files tell of one month; a day told twice alike is one day, told differently it is two parts of one."""
    months: dict[tuple[str, str, str, date], dict[date, Day]] = {}
    for rollup in rollups:
        days = months.setdefault(_key(rollup), {})
        for day in rollup.days:
            known = days.get(day.day, day)
            days[day.day] = day if known == day else _both(known, day)
    return tuple(
        Rollup(metric=metric, source=source, unit=unit, days=tuple(day for _, day in sorted(days.items())))
        for (metric, source, unit, _), days in sorted(months.items())
    )


def _both(one: Day, other: Day) -> Day:
    return Day(
        day=one.day, count=one.count + other.count, total=one.total + other.total, low=min(one.low, other.low),
        high=max(one.high, other.high), last=other.last,
    )  # fmt: skip


def _summed(counts: Iterable[Sequence[tuple[str, int]]]) -> tuple[tuple[str, int], ...]:
    total: Counter[str] = Counter()
    for told in counts:
        total.update(dict(told))
    return tuple(total.items())


def _fitting(counts: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """Give the most frequent by name, in the order met, and the others together."""
    total: Counter[str] = Counter()
    for name, count in counts:
        total[name[:_LONGEST]] += count
    rest = total.pop(REST, 0)
    kept = dict(total.most_common(MOST_COUNTS - 1))
    rest += sum(count for name, count in total.items() if name not in kept)
    told = [(name, count) for name, count in total.items() if name in kept]
    return (*told, (REST, rest)) if rest else tuple(told)
