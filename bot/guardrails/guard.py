"""The guard-rail as the chat meets it: the rules judge, the cards answer, and neither needs a model or a network."""

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from bot.chat.model import Alarm, Show, Urgency
from bot.chat.ports import Choice, Reader
from bot.guardrails.cards import Cards
from bot.guardrails.model import Level, Verdict
from bot.i18n import Language

_URGENCIES: Final[Mapping[Level, Urgency]] = {
    Level.INFO: "info",
    Level.SOON: "soon",
    Level.URGENT: "urgent",
    Level.EMERGENCY: "emergency",
}


class Judge(Protocol):
    """The rules, loaded."""

    def before(self, text: str, *, recent: Sequence[str] = (), risk: bool = False) -> Verdict: ...


class Guard:
    """Fulfils the chat's `Guardrail`."""

    def __init__(self, judge: Judge, cards: Cards) -> None:
        self._judge = judge
        self._cards = cards

    def judge(self, text: str, *, recent: Sequence[str] = (), risk: bool = False) -> Alarm | None:
        """Say how urgent *text* is."""
        verdict = self._judge.before(text, recent=recent, risk=risk)
        if verdict.level is Level.NONE:
            return None
        return Alarm(
            level=_URGENCIES[verdict.level], category=verdict.category, rule=verdict.rule, crisis=verdict.crisis
        )

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
