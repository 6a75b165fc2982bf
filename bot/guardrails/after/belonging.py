"""Whether values stand beside their own date, person, hour of the day and count: each may be known, and yet swapped."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from bot.guardrails.after.model import RecordFact
from bot.guardrails.after.numbers import Day, Number
from bot.guardrails.after.record import Known, Record, Result, Standing
from bot.guardrails.after.text import low, plain

Told = Sequence[tuple[Number, list[Known]]]  # values of the record, as a sentence tells them

_COMPARED: Final = re.compile(
    r"\b(?:now|then|today|before|previous\w*|earlier|against|versus|vs|from|to|since|until|compared|than|instead of|last|again|later|after|down|up|"
    r"puis|avant|contre|depuis|aujourdhui|maintenant|precedent\w*|ensuite|passe\w*|apres|plus tard|a nouveau|et (?:le|en)|face a|jusqu)\b"
)
_PERSON: Final = re.compile(r"\(([^()\d]{2,30})\)")
_OF_DAY: Final = {
    "morning": r"matin\w*|morning|breakfast|petit[ -]dejeuner|lever|on waking",
    "noon": r"midi|noon|lunch\w*|dejeuner",
    "evening": r"soir\w*|evening|dinner|diner|supper",
    "night": r"nuit|coucher|night|bedtime|bed",
}
_OFTEN: Final = {
    "once": r"once(?= (?:a|per|each|every|daily|weekly|monthly|in the|at)\b)|une fois(?= (?:par|chaque|le|tous|toutes)\b)",
    "twice": r"twice|deux fois|2 fois|two times|bd|bid",
    "thrice": r"three times|trois fois|3 fois|tds|tid",
    "four times": r"four times|quatre fois|4 fois|qds|qid",
    "daily": r"(?:a|per|each) day|every day|daily|par jour|chaque jour|tous les jours|quotidien\w*",
    "weekly": r"(?:a|per|each|every) week|weekly|par semaine|chaque semaine|toutes les semaines|hebdomadaire\w*",
    "monthly": r"(?:a|per|each|every) month|monthly|par mois|chaque mois|tous les mois|mensuel\w*",
    "alternate": r"every (?:other|second) day|alternate days|un jour sur deux|tous les deux jours",
}
_HOURS: Final = tuple((name, re.compile(rf"\b(?:{words})\b")) for name, words in (_OF_DAY | _OFTEN).items())
_EVERY: Final = re.compile(
    r"\b(?:every|each|toutes les) (\d+|four|six|eight|twelve|quatre|huit|douze) ?(?:h|hours?|heures?)\b"
)
_TAKEN: Final = re.compile(
    r"\b(?:tak\w+|taken|dose|prescri\w+|prend\w*|prenez|pris\w*|prises?|it is|il est|ce est|written|listed|recorded)\b"
)
_PETIT: Final = re.compile(r"petit[ -]dejeuner")
_TALLY: Final = re.compile(
    r"\b(once|twice|thrice|une fois|deux fois|trois fois|(\d+|two|three|four|five|six|seven|eight|nine|ten|deux|trois|quatre|cinq|sept|huit|neuf|dix) (?:times|fois|(?:results?|values?|tests?|lines?|resultats?|valeurs?|lignes?|analyses?|readings?|mesures?)(?: (?:is|are|was|were|est|sont|etaient|fall|sit|lie|stand|come))?))(?= |[,:]|$)(?! (?:the|as|higher|lower|more|less|greater|over|plus|moins|superieur\w*|sa|son|la|le|a day|per|par|daily|every)\b)"
)
_AWAY: Final = re.compile(
    r"\b(?:above|over|exceed\w*|beyond|high|below|under|low|outside|out of (?:the |its )?(?:\w+ )?range|flagged|marked|abnormal|au dessus|dessus|depass\w*|superieure?s? a|en dessous|au dessous|sous|hors|en dehors|marque\w*|anorma\w+|eleve\w*)\b"
)
_WORDS: Final = {
    "once": 1, "twice": 2, "thrice": 3, "une fois": 1, "deux fois": 2, "trois fois": 3, "two": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10,
}  # fmt: skip
_PART: Final = re.compile(r"\b(?:of|des|parmi|sur|among|dont)\b")  # "one of your seven results"
_AWAY_STANDING: Final = frozenset({Standing.LOW, Standing.HIGH, Standing.OUTSIDE})


def same_day(said: Day, known: Day) -> bool:
    """Say whether two days may be one."""
    return all(one is None or other is None or one == other for one, other in zip(said, known, strict=True)) and (
        said[1] is None or known[1] is not None
    )


def is_misdated(text: str, values: Told, dates: Sequence[Number], record: Record) -> bool:
    """Say whether a value of the record is told with another result's date."""
    if not dates or not values:
        return False
    shared = len(dates) == 1 and len(values) > 1  # a prescription told beside a dated result keeps its own date
    return any(
        known and not any(same_day(day, other) for day in date.days for other in known)
        for facts, date in _with_dates(text, values, dates)
        if (known := [day for one in facts for day in record.results[one.fact].days])
        and not (shared and all(_is_unranged(record.results[one.fact]) for one in facts))
    )


def _is_unranged(result: Result) -> bool:
    return result.low is None and result.high is None


