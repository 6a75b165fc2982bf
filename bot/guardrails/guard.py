"""The guard-rail as the chat meets it: the rules judge, the cards answer, and neither needs a model or a network."""

import re
from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from bot.chat.model import Alarm, Show, Urgency
from bot.chat.ports import Choice, Reader
from bot.guardrails.cards import Cards, said_yes
from bot.guardrails.model import CHECK_IN, Level, Verdict
from bot.i18n import Language

_URGENCIES: Final[Mapping[Level, Urgency]] = {
    Level.INFO: "info",
    Level.SOON: "soon",
    Level.URGENT: "urgent",
    Level.EMERGENCY: "emergency",
}
_SAID_YES: Final = Alarm(level="urgent", category="self_harm", rule="said_yes", crisis=True)
_YES: Final = re.compile(
    r"\W*(oui|ouais|parfois|souvent|un peu|tout le temps|tous les jours|peut[- ]?être|j’y pense|j'y pense|"
    r"yes|yeah|yep|yea|sometimes|often|a bit|a little|all the time|every ?day|maybe|i do|kind of)\b",
    re.IGNORECASE,
)


class Judge(Protocol):
    """The rules, loaded."""

    def before(self, text: str, *, recent: Sequence[str] = (), risk: bool = False) -> Verdict: ...


class Guard:
    """Fulfils the chat's `Guardrail`."""

    def __init__(self, judge: Judge, cards: Cards) -> None:
        self._judge = judge
        self._cards = cards

    def judge(self, text: str, *, recent: Sequence[str] = (), risk: bool = False, asked: bool = False) -> Alarm | None:
        """Say how urgent *text* is."""
        verdict = self._judge.before(text, recent=recent, risk=risk)
        if asked and not verdict.stops and self.may_say_yes(text):
            return _SAID_YES
        if verdict.level is Level.NONE:
            return None
        soft = verdict.crisis or any(hit.rule == CHECK_IN for hit in verdict.hits)
        return Alarm(
            level=_URGENCIES[verdict.level],
            category=verdict.category,
            rule=verdict.rule,
            crisis=verdict.crisis,
            asks=soft and not verdict.stops,
        )

    def may_say_yes(self, text: str) -> bool:
        """Say whether *text* could be a yes."""
        return _YES.match(text) is not None

    def judge_press(self, button: str) -> Alarm | None:
        """Say how urgent it is that *button* was pressed."""
        return _SAID_YES if said_yes(button) else None

    def card(self, alarm: Alarm, reader: Reader) -> Show:
        """Give the card that answers *alarm*."""
        return self._cards.card(alarm, reader)

    def ask_country(self, reader: Reader, *, named: str = "") -> Choice:
        """Take the country *named*, or ask for it."""
        return self._cards.ask_country(reader, named=named)

    def pressed(self, button: str, reader: Reader, *, edit: int) -> Choice | None:
        """Give what pressing *button* comes to."""
        return self._cards.pressed(button, reader, edit=edit)

    def lines(self, language: Language, country: str | None) -> Mapping[str, str]:
        """Give the numbers to call, worded to stand in a sentence."""
        return self._cards.lines(language, country)
