"""Stands before a space: a message that a card answers gets no other answer, and is judged again with what lasts.

Intake judged the message alone, with the last minutes at most. Here the space's own memory is added, which survives a
restart; an alarm can only rise by it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from hashlib import sha256

from bot.chat.model import FAULT, HEALTH_MARK, Alarm, Arrival, Effect, Show, Space, Turn
from bot.chat.ports import Guardrail, Progress, Reader, SpaceHandler, Watch
from bot.chat.recent import Recent
from bot.i18n import say, spoken
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive

log = get_logger()


def judged(
    guard: Guardrail, text: str, *, recent: Sequence[str] = (), risk: bool = False, asked: bool = False
) -> Alarm | None:
    """Judge *text*; a guard-rail that fails is an alarm of its own, for silence would read as "nothing to fear"."""
    try:
        return guard.judge(text, recent=recent, risk=risk, asked=asked)
    except Exception as error:  # any defect in a rule: logged by type and place, answered with caution
        log.error("guardrail_failed", exc_info=error)
        return FAULT


def fingerprint(text: str, recent: Sequence[str], *, risk: bool = False, asked: bool = False) -> str:
    """Tell apart what is judged: who finds the same one again need not judge again. Kept sealed, as the words are."""
    digest = sha256(bytes([risk, asked]))
    for part in (text, *recent):
        raw = part.encode("utf-8", "replace")
        digest.update(len(raw).to_bytes(4, "big") + raw)
    return digest.hexdigest()


def carded(guard: Guardrail, alarm: Alarm, reader: Reader) -> Show:
    """Give the card for *alarm*; should it fail, the sentence that needs nothing but its catalogue."""
    try:
        card = guard.card(alarm, reader)
    except Exception as error:  # as above
        log.error("card_failed", exc_info=error)
        mark = f"{HEALTH_MARK} " if reader.space is Space.HEALTH else ""
        card = Show(text=Sensitive(mark + say(reader.language, "cards.last_resort")))
    return replace(card, urgent=alarm.stops)


def words(arrival: Arrival) -> str:
    """Give the person's own words in *arrival*: a text, a command's argument, a caption; "" when there are none."""
    return "" if arrival.kind == "button" else arrival.text.reveal().strip()


Carried = Callable[[Turn], Awaitable[Sensitive[str] | None]]  # the words that a pressed button brings in from elsewhere


class Guarded:
    """Fulfils `SpaceHandler` over another one."""

    def __init__(
        self,
        space: SpaceHandler,
        *,
        guard: Guardrail,
        watch: Watch,
        recent: Recent,
        carried: Carried | None = None,
        apart: bool = False,
    ) -> None:
        """Stand before *space*; *apart* from intake, which is another process and does not know what was asked here."""
        self._space = space
        self._guard = guard
        self._watch = watch
        self._recent = recent
        self._carried = carried
        self._apart = apart

    async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        """Let the space answer what it may; give the card for what it may not."""
        alarm = await self._second_look(turn)
        if alarm is None or not alarm.stops:
            effects = await self._space.handle(replace(turn, alarm=alarm), show)
            return [*effects, *await self._check_in(turn, alarm)] if alarm is not None else effects
        card = carded(self._guard, alarm, reader_of(turn))
        # Intake has sent the card of an alarm that stops; one that is no graver would say the same twice.
        due = [card] if alarm.above(turn.alarm) else []
        await self._watch.remember(turn, alarm, card.text)
        # A file is no answer to its caption, nor a step through the door to the question it brings: both still count.
        if turn.arrival.kind == "upload" or (turn.alarm is None and turn.arrival.kind == "button"):
            return [*due, *await self._space.handle(replace(turn, alarm=alarm), show)]
        return due

    async def _check_in(self, turn: Turn, alarm: Alarm) -> Sequence[Effect]:
        """Ask how someone is, beside the answer to what they asked, and not each time they say that it is hard."""
        arrival = turn.arrival
        if (
            not alarm.asks
            or arrival.kind == "button"
            or not self._recent.may_ask(arrival.chat, turn.space, key=arrival.key, at=arrival.at)
        ):
            return []
        return [carded(self._guard, alarm, reader_of(turn))]

    async def _second_look(self, turn: Turn) -> Alarm | None:
        """Give the graver of intake's alarm and the one seen from here."""
        text = words(turn.arrival)
        if self._carried is not None and turn.arrival.kind == "button" and turn.alarm is None:
            carried = await self._carried(turn)
            text = carried.reveal() if carried is not None else ""
        if not text:
            return turn.alarm
        lately = await self._watch.lately(turn)
        recent = [said.reveal() for said in lately.said]
        asked = self._guard.may_say_yes(text) and self._asked_back(recent)
        if fingerprint(text, recent, risk=lately.risk, asked=asked) == turn.judged:
            return turn.alarm  # intake knew as much
        alarm = judged(self._guard, text, recent=recent, risk=lately.risk, asked=asked)
        return alarm if alarm is not None and alarm.above(turn.alarm) else turn.alarm

    def _asked_back(self, said: Sequence[str]) -> bool:
        """Say whether the last thing they said is one after which they are asked how they are: then "yes" is an answer."""
        if not self._apart or not said:
            return False
        before = judged(self._guard, said[-1], recent=said[:-1])
        return before is not None and before.asks


def reader_of(turn: Turn) -> Reader:
    """Speak the language the message is written in, to somebody where they said they are."""
    return Reader(language=spoken(turn.arrival.text.reveal(), turn.language), country=turn.country, space=turn.space)
