"""O5: every number of an answer stands in the record, the question, a source, or follows exactly from them.

A value belongs to its test, its unit and its date: a number of the record beside another test's name is a violation.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from bot.guardrails.after.arithmetic import counted, follows, follows_hour, follows_told, ratio
from bot.guardrails.after.belonging import (
    is_as_often,
    is_at_another_hour,
    is_miscounted,
    is_misdated,
    is_of_another,
    same_day,
)
from bot.guardrails.after.everyday import Everyday
from bot.guardrails.after.labels import Named, everyday
from bot.guardrails.after.numbers import Number
from bot.guardrails.after.pairs import MEAN, is_half, is_of_two_tests, pressures
from bot.guardrails.after.passages import SMALL, Passage, split
from bot.guardrails.after.record import Known, Record, Standing, same_unit
from bot.guardrails.after.units import measures

_TWICE: Final = Decimal(2)
_SECOND: Final = re.compile(r"\d[^a-z\d]{0,3}(?:[a-z]{0,3}/[a-z]{1,3} ?)?(?:-|to|a|et|and|au) ?$")
_FIRST: Final = re.compile(r" ?(?:-|to|a|au) ?\d")
_VALUE_OF: Final = re.compile(
    r"(?:\b(?:is|was|at|of|est|etait|a|de|reads|shows|equals|vaut|came back at|measured)|[:=]) ?$"
)
_FREQUENCY: Final = re.compile(r" ?(?:a|per|each|every|daily|weekly|par|the same|the usual)\b")
_TIMES: Final = re.compile(
    r" (?:the|as|more|higher|lower|less|greater|above|over|plus|moins|superieur\w*|inferieur\w*|la |le |au|sa |son |votre)\b"
)
_CLOCK: Final = frozenset({"h", "min"})
_CALENDAR: Final = frozenset({"d", "wk", "mo", "a"})
_OF: Final = re.compile(
    r"\b(?:results?|resultats?|values?|valeurs?|lines?|lignes?|tests?) (?:out of|of|sur|des|parmi)(?: the| les)? $"
)
_DAY: Final = re.compile(r"\b(?:le|du|au|the|on|from|between|entre le) $")
_LIMITS: Final = re.compile(
    r"limit|rang|norm|borne|seuil|interval|fourchette|threshold|maxim|minim|target|cible|above|below|dessus|dessous|exceed|depass|over|under"
)
_ABOUT: Final = re.compile(
    r"\b(?:about|around|roughly|nearly|almost|approximately|more than|less than|over|just under|close to|environ|presque|pres|quasiment|plus|moins|approximativement|autour) (?:de |du |d'|to )?(?:la |le |a |the )?$"
)
_SHARE: Final = re.compile(
    r"\b(?:one|two|three|un|une|deux|trois|[1-3]) (?:(?!jour|nuit|fois|semaine|mois|prise|comprime)\w+ ){0,2}(?:in|out of|sur) (?:every )?"
    r"(?:two|three|four|five|six|eight|ten|deux|trois|quatre|cinq|six|huit|dix|[2-9])\b(?! ?(?:day|days|week|hours?|step|parts?|place|cases? out)|[.,/]?\d)"
)
_HOURS: Final = frozenset({"", "d"})  # « le 3114 jour et nuit »
_NEAR: Final = 60  # characters between a telephone number and the word that makes it one


class Grounding:
    """Judges the numbers of one answer."""

    def __init__(
        self,
        record: Record,
        telephones: frozenset[str],
        lists: Mapping[str, re.Pattern[str]],
        schedules: Mapping[str, str],
        owners: Mapping[str, str],
    ) -> None:
        self._record = record
        self._schedules = schedules  # when each medicine is taken, by its key
        self._owners = owners  # whose each value is, in a record of several people
        self._before: list[str] = []  # the tests that the last sentence with any named
        self._worked_out: set[tuple[Decimal, str]] = set()  # told once as a sum or a difference, it may be repeated
        self._telephones = telephones
        self._calling = lists["calling"]
        self._difference = lists["difference"]
        self._results = lists["results"]
        self._range = lists["range_word"]
        self._lists = lists
        self._pressures = pressures(record)
        away = (Standing.LOW, Standing.HIGH)
        self._away = frozenset(result.key for result in record.results if result.standing in away)
        self._everyday = Everyday("", lists)

    def broken(self, text: str, numbers: Sequence[Number], named: Sequence[Named], asked: str) -> set[str]:
        """Give the codes of what is wrong with the numbers of *text*, small and without accents; *asked*, of which test."""
        found: set[str] = set()
        carried = frozenset({asked} & {result.key for result in self._record.results})
        self._before, self._everyday = [], Everyday(text, self._lists)
        kept = [name for name in named if name.key in self._record.by_key or not everyday(text[name.start : name.end])]
        for sentence in split(text, numbers, kept):
            for number in sentence.numbers:
                found |= self._judge(number, sentence, carried)
            if is_of_two_tests(sentence, self._record):
                found.add("wrong_range")
            if _SHARE.search(sentence.text) and not self._record.told:
                found.add("ungrounded_number")  # "one adult in three" says a number, small as its words are
            found |= set(self._swapped(sentence, carried))
            recorded = [name.key for name in sentence.named if name.key in self._record.by_key]
            if recorded:
                # What follows is about the last test named, or goes on about the one the sentence was about.
                carried = frozenset({recorded[0], recorded[-1]})
                self._before = recorded
        return found

    def _judge(self, number: Number, sentence: Passage, carried: frozenset[str]) -> set[str]:
        if number.kind == "phone":
            known = number.printed in self._telephones or self._record.numbers.get(Decimal(number.printed))
            return set() if known else {"unknown_telephone"}
        if number.kind == "date":
            return set() if self._is_known_day(number) else {"ungrounded_date"}
        if number.kind == "time":
            return (
                set()
                if number.printed in self._record.times
                or follows_hour(number.printed, self._record)
                or self._everyday.holds(number, sentence)
                else {"ungrounded_time"}
            )
        if number.kind == "factor" or (
            number.unit == "x" and _TIMES.match(sentence.text[number.end - sentence.start :])
        ):
            return self._factor(number, sentence, carried)
        if self._is_telephone(number, sentence):
            return set()
        return self._number(number, sentence, carried)

    def _number(self, number: Number, sentence: Passage, carried: frozenset[str]) -> set[str]:
        known = self._record.allowed(number)
        fitting = [one for one in known if _fits(number, one)]
        keys = sentence.attached(number, carried)
        if any(one.origin != "fact" for one in fitting):
            return set()
        if fitting:
            of_test = [one for one in fitting if one.key in keys]
            if not keys or (of_test and self._is_in_role(number, sentence, of_test)):
                return set()
            if self._follows(number, sentence, keys) or self._is_listed(number, sentence):
                return set()
            if keys & self._pressures and is_half(number, sentence, self._record):
                return set()
            return set() if self._is_told_by_unit(number, sentence, keys) else {"wrong_label"}
        if min(number.readings, default=Decimal(-1)) in {Decimal(1), Decimal(2), SMALL} and not measures(number.unit):
            return set()
        if any((value, number.unit) in self._worked_out for value in number.readings):
            return set()
        if self._follows(number, sentence, keys):
            self._worked_out |= {(value, number.unit) for value in number.readings}
            return set()
        if not known and self._everyday.holds(number, sentence):
            return set()
        return {"wrong_unit"} if known and measures(number.unit) else {"ungrounded_number"}

    def _is_listed(self, number: Number, sentence: Passage) -> bool:
        """Say whether *number* stands in a list that follows names in their order: "A and B (1 to 2, and 3 to 4)"."""
        names = [name.key for name in sentence.named] or self._before
        order = [key for place, key in enumerate(names) if key in self._record.by_key and key not in names[:place]]
        values = [one for one in sentence.numbers if one.kind == "number"]
        tail = values[values.index(number) :] if number in values else []
        place, used = 0, set()
        for one in tail:
            known = {found.key for found in self._record.allowed(one) if _fits(one, found)}
            while place < len(order) and order[place] not in known:
                place += 1
            if place == len(order):
                return False
            used.add(order[place])
        return len(used) > 1 or self._continues(number, values, order, used)

    def _continues(self, number: Number, values: Sequence[Number], order: Sequence[str], used: set[str]) -> bool:
        """Say whether the last number of such a list is judged, whose first numbers were the other tests'."""
        head = values[: values.index(number)]
        limits = [{one.key for one in self._record.allowed(value) if one.role != "value"} for value in head[-2:]]
        return (
            bool(used)
            and bool(limits)
            and any(order.index(key) < order.index(next(iter(used))) for some in limits for key in some & set(order))
        )

    def _is_told_by_unit(self, number: Number, sentence: Passage, keys: frozenset[str]) -> bool:
        """Say whether a value without a name is told from the test asked about by its unit: "62 /min and 118 mmHg"."""
        units = {known.unit for some in self._record.numbers.values() for known in some if known.key in keys}
        following = next((one for one in sentence.numbers if one.start == number.end + 1), None)  # "118/70 mmHg"
        unit = number.unit or (following.unit if following else "")
        return not sentence.named and bool(unit) and unit not in units

    def _follows(self, number: Number, sentence: Passage, keys: frozenset[str]) -> bool:
        after = sentence.text[number.end - sentence.start :][:30]
        told = self._results.search(after) or _OF.search(sentence.text[: number.start - sentence.start])
        if not number.unit and counted(number, self._record, keys) and told:
            return True
        if self._is_day(number, sentence):
            return True
        if number.unit in _CLOCK and self._record.times and follows_told(number, self._record):
            return True
        if not self._record.results and follows_told(number, self._record):
            return True
        if number.unit not in _CALENDAR and self._difference.search(sentence.text) is None:
            return False
        if self._record.told and follows_told(number, self._record):
            return True
        limits, mean = _LIMITS.search(sentence.text), MEAN.search(sentence.text)
        if limits and not sentence.named and follows(number, self._record, self._away, limits=True, mean=False):
            return True  # "one of the four is outside, by 4": of whichever it is
        return follows(number, self._record, keys, limits=bool(limits), mean=bool(mean))

    def _is_day(self, number: Number, sentence: Passage) -> bool:
        """Say whether a bare number is the day of a known date: « du 8 au 12 mars »."""
        before = sentence.text[: number.start - sentence.start]
        told = not number.unit and _DAY.search(before) is not None
        return told and any(Decimal(day[2]) in number.readings for day in self._record.days if day[2])

    def _factor(self, number: Number, sentence: Passage, carried: frozenset[str]) -> set[str]:
        value = min(number.readings)
        after = sentence.text[number.end - sentence.start :]
        if value == _TWICE and _FREQUENCY.match(after):
            return set()
        near = _ABOUT.search(sentence.text[: number.start - sentence.start]) is not None
        keys = sentence.attached(number, carried) or frozenset(name.key for name in sentence.named) or carried
        share = any(one.unit == "%" for one in self._record.numbers.get(value * 100, ()))  # "50 %" is half
        known = share or value in self._record.factors or ratio(value, self._record, keys, near=near)
        return set() if known or self._everyday.is_part(number, sentence) else {"ungrounded_factor"}

    def _is_telephone(self, number: Number, sentence: Passage) -> bool:
        digits = re.sub(r"\D", "", number.printed)
        if number.unit not in _HOURS or digits not in self._telephones:
            return False
        at = number.start - sentence.start
        before = sentence.text[max(0, at - _NEAR) : at]
        around = before + sentence.text[number.end - sentence.start :][:_NEAR]
        labelled = any(name.end <= number.start and number.start - name.end < _NEAR // 2 for name in sentence.named)
        return bool(self._calling.search(around)) and not labelled

    def _is_in_role(self, number: Number, sentence: Passage, known: Sequence[Known]) -> bool:
        """Say whether a value is told as one: "your ferritin is 15" is false where 15 is the lower limit."""
        if any(one.role == "value" for one in known):
            return True
        before = sentence.text[: number.start - sentence.start]
        ranged = _SECOND.search(before) or _FIRST.match(sentence.text[number.end - sentence.start :])
        return not _VALUE_OF.search(before) or bool(ranged) or bool(self._range.search(before[-_NEAR:]))

    def _is_known_day(self, number: Number) -> bool:
        if any(same_day(day, known) for day in number.days for known in self._record.days):
            return True
        return any(Decimal(year) in self._record.numbers for year, month, _ in number.days if year and month is None)

    def _swapped(self, sentence: Passage, carried: frozenset[str]) -> Iterator[str]:
        """Refuse known values told beside another's date, person, hour of the day, or count."""
        values = [
            (number, facts)
            for number in sentence.numbers
            if number.kind == "number" and (facts := self._of_facts(number, sentence, carried))
        ]
        dates = [number for number in sentence.numbers if number.kind == "date"]
        if is_misdated(sentence.text, values, dates, self._record):
            yield "wrong_date"
        if self._owners and is_of_another(sentence.text, sentence.start, sentence.numbers, self._owners):
            yield "wrong_person"
        if self._schedules:
            named = [(name.start - sentence.start, name.key) for name in sentence.named]
            last = next((self._schedules[key] for key in self._before[-1:] if key in self._schedules), "")
            if is_at_another_hour(sentence.text, self._schedules, named) or (
                last and not named and not is_as_often(sentence.text, last)
            ):
                yield "wrong_schedule"
        keys = frozenset(name.key for name in sentence.named if name.key in self._record.by_key) or carried
        if is_miscounted(sentence.text, keys, self._record):
            yield "wrong_count"

    def _of_facts(self, number: Number, sentence: Passage, carried: frozenset[str]) -> list[Known]:
        keys = sentence.attached(number, carried)
        known = [one for one in self._record.allowed(number) if _fits(number, one)]
        if any(one.origin != "fact" for one in known):
            return []
        return [one for one in known if one.role == "value" and (not keys or one.key in keys)]


def _fits(number: Number, known: Known) -> bool:
    if not number.unit or same_unit(number.unit, known.unit):
        return True
    # A person seldom says the degree of a fever; a concentration nobody stated is an invention.
    return (
        known.unit == "" and "/" not in number.unit and number.unit not in {"mg", "g", "ug", "mL", "L", "[iU]", "tbl"}
    )
