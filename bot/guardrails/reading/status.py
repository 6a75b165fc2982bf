"""What a message can claim of its own words, and which words each claim covers."""

from enum import Enum

from bot.guardrails.rules.patterns import Match


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
        self.openers: dict[int, int] = {}  # where a denial opens a clause that it denies -> the word after it

    def status(self, match: Match) -> Status:
        """Give what the message claims of *match*. A denial that is part of the match denies nothing of it."""
        places = match.places()
        for place in places:
            for cue in self.denials.get(place, ()):
                if not any(part in places for part in cue.places()):
                    return Status.DENIED
            if places[0] < place and places[-1] < self.openers.get(place, 0):
                return Status.DENIED  # "he pees well, no fever" holds no "pees no"
        for place in places:
            if self.of[place] is not Status.LIVE:
                return self.of[place]
        return Status.LIVE