def _with_dates(text: str, values: Told, dates: Sequence[Number]) -> Iterator[tuple[list[Known], Number]]:
    """Pair each value with its date: the one before it where dates come first, else in the order of both."""
    led = [(facts, max((d for d in dates if d.start < number.start), key=lambda d: d.start, default=None)) for number, facts in values]  # fmt: skip
    leading = {date.start for _, date in led if date is not None}
    if all(date is not None for _, date in led) and len(leading) == len(dates):
        # "On 3 May it was 61, and it is 37 now": one date, two days.
        if len(dates) > 1 or len(values) == 1 or not _COMPARED.search(text):
            yield from ((facts, date) for facts, date in led if date is not None)
        return
    if len(values) == len(dates):
        yield from ((facts, date) for (_, facts), date in zip(values, dates, strict=True))


def persons(facts: Sequence[RecordFact]) -> dict[str, str]:
    """Give who each fact is of, where one record holds the same test of two people: "Creatinine (Anna)"."""
    of: dict[str, dict[str, set[str]]] = {}
    for fact in facts:
        for name in _PERSON.findall(fact.label):
            test = fact.label.split("(")[0].strip().lower()
            of.setdefault(test, {}).setdefault(low(plain(name)).strip(), set()).add(fact.value)
    return {
        value: name
        for people in of.values()
        if len(people) > 1
        for name, values in people.items()
        for value in values
        if sum(value in others for others in people.values()) == 1
    }


def is_of_another(text: str, start: int, numbers: Sequence[Number], owners: Mapping[str, str]) -> bool:
    """Say whether a value is told beside the name of somebody else."""
    of_value = {Decimal(value.replace(",", ".")): name for value, name in owners.items() if _is_plain(value)}
    told = [
        (number, name)
        for number in numbers
        if number.kind == "number"
        for name in (next((of_value[value] for value in number.readings if value in of_value), None),)
        if name
    ]
    names = sorted(
        (match.start() + start, name)
        for name in set(owners.values())
        for match in re.finditer(rf"\b{re.escape(name)}\b", text)
    )
    return len(told) == len(names) > 0 and any(mine != name for (_, mine), (_, name) in zip(told, names, strict=True))


def _is_plain(value: str) -> bool:
    return re.fullmatch(r"\d+(?:[.,]\d+)?", value) is not None


def is_at_another_hour(text: str, schedules: Mapping[str, str], named: Sequence[tuple[int, str]]) -> bool:
    """Say whether a medicine of the record is told with another's times of day; *named*, where each is spoken of."""
    # "In the evening you have this, in the morning that": each hour stands before its medicine, none after the last.
    leading = bool(named) and bool(hours(text[: named[0][0]])) and not hours(text[named[-1][0] :])
    for place, (start, key) in enumerate(named):
        if key not in schedules:
            continue
        end = named[place + 1][0] if place + 1 < len(named) else len(text)
        told = text[start:end]
        if leading:
            told = text[named[place - 1][0] if place else 0 : start]
        if _is_other(hours(told), hours(schedules[key])):
            return True
    return False


def is_as_often(text: str, schedule: str) -> bool:
    """Say whether a sentence that names no medicine tells no other frequency than that of the last one spoken of."""
    said = hours(text) & _OFTEN.keys() if _TAKEN.search(text) else frozenset[str]()
    return not _is_other(frozenset(said), hours(schedule))


def _is_other(said: frozenset[str], known: frozenset[str]) -> bool:
    return bool(said and known) and not said <= _implied(known)


def hours(text: str) -> frozenset[str]:
    """Give the times of day and frequencies that *text* names."""
    text = _PETIT.sub("breakfast", text)
    found = {name for name, words in _HOURS if words.search(text)}
    return frozenset(found | {f"every {number}" for number in _EVERY.findall(text)})


def _implied(known: frozenset[str]) -> frozenset[str]:
    """Add what follows: "in the morning and in the evening" is twice a day."""
    times = len(known & _OF_DAY.keys())
    if not known & {"weekly", "monthly", "alternate"} and not any(name.startswith("every") for name in known):
        known |= {"daily"}
    return known | ({("once", "twice", "thrice", "four times")[times - 1]} if times else set())


def _away(results: Sequence[Result]) -> int:
    return sum(result.standing in _AWAY_STANDING for result in results)


def is_miscounted(text: str, keys: frozenset[str], record: Record) -> bool:
    """Say whether *text* counts more or fewer results outside their range than the tests it speaks of have."""
    results = [result for key in keys for result in record.by_key.get(key, ())] or record.results
    if not results or any(result.standing is Standing.UNKNOWN for result in results) or not _AWAY.search(text):
        return False
    away = sum(result.standing in _AWAY_STANDING for result in results)
    clauses = [clause for clause in re.split(r"[,;:(]", text) if _AWAY.search(clause)]
    for match in (one for part in clauses for one in _TALLY.finditer(part)):
        clause = match.string
        said = match[2] or match[1]
        count = int(said) if said.isdigit() else _WORDS.get(said, 0)
        if " fois" in match[0] or "times" in match[0] or match[0] in {"once", "twice", "thrice"}:
            if len({result.key for result in results}) == 1 and count != away and len(results) > 1:
                return True
        elif (
            _AWAY.match(clause[match.end() :].lstrip())
            and not _PART.search(clause[: match.start()])
            and count > _away(record.results)
        ):
            return True
    return False
