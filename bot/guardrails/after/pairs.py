"""Two numbers told as one: the ends of a range, the halves of a blood pressure."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.guardrails.after.numbers import Number
from bot.guardrails.after.passages import PAIR, Passage
from bot.guardrails.after.record import Known, Record

MEAN: Final = re.compile(r"\b(?:average|mean|moyennes?)\b")
_UNIT: Final = "mm[Hg]"
_HALVES: Final = 2
_OVER: Final = frozenset({"/", "over", "sur"})


def pressures(record: Record) -> frozenset[str]:
    """Give the two tests of a record that are the halves of a blood pressure; none if there are more or fewer."""
    keys = {one.key for some in record.numbers.values() for one in some if one.unit == _UNIT and one.origin == "fact"}
    return frozenset(keys) if len(keys) == _HALVES else frozenset()


def is_of_two_tests(sentence: Passage, record: Record) -> bool:
    """Say whether the two ends of a range belong to different tests."""
    for first, second in pairwise([number for number in sentence.numbers if number.kind == "number"]):
        between = _between(sentence, first, second)
        known = [record.allowed(number) for number in (first, second)]
        if not PAIR.fullmatch(between) or not all(known) or between.strip() in {"et", "and"}:
            continue
        keys = [{one.key for one in some} for some in known]
        told = any(one.origin != "fact" for some in known for one in some)
        if not told and not keys[0] & keys[1] and not _is_pressure(between, known, sentence, record):
            return True
    return False


def is_half(number: Number, sentence: Passage, record: Record) -> bool:
    """Say whether *number* is half of a blood pressure printed as two results of one day: "134 over 78"."""
    for first, second in pairwise(sentence.numbers):
        between = _between(sentence, first, second)
        if number in {first, second} and PAIR.fullmatch(between):
            known = [record.allowed(one) for one in (first, second)]
            values = all(any(one.role == "value" for one in some) for some in known)
            return values and _is_pressure(between, known, sentence, record)
    return False


def _is_pressure(between: str, known: Sequence[Sequence[Known]], sentence: Passage, record: Record) -> bool:
    """Say whether "138/86" are two values of one day, or two means."""
    if between.strip() not in _OVER:
        return False
    days = [
        {day for one in some if one.role == "value" for day in record.results[one.fact].days or {None}}
        for some in known
    ]
    return bool(days[0] & days[1]) or (all(days) and MEAN.search(sentence.text) is not None)


def _between(sentence: Passage, first: Number, second: Number) -> str:
    return sentence.text[first.end - sentence.start : second.start - sentence.start]
