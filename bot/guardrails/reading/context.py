"""Says what a message claims of the words it holds: live, or denied, past, supposed, asked about, told.

When in doubt: live. The wording is data (`context.toml`); here stands only how far each wording reaches.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from bot.guardrails.reading.normal import Words
from bot.guardrails.reading.status import Scopes, Status
from bot.guardrails.rules.concepts import Concepts
from bot.guardrails.rules.patterns import Match

_REACH: Final = 7  # words a denial covers at most, within one item of a list
_ITEM: Final = 5  # words of a further item of a denied list
_LIST: Final = 30  # words ahead in which a list may show that it is one
_ADVERBIAL: Final = 2  # words beside the cue of a clause that only says when: "in 2015,"
_NEAR: Final = 3  # words after a cue within which its own subject stands: "in 2015 I had"
_OWN: Final = frozenset({"i", "my", "our", "je", "j", "mon", "ma", "mes", "notre", "nos"})
_SUBJECTS: Final = frozenset({"i", "he", "she", "we", "they", "je", "j", "il", "elle", "on", "ils", "elles", "nous"})
_BEFORE_TOLD: Final = 8  # words of its sentence before "in a film", "for my exam"
_ASKED: Final = 4  # words before "…, what does it mean"
_PAST_REACH: Final = 5  # words before "last year" where no verb is past
_ALIKE: Final = frozenset(
    {"same", "similar", "like", "reminds", "comme", "meme", "pareil", "pareille", "rappelle", "dirait"}
)
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
_BACK: Final = 4  # words "…: none" covers

_PRESENT_VERBS: Final = frozenset(
    {
        "is", "are", "am", "has", "have", "can", "does", "do", "feels", "hurts", "keeps", "est", "sont", "suis", "fait", "peut",
        "peux", "va", "vais", "sent", "sens", "respire", "vomit", "saigne", "tombe", "arrive",
    }
)  # fmt: skip
_AT_PRESENT: Final = _PRESENT_VERBS - {"have", "has", "fait"}  # those help to make a past

CUES: Final = frozenset(
    {
        "denial", "not_denied", "clinical_denial", "list_goes_on", "denial_stop", "denial_after", "no_trouble", "fear", "past", "present",
        "returned", "recovered", "supposed", "learning", "study", "told", "animal", "personal",
    }
)  # fmt: skip


class Context:
    """Reads statuses by the cues of `context.toml`."""

    def __init__(self, cues: Concepts) -> None:
        self._cues = cues

    def read(self, text: Words) -> Scopes:
        """Give the statuses of *text*."""
        found = self._cues.find(text)
        scopes = Scopes(len(text.words))
        if found.matches:
            cues = {name: found.matches.get(name, []) for name in CUES}
            _Reader(text, cues, scopes).read()
        return scopes


class _Reader:
    def __init__(self, text: Words, cues: dict[str, list[Match]], scopes: Scopes) -> None:
        self._text = text
        self._cues = cues
        self._scopes = scopes

    def read(self) -> None:
        # The later ones are the stronger: a symptom of a film is told, whatever the film says of it.
        self._past()
        self._rest_of_sentence("supposed", Status.SUPPOSED)
        self._rest_of_sentence("learning", Status.LEARNING)
        self._whole("study", Status.LEARNING, since=-1)
        self._whole("told", Status.TOLD, since=min(self._sentences("told"), default=0))
        self._animals()
        self._denied()
        self._no_trouble()
        self._denied_after()

    def _sentences(self, cue: str) -> set[int]:
        return {self._text.sentences[match.start] for match in self._cues[cue]}

    def _mark(self, places: Iterable[int], status: Status) -> None:
        for place in places:
            self._scopes.of[place] = status

    def _past(self) -> None:
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
        return start < cue and words[start] in _SUBJECTS and words[start - 1] not in _RELATIVE

    def _opens_statement(self, cue: Match) -> bool:
        """Say whether a cue stands before its own statement: "last year my scan was normal"."""
        words, last = self._text.words, min(cue.end + _NEAR + 1, self._text.limits[cue.start])
        starts = cue.end < last and words[cue.end] in (_SUBJECTS | _OWN)
        return starts and any(_is_past(words[place]) for place in range(cue.end, last))

    def _goes_back(self, start: int, cue: int) -> bool:
        """Say whether the word before *start* belongs to the statement that a cue ends."""
        words = self._text.words
        held = words[start:cue]
        if not held:
            return True
        mine = held[0] in _OWN and any(map(_is_past, [*held[: _NEAR + 1], *words[cue : cue + _NEAR]]))
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

    def _animals(self) -> None:
        """Cover the sentences that tell of an animal."""
        told = self._sentences("animal")
        self._mark((place for place, one in enumerate(self._text.sentences) if one in told), Status.TOLD)

    def _rest_of_sentence(self, cue: str, status: Status) -> None:
        """Cover the sentence from the cue's clause on, up to where somebody speaks of themselves."""
        personal = sorted(match.start for match in self._cues["personal"])
        for match in self._cues[cue]:
            limit = end = self._text.limits[match.start]
            clause = self._text.clauses[match.start]
            if cue == "learning":
                ahead = bisect_left(personal, match.end)
                end = min(end, personal[ahead]) if ahead < len(personal) else end
            start = match.start
            while start and self._text.limits[start - 1] == limit and self._text.clauses[start - 1] == clause:
                start -= 1
            told = match.start - start > _ASKED or any(self._text.values[start : match.start])
            own = told or bisect_left(personal, start) < bisect_left(personal, match.start)
            self._mark(range(match.start if own else start, end), status)

    def _whole(self, cue: str, status: Status, *, since: int) -> None:
        """Cover the message from the sentence *since* on, but for those where somebody speaks of themselves and their present."""
        if not self._cues[cue]:
            return
        here = self._sentences(cue)
        live = self._sentences("personal") | self._sentences("present")
        inside = {match.start for match in self._cues["personal"]}
        mine = sorted(place for place in inside if self._text.words[place] in _OWN)
        for place, sentence in enumerate(self._text.sentences):
            if sentence > since and sentence not in here and sentence not in live:
                self._scopes.of[place] = status
        for match in self._cues[cue]:
            end = self._text.limits[match.start]
            ahead = bisect_left(mine, match.end)
            if ahead < len(mine):
                end = min(end, mine[ahead])
            self._mark(range(self._before_told(match.start), end), status)
        both = here & self._sentences("present") & {self._text.sentences[place] for place in inside}
        self._mark((place for place, one in enumerate(self._text.sentences) if one in both), Status.LIVE)

    def _before_told(self, cue: int) -> int:
        """Give where what is told begins: in the cue's clause, and not before a likeness, as in "same thing in a film"."""
        start = cue
        while self._same(start) and cue - start < _BEFORE_TOLD and self._text.words[start] not in _SUBJECTS:
            start -= 1
        return cue if _ALIKE.intersection(self._text.words[start:cue]) else start

    def _denied(self) -> None:
        stops = {match.start for match in self._cues["denial_stop"]}
        more = {match.start for match in self._cues["list_goes_on"]}
        clinical = {match.start for match in self._cues["clinical_denial"]}
        feared: dict[int, int] = {}  # clause -> where its first fear stands
        for match in self._cues["fear"]:
            feared.setdefault(self._text.clauses[match.start], match.start)
        clauses = self._text.clauses
        wanted = {  # words of "can not sleep"; "he sleeps, no fever" is none
            place
            for match in self._cues["not_denied"]
            if clauses[match.start] == clauses[match.end - 1]
            for place in range(match.start, match.end)
        }
        for cue in self._cues["denial"]:
            if not wanted.isdisjoint(cue.places()) or feared.get(clauses[cue.start], cue.start) < cue.start:
                continue
            reached = self._reach(cue, stops, more, listed=cue.start in clinical)
            if reached and cue.start and clauses[cue.start - 1] != clauses[cue.start]:
                self._scopes.openers[cue.start] = cue.end
            for place in reached:
                self._scopes.denials.setdefault(place, []).append(cue)

    def _reach(self, cue: Match, stops: set[int], more: set[int], *, listed: bool) -> Sequence[int]:
        clauses, limit = self._text.clauses, self._text.limits[cue.start]
        out: list[int] = []
        place, left = cue.end, _REACH
        if place < limit and clauses[place] != clauses[cue.end - 1]:
            return out  # "No, it hurts" answers something else
        while place < limit and place not in stops:
            if clauses[place] != clauses[place - 1]:
                if not self._item(place, limit, stops) or not (listed or self._goes_on(place, limit, stops, more)):
                    break
                left = _ITEM
            if place in more:
                left = _REACH
            if left <= 0 or self._measured(place + 1):
                break
            out.append(place)
            left -= 1
            place += 1
        return out

    def _measured(self, place: int) -> bool:
        """Say whether a number with decimals stands at *place*: nobody measures what is not there."""
        value = self._text.values[place] if place < self._text.limits[place - 1] else None
        return value is not None and value % 1 > 0

    def _no_trouble(self) -> None:
        """Deny what there is "no trouble" with, although the "no" may be part of what is looked for ("no breathing")."""
        stops = {match.start for match in self._cues["denial_stop"]}
        for match in self._cues["no_trouble"]:
            trouble = Match(match.end - 1, match.end, 1)
            place = match.start
            while place < min(match.end + _REACH, self._text.limits[match.start]) and place not in stops:
                if self._text.clauses[place] == self._text.clauses[match.start]:
                    self._scopes.denials.setdefault(place, []).append(trouble)
                place += 1

    @staticmethod
    def _goes_on(start: int, limit: int, stops: set[int], more: set[int]) -> bool:
        """Say whether an "or" ahead shows that what follows still belongs to the denied list."""
        for place in range(start, min(start + _LIST, limit)):
            if place in more:
                return True
            if place in stops:
                return False
        return False

    def _item(self, start: int, limit: int, stops: set[int]) -> bool:
        """Say whether the clause that begins at *start* is an item of a list rather than a statement of its own."""
        place = start
        while place < limit and self._text.clauses[place] == self._text.clauses[start]:
            if place in stops or place - start >= _ITEM:
                return False
            place += 1
        return True

    def _denied_after(self) -> None:
        for cue in self._cues["denial_after"]:
            start = cue.start
            alone = cue.end >= self._text.limits[start] or self._text.clauses[cue.end] != self._text.clauses[start]
            if not alone or not start or self._text.sentences[start - 1] != self._text.sentences[start]:
                continue
            apart = self._text.clauses[start - 1] != self._text.clauses[start]
            if apart and not self._colon(start):
                continue
            clause = self._text.clauses[start - 1]
            for place in range(max(0, start - _BACK), start):
                if self._text.clauses[place] == clause:
                    self._scopes.denials.setdefault(place, []).append(cue)

    def _colon(self, place: int) -> bool:
        at = self._text.starts[place]
        return self._text.flat[max(0, at - 2) : at - 1] in {":", "-", "="}


def _is_past(word: str) -> bool:
    return word in _PAST_VERBS or word.endswith(("ed", "aient", "ait", "ais"))
