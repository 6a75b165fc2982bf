"""Says what a message claims of the words it holds: live, or denied, past, supposed, asked about, told.

When in doubt: live. The wording is data (`context.toml`); here stands only how far each wording reaches.
"""

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final

from bot.guardrails.reading.normal import Words
from bot.guardrails.rules.concepts import Concepts
from bot.guardrails.rules.patterns import Match

_REACH: Final = 7  # words a denial covers at most, within one item of a list
_ITEM: Final = 5  # words of a further item of a denied list
_BACK: Final = 4  # words "…: none" covers

CUES: Final = frozenset(
    {
        "denial", "clinical_denial", "list_goes_on", "denial_stop", "denial_after", "fear", "past", "present", "supposed",
        "learning", "study", "told", "personal",
    }
)  # fmt: skip


class Status(Enum):
    """What a message claims of something it says."""

    LIVE = "live"
    DENIED = "denied"
    PAST = "past"
    SUPPOSED = "supposed"
    LEARNING = "learning"
    TOLD = "told"


class Scopes:
    """One text's statuses."""

    def __init__(self, size: int) -> None:
        self.of: list[Status] = [Status.LIVE] * size  # of each word, apart from denial
        self.denials: dict[int, list[Match]] = {}  # word -> the denials that cover it

    def status(self, match: Match) -> Status:
        """Give what the message claims of *match*. A denial that is part of the match denies nothing of it."""
        places = match.places()
        for place in places:
            for cue in self.denials.get(place, ()):
                if not any(part in places for part in cue.places()):
                    return Status.DENIED
        for place in places:
            if self.of[place] is not Status.LIVE:
                return self.of[place]
        return Status.LIVE


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
        self._whole("study", Status.LEARNING)
        self._whole("told", Status.TOLD)
        self._denied()
        self._denied_after()

    def _sentences(self, cue: str) -> set[int]:
        return {self._text.sentences[match.start] for match in self._cues[cue]}

    def _mark(self, places: Iterable[int], status: Status) -> None:
        for place in places:
            self._scopes.of[place] = status

    def _past(self) -> None:
        present = self._sentences("present")
        past = self._sentences("past") - present
        if past:
            self._mark((place for place, one in enumerate(self._text.sentences) if one in past), Status.PAST)

    def _rest_of_sentence(self, cue: str, status: Status) -> None:
        """Cover the sentence from the cue's clause on, up to where somebody speaks of themselves."""
        personal = sorted(match.start for match in self._cues["personal"])
        for match in self._cues[cue]:
            end = self._text.limits[match.start]
            if cue == "learning":
                end = min((place for place in personal if match.end <= place < end), default=end)
            start = match.start
            while start and self._text.clauses[start - 1] == self._text.clauses[match.start]:
                start -= 1
            own = any(start <= place < match.start for place in personal)
            self._mark(range(match.start if own else start, end), status)

    def _whole(self, cue: str, status: Status) -> None:
        """Cover the message, but for sentences where somebody speaks of themselves and their present."""
        if not self._cues[cue]:
            return
        here = self._sentences(cue)
        live = self._sentences("personal") | self._sentences("present")
        inside = {match.start for match in self._cues["personal"]}
        for place, sentence in enumerate(self._text.sentences):
            if sentence in here or sentence not in live:
                self._scopes.of[place] = status
        for sentence in here & self._sentences("present"):
            if any(self._text.sentences[place] == sentence for place in inside):
                self._mark((p for p, one in enumerate(self._text.sentences) if one == sentence), Status.LIVE)

    def _denied(self) -> None:
        stops = {match.start for match in self._cues["denial_stop"]}
        more = {match.start for match in self._cues["list_goes_on"]}
        clinical = {match.start for match in self._cues["clinical_denial"]}
        feared = {(self._text.clauses[match.start], match.start) for match in self._cues["fear"]}
        for cue in self._cues["denial"]:
            clause = self._text.clauses[cue.start]
            if any(fear == clause and place < cue.start for fear, place in feared):
                continue
            for place in self._reach(cue, stops, more, listed=cue.start in clinical):
                self._scopes.denials.setdefault(place, []).append(cue)

    def _reach(self, cue: Match, stops: set[int], more: set[int], *, listed: bool) -> Sequence[int]:
        clauses, limit = self._text.clauses, self._text.limits[cue.start]
        out: list[int] = []
        place, left = cue.end, _REACH
        if place < limit and clauses[place] != clauses[cue.end - 1]:
            return out  # "No, it hurts" answers something else
        while place < limit and place not in stops:
            if clauses[place] != clauses[place - 1]:
                end = self._item(place, limit, stops)
                ahead = listed or any(place <= other < limit for other in more)
                if end is None or not ahead or self._first(stops, place, limit) < self._first(more, place, limit):
                    if not (listed and end is not None):
                        break
                left = _ITEM + 1
            if place in more:
                left = _REACH
            if left <= 0:
                break
            out.append(place)
            left -= 1
            place += 1
        return out

    @staticmethod
    def _first(places: set[int], start: int, limit: int) -> int:
        return min((place for place in places if start <= place < limit), default=limit)

    def _item(self, start: int, limit: int, stops: set[int]) -> int | None:
        """Give where the item of a list that begins at *start* ends; None if it is no item but a clause of its own."""
        place = start
        while place < limit and self._text.clauses[place] == self._text.clauses[start]:
            if place in stops or place - start >= _ITEM:
                return None if place - start == 0 or place in stops else None
            place += 1
        return place

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
        before = self._text.flat[: self._text.starts[place]].rstrip()
        return before.endswith((":", "-", "="))
