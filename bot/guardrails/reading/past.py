"""Says which words of a message tell of what is over: the statement around "last year", and no complaint beside it."""

from collections.abc import Iterable
from typing import Final

from bot.guardrails.reading.normal import Words
from bot.guardrails.reading.status import Scopes, Status
from bot.guardrails.rules.patterns import Match

_ADVERBIAL: Final = 2  # words beside the cue of a clause that only says when: "in 2015,"
_NEAR: Final = 3  # words after a cue within which its own subject stands: "in 2015 I had"
_PAST_REACH: Final = 5  # words before "last year" where no verb is past
_RESULTS: Final = frozenset(
    {"normal", "normale", "normaux", "normales", "clear", "negative", "negatif", "fine", "bon", "bonne", "ok"}
)
_WITH: Final = frozenset({"with", "avec", "when", "quand"})
_PAST_VERBS: Final = frozenset(
    {
        "had", "was", "were", "did", "got", "could", "went", "felt", "started", "began", "took", "spent", "eu", "ete", "etait",
        "etaient", "avait", "avais", "avaient", "etais", "faisait", "faisais", "pouvais", "pouvait", "sentais",
    }
)  # fmt: skip
_TURNS: Final = frozenset({"but", "and", "mais", "et"})
_LEADS: Final = _TURNS | {"so", "well", "yes", "donc", "alors", "oui", "just", "only", "deja"}  # before "in 2015,"
_RELATIVE: Final = frozenset({"where", "when", "that", "which", "who", "ou", "quand", "que", "qui", "lorsque"})
_PRESENT_VERBS: Final = frozenset(
    {
        "is", "are", "am", "has", "have", "can", "does", "do", "feels", "hurts", "keeps", "est", "sont", "suis", "fait", "peut",
        "peux", "va", "vais", "sent", "sens", "respire", "vomit", "saigne", "tombe", "arrive",
    }
)  # fmt: skip
_AT_PRESENT: Final = _PRESENT_VERBS - {"have", "has", "fait"}  # those help to make a past
OWN: Final = frozenset({"i", "my", "our", "je", "j", "mon", "ma", "mes", "notre", "nos"})
SUBJECTS: Final = frozenset({"i", "he", "she", "we", "they", "je", "j", "il", "elle", "on", "ils", "elles", "nous"})


