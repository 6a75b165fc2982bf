"""A discreet button under every answer: "wrong? worrying?". The person chooses whether a reviewer may read the exchange."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.chat.model import HEALTH_MARK, Button, Effect, Show, Space, Turn
from bot.chat.ports import Progress, SpaceHandler
from bot.guardrails.register import Reason, Register
from bot.i18n import say
from bot.kernel.ids import TurnId
from bot.kernel.sensitive import Sensitive

_REASONS: Final[dict[str, Reason]] = {"wrong": "wrong", "worry": "worried"}
_SHARED: Final = {"share": True, "keep": False}
_STEPS: Final = "r:"
_ERASED: Final = "erase:yes"  # the space erases what it holds of the person
_LONGEST_ID: Final = 20  # digits of a turn's id


class Reporting:
    """Fulfils `SpaceHandler` over another one: puts the button there, and answers when it is pressed."""

    def __init__(self, space: SpaceHandler, *, register: Register, prefix: str) -> None:
        self._space = space
        self._register = register
        self._prefix = prefix  # "g:r:" or "h:r:": the router knows a button's space by it

    async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        """Let the space answer; its last message bears the button when it answered something said."""
        if turn.arrival.button.startswith(self._prefix):
            return await self._pressed(turn)
        effects = await self._space.handle(turn, show)
        if turn.arrival.button == self._prefix.removesuffix(_STEPS) + _ERASED:
            await self._register.forget(turn.person, space=str(turn.space))
        return self._with_button(turn, effects) if _said_something(turn) else effects

    def _with_button(self, turn: Turn, effects: Sequence[Effect]) -> Sequence[Effect]:
        shown = [n for n, effect in enumerate(effects) if isinstance(effect, Show)]
        if not shown:
            return effects
        last = effects[shown[-1]]
        assert isinstance(last, Show)  # noqa: S101  (for the type checker: chosen above)
        button = self._button(turn, "safety.report", "ask", turn.id)
        return [*effects[: shown[-1]], replace(last, buttons=(*last.buttons, (button,))), *effects[shown[-1] + 1 :]]

    async def _pressed(self, turn: Turn) -> Sequence[Effect]:
        step, _, reported = turn.arrival.button.removeprefix(self._prefix).partition(":")
        about, here = TurnId(reported), turn.arrival.message_id
        if not (reported.isascii() and reported.isdecimal() and len(reported) <= _LONGEST_ID):
            return [self._show(turn, "safety.gone", edit=here)]  # no button of ours
        if step == "ask":  # a message of its own: the answer stays to be read
            reasons = [self._button(turn, f"safety.{reason}", reason, about) for reason in _REASONS]
            never = self._button(turn, "safety.never_mind", "no", about)
            return [self._show(turn, "safety.what", (*((one,) for one in reasons), (never,)))]
        if step in _REASONS:
            await self._register.report(turn.person, about, space=str(turn.space), reason=_REASONS[step])
            yes = self._button(turn, "safety.share", "share", about)
            no = self._button(turn, "safety.keep", "keep", about)
            return [self._show(turn, "safety.noted", ((yes,), (no,)), edit=here)]
        if step in _SHARED:
            held = await self._register.share(turn.person, about, shared=_SHARED[step])
            return [
                self._show(
                    turn, f"safety.{'shared' if _SHARED[step] else 'kept'}" if held else "safety.gone", edit=here
                )
            ]
        return [self._show(turn, "safety.nothing_done", edit=here)]

    def _button(self, turn: Turn, key: str, step: str, about: TurnId) -> Button:
        return Button(label=say(turn.language, key), data=f"{self._prefix}{step}:{about}")

    @staticmethod
    def _show(turn: Turn, key: str, buttons: tuple[tuple[Button, ...], ...] = (), edit: int | None = None) -> Show:
        mark = f"{HEALTH_MARK} " if turn.space is Space.HEALTH else ""
        return Show(text=Sensitive(mark + say(turn.language, key)), buttons=buttons, edit=edit)


def _said_something(turn: Turn) -> bool:
    """Say whether the person asked or told something in words, or had a report explained, rather than opened a menu."""
    arrival = turn.arrival
    in_words = arrival.kind == "text" or (arrival.command == "health" and bool(arrival.text.reveal().strip()))
    return in_words or arrival.button.startswith(("h:mv:", "doc:ok:"))
