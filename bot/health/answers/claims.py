"""What a text claims of each result: high, low, inside, risen; and whether the record says so.

Attribution errs towards refusal: a claim whose result cannot be told must fit every result it may be about.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from bot.health.answers.prompts import FIRST_NAME, FIRST_SLOT, NAME_MARK, SLOT_MARK, Rules
from bot.health.facts import Standing

_SENTENCE: Final = re.compile(r"[.!?…;]+(?=[\s»\")*]|$)|\n+")
_SUBJECT: Final = re.compile(f"{SLOT_MARK}|{NAME_MARK}")

Claim = tuple[str, bool]  # its kind, and whether it is negated
_Event = tuple[int, "frozenset[int] | Claim"]


def sentences(marked: str) -> list[str]:
    """Split a marked text."""
    return [part for part in _SENTENCE.split(marked) if part.strip()]


def misplaced(marked: str, names: Sequence[str]) -> bool:
    """Tell whether a slot stands where a reader would take it for another test's result.

    A test's name between the previous slot and this one must be this slot's; else the first name after it, in the
    sentence; else the last name said before. One slot alone needs no name.
    """
    last: str | None = None
    for sentence in sentences(marked):
        gaps = re.split(f"({SLOT_MARK})", sentence)
        for before, slot, after in zip(gaps[::2], gaps[1::2], gaps[2::2], strict=False):
            said = [names[ord(mark) - FIRST_NAME] for mark in re.findall(NAME_MARK, before)]
            told = [names[ord(mark) - FIRST_NAME] for mark in re.findall(NAME_MARK, after)]
            closest = said[-1] if said else told[0] if told else last
            last = said[-1] if said else last
            if closest != names[ord(slot) - FIRST_SLOT] and (closest is not None or len(names) > 1):
                return True
        ending = re.findall(NAME_MARK, gaps[-1])
        last = names[ord(ending[-1]) - FIRST_NAME] if ending else last
    return False


class ClaimReader:
    """Reads sentences in order, remembering which result is being spoken of."""

    def __init__(self, standings: Sequence[Standing], names: Sequence[str], rules: Rules) -> None:
        self._standings = standings
        self._names = names
        self._words = rules.directions
        self._claim = rules.claim
        self._said: set[int] = set()
        self._last: frozenset[int] = frozenset()

    def contradicts(self, sentence: str) -> bool:
        """Tell whether *sentence* says of a result what its record does not."""
        if self._words["ambiguous"].search(sentence):
            return True  # "below the upper limit": true of most results, and misleading of this one
        sentence = self._words["neutral"].sub("_", sentence)
        subjects = self._subjects(sentence)
        claims = list(self._claims(sentence))
        general = bool(self._words["hedge"].search(sentence)) and not self._words["personal"].search(sentence)
        if subjects:
            pairs = list(self._attribute(subjects, claims))
        else:
            pairs = [(self._unnamed_targets(sentence), claim) for _, claim in claims]
        if general and not re.search(SLOT_MARK, sentence):
            return False  # "Ferritin can be high after an infection": of the test, not of this result
        return any(self._is_false(targets, claim) for targets, claim in pairs)

    def _subjects(self, sentence: str) -> list[tuple[int, frozenset[int]]]:
        """Find the results spoken of; a name beside its own slot is that slot, alone it is every result of the test."""
        placed = {ord(mark) - FIRST_SLOT for mark in re.findall(SLOT_MARK, sentence)}
        with_slot = {self._names[index] for index in placed}
        found = []
        for match in _SUBJECT.finditer(sentence):
            index = ord(match[0]) - FIRST_SLOT
            if index in range(len(self._names)):
                found.append((match.start(), frozenset({index})))
                continue
            name = self._names[ord(match[0]) - FIRST_NAME]
            if name not in with_slot:
                found.append((match.start(), frozenset(n for n, other in enumerate(self._names) if other == name)))
        self._said |= placed
        return found

    def _claims(self, sentence: str) -> Iterator[tuple[int, Claim]]:
        for match in self._claim.finditer(sentence):
            before = " ".join(sentence[: match.start()].split()[-3:])
            yield match.start(), (str(match.lastgroup), bool(self._words["negation"].search(before)))

    def _attribute(
        self, subjects: list[tuple[int, frozenset[int]]], claims: list[tuple[int, Claim]]
    ) -> Iterator[tuple[frozenset[int], Claim]]:
        """Pair each claim with the results named since the claim before it; or after it, if the sentence opens so."""
        recent: frozenset[int] = frozenset()
        events: list[_Event] = sorted([*subjects, *claims], key=lambda event: event[0])
        if claims and claims[0][0] < subjects[0][0]:
            events.reverse()
            recent = subjects[-1][1]
        waiting: frozenset[int] = frozenset()
        claim: Claim | None = None
        for _, event in events:
            if isinstance(event, frozenset):
                waiting |= event
                continue
            claim = event
            recent = waiting or recent or self._last
            waiting = frozenset()
            yield recent, claim
        if waiting and claim is not None:
            yield waiting, claim  # "... is low, as is {{f2}}"
        self._last = subjects[-1][1]

    def _unnamed_targets(self, sentence: str) -> frozenset[int]:
        """Give the results meant by a sentence that names none."""
        everything = frozenset(range(len(self._standings)))
        if self._words["others"].search(sentence):
            return everything - self._said
        if self._words["everything"].search(sentence):
            return everything
        return self._last

    def _is_false(self, targets: frozenset[int], claim: Claim) -> bool:
        if not targets:  # said of nothing yet, or of results that are not there: true of one of them at least
            return all(_contradicts(place, claim) for place in self._standings)
        return any(_contradicts(self._standings[index], claim) for index in targets)


def _contradicts(place: Standing, claim: Claim) -> bool:
    """Tell whether *claim* is false of a result that stands at *place*; nothing was computed of a trend."""
    kind, negated = claim
    if kind == "trend" or place is Standing.UNKNOWN:
        return True
    holds = place in {Standing.LOW, Standing.HIGH} if kind == "outside" else place.value == kind
    return holds == negated