class Past:
    """One message, with the cues found in it."""

    def __init__(self, text: Words, cues: dict[str, list[Match]], scopes: Scopes) -> None:
        self._text = text
        self._cues = cues
        self._scopes = scopes

    def past(self) -> None:
        """Cover the cue's clause, and of its sentence the clauses that are told in the past as well.

        A sentence that also speaks of the present is past only from one "and" or "but" to the next around the cue.
        """
        present, returned = self._sentences("present"), self._sentences("returned")
        now = {match.start for match in self._cues["present"]}
        for match in self._cues["past"]:
            sentence = self._text.sentences[match.start]
            if sentence in returned or self._scopes.of[match.start] is Status.PAST:
                continue
            start, end, limit = match.start, match.end, self._text.limits[match.start]
            alone = sentence not in present
            opens = self._opens_statement(match)
            while not opens and self._same(start) and (alone or self._joined(start, match)):
                if not self._goes_back(start, match.start):
                    break
                start -= 1
            while end < limit and self._same(end) and not (end - match.end >= _NEAR and self._own_subject(end, limit)):
                if self._measured(end) or (not alone and (end in now or not self._joined(end, match))):
                    break
                end += 1
            if alone:
                led_in = all(word in _LEADS for word in self._text.words[start : match.start])
                only_when = led_in and end - match.end <= _ADVERBIAL
                start, end = self._told_before(start, only_when), self._told_after(end, limit, only_when)
            self._mark(range(start, end), Status.PAST)
            if sentence not in present and end == limit:
                self._mark(range(end, self._told_on(end)), Status.PAST)

    def _told_on(self, end: int) -> int:
        """Give where a story from long ago ends that goes on after its first sentence and says how it ended."""
        now = self._sentences("present") | self._sentences("returned")
        limits, words = self._text.limits, self._text.words
        recovered = max((match.start for match in self._cues["recovered"]), default=-1)
        while end <= recovered:
            last = limits[end]
            here = range(end, last)
            if self._text.sentences[end] in now or not _PRESENT_VERBS.isdisjoint(words[end:last]):
                break
            if recovered not in here and not any(_is_past(words[place]) for place in here):
                break
            end = last
        return end

    def _own_subject(self, start: int, cue: int) -> bool:
        """Say whether the statement around a cue begins at *start*: people write on without a comma."""
        words = self._text.words
        return start < cue and words[start] in SUBJECTS and words[start - 1] not in _RELATIVE

    def _opens_statement(self, cue: Match) -> bool:
        """Say whether a cue stands before its own statement: "last year my scan was normal"."""
        words, last = self._text.words, min(cue.end + _NEAR + 1, self._text.limits[cue.start])
        starts = cue.end < last and words[cue.end] in (SUBJECTS | OWN)
        return starts and any(_is_past(words[place]) for place in range(cue.end, last))

    def _goes_back(self, start: int, cue: int) -> bool:
        """Say whether the word before *start* belongs to the statement that a cue ends."""
        words = self._text.words
        held = words[start:cue]
        if not held:
            return True
        mine = held[0] in OWN and any(map(_is_past, [*held[: _NEAR + 1], *words[cue : cue + _NEAR]]))
        if mine or self._own_subject(start, cue):
            return False
        if any(map(_is_past, held)):
            return True
        far = len(held) >= _PAST_REACH and not self._told_in_past(start)
        return not (far or words[start - 1] in _AT_PRESENT or _RESULTS.intersection(held))

    def _told_in_past(self, place: int) -> bool:
        """Say whether the clause has a past verb before *place*, and none of the present after that."""
        while self._same(place):
            place -= 1
            word = self._text.words[place]
            if word in _AT_PRESENT:
                return False
            if _is_past(word):
                return True
        return False

    def _same(self, place: int) -> bool:
        """Say whether the word at *place* goes on with the clause of the one before, within its sentence."""
        return (
            place > 0
            and self._text.clauses[place - 1] == self._text.clauses[place]
            and self._text.limits[place - 1] == self._text.limits[place]
        )

    def _told_before(self, start: int, only_when: bool) -> int:
        limits = self._text.limits
        while start and limits[start - 1] == limits[start] and not self._same(start):
            first = start - 1
            while self._same(first):
                first -= 1
            if not only_when and not self._in_past(first, start):
                break
            start, only_when = first, False
        return start

    def _told_after(self, end: int, limit: int, only_when: bool) -> int:
        while end < limit and not self._same(end):
            last = end + 1
            while last < limit and self._same(last):
                last += 1
            if not only_when and not self._in_past(end, last):
                break
            end, only_when = last, False
        return end

    def _in_past(self, start: int, end: int) -> bool:
        words = self._text.words
        return words[start] in _WITH or any(words[place] in _PAST_VERBS for place in range(start, end))

    def _joined(self, place: int, cue: Match) -> bool:
        """Say whether no "and" or "but" parts the words on both sides of the gap before *place*."""
        return self._text.words[place - 1 if place <= cue.start else place] not in _TURNS

    def _measured(self, place: int) -> bool:
        """Say whether a number with decimals stands at *place*: nobody measures what is not there."""
        value = self._text.values[place] if place < self._text.limits[place - 1] else None
        return value is not None and value % 1 > 0

    def _sentences(self, cue: str) -> set[int]:
        return {self._text.sentences[match.start] for match in self._cues[cue]}

    def _mark(self, places: Iterable[int], status: Status) -> None:
        for place in places:
            self._scopes.of[place] = status


def _is_past(word: str) -> bool:
    return word in _PAST_VERBS or word.endswith(("ed", "aient", "ait", "ais"))
