"""Says what a message claims of the words it holds: live, or denied, past, supposed, asked about, told.

When in doubt: live. The wording is data (`context.toml`); here stands only how far each wording reaches.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

from bot.guardrails.reading.normal import Words
from bot.guardrails.reading.past import OWN, SUBJECTS, Past
from bot.guardrails.reading.status import Scopes, Status
from bot.guardrails.rules.concepts import Concepts
from bot.guardrails.rules.patterns import Match

_REACH: Final = 7  # words a denial covers at most, within one item of a list
_ITEM: Final = 5  # words of a further item of a denied list
_LIST: Final = 30  # words ahead in which a list may show that it is one
_BEFORE_TOLD: Final = 8  # words of its sentence before "in a film", "for my exam"
_ASKED: Final = 4  # words before "…, what does it mean"
_ALIKE: Final = frozenset(
    {"same", "similar", "like", "reminds", "comme", "meme", "pareil", "pareille", "rappelle", "dirait"}
)
_BACK: Final = 4  # words "…: none" covers


CUES: Final = frozenset(
    {
        "denial", "not_denied", "clinical_denial", "list_goes_on", "denial_stop", "denial_after", "no_trouble", "fear", "past", "present",
        "returned", "recovered", "supposed", "learning", "study", "told", "animal", "personal",
        "general", "somebody",
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


class _Reader(Past):
    def read(self) -> None:
        # The later ones are the stronger: a symptom of a film is told, whatever the film says of it.
        self.past()
        self._rest_of_sentence("supposed", Status.SUPPOSED)
        self._rest_of_sentence("learning", Status.LEARNING)
        self._general()
        self._whole("study", Status.LEARNING, since=-1)
        self._whole("told", Status.TOLD, since=min(self._sentences("told"), default=0))
        self._animals()
        self._denied()
        self._no_trouble()
        self._denied_after()

    def _general(self) -> None:
        """Cover the sentences that say what is true of everybody, and tell of nobody and of no moment."""
        told = (
            self._sentences("general")
            - self._sentences("somebody")
            - self._sentences("present")
            - self._sentences("personal")
        )
        if told:
            self._mark((place for place, one in enumerate(self._text.sentences) if one in told), Status.LEARNING)

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
        mine = sorted(place for place in inside if self._text.words[place] in OWN)
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
        while self._same(start) and cue - start < _BEFORE_TOLD and self._text.words[start] not in SUBJECTS:
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
