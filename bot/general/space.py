"""One general turn: fixed rules first, then the language model if there is one, and an honest sentence if not.

Nothing a model wrote is shown before it is checked, not even as a preview: a sentence once read cannot be taken back.
"""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from string import Template
from typing import Final, Protocol

from bot.chat.checks import AnswerCheck, Draft, Lines, Refusals, broken_rules, calling
from bot.chat.commands import common_answer
from bot.chat.memory import Memory, Said
from bot.chat.model import Button, Effect, Show, Space, Turn
from bot.chat.notes import about_notes
from bot.chat.people import People
from bot.chat.ports import ChatModel, ModelError, ModelMessage, ModelRequest, Progress
from bot.general.compose import small_talk
from bot.i18n import Language, say, spoken
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive
from bot.storage.keys import KeyStore

log = get_logger()

CONTEXT: Final = 20  # messages given to a model


class HealthWords(Protocol):
    """Says whether a message looks like a question about one's health."""

    def health_words(self, text: str, language: Language) -> bool: ...


class GeneralSpace:
    """Fulfils `SpaceHandler` for the general space."""

    def __init__(
        self,
        *,
        people: People,
        keys: KeyStore,
        memory: Memory,
        words: HealthWords,
        check: AnswerCheck,
        refusals: Refusals,
        lines: Lines,
        model: ChatModel | None = None,
    ) -> None:
        self._people = people
        self._keys = keys
        self._memory = memory
        self._words = words
        self._check = check
        self._refusals = refusals
        self._lines = lines
        self._model = model

    async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:  # noqa: ARG002  (no draft goes out unchecked)
        """Answer *turn*."""
        arrival = turn.arrival
        if arrival.kind == "button":
            return await self._button(turn)
        if arrival.kind == "upload":
            return [
                _offer(
                    turn.language, "general.upload", Button(label=say(turn.language, "general.enter"), data="h:enter")
                )
            ]
        if arrival.kind == "unsupported":
            return [_plain(turn.language, "general.unsupported")]
        if arrival.kind == "command":
            return await self._command(turn)
        return await self._text(turn)

    async def _command(self, turn: Turn) -> Sequence[Effect]:
        command, language = turn.arrival.command, turn.language
        if command == "data":
            messages, notes = await self._memory.count(turn.person)
            text = say(language, "general.data", messages=messages, notes=notes)
            erase = Button(label=say(language, "general.erase"), data="g:erase")
            return [Show(text=Sensitive(text), buttons=((erase,),))]
        if command == "why":
            return [_plain(language, "general.why_model" if self._model else "general.why")]
        if command == "sources":
            enter = Button(label=say(language, "chat.enter_health"), data="h:enter")
            return [Show(text=Sensitive(say(language, "general.sources")), buttons=((enter,),))]
        if command == "upload":
            enter = Button(label=say(language, "general.enter"), data="h:enter")
            return [_offer(language, "general.upload_page", enter)]
        if command == "connect":
            enter = Button(label=say(language, "general.enter"), data="h:enter")
            return [_offer(language, "general.connect", enter)]
        if command in {"exit", "cancel"}:
            return [_plain(language, "general.here")]
        return common_answer(turn) or [_plain(language, "general.unknown_command")]

    async def _button(self, turn: Turn) -> Sequence[Effect]:
        data, language = turn.arrival.button, turn.language
        here = turn.arrival.message_id
        if data in {"g:lang:fr", "g:lang:en"}:
            chosen: Language = "fr" if data.endswith("fr") else "en"
            await self._people.speak(turn.person, chosen)
            return common_answer(turn, command="start", language=chosen, edit=here) or []
        if data == "g:erase":
            yes = Button(label=say(language, "general.erase_yes"), data="g:erase:yes")
            no = Button(label=say(language, "general.erase_no"), data="g:erase:no")
            return [Show(text=Sensitive(say(language, "general.erase_sure")), buttons=((yes, no),), edit=here)]
        if data == "g:erase:yes":
            # The key first: rows that a crash leaves behind are unreadable. Whoever goes on talking gets a fresh one.
            await self._keys.destroy(turn.person)
            await self._memory.forget_all(turn.person)
            await self._keys.revive(turn.person)
            return [Show(text=Sensitive(say(language, "general.erased")), edit=here)]
        if data == "g:erase:no":
            return [Show(text=Sensitive(say(language, "general.kept")), edit=here)]
        return [_plain(language, "general.old_button")]

    async def _text(self, turn: Turn) -> Sequence[Effect]:
        text, language = turn.arrival.text, turn.language
        about_health = self._is_health(text, language)
        refused = None if turn.unremarkable else self._refusals.key(text.reveal())
        if turn.alarm is not None and turn.alarm.category == "eating_disorder" and refused != "scope.eating":
            refused = "scope.eating_signs"
        # What the guard-rail noticed is no small talk, whatever its words.
        about_health = about_health or (refused is None and turn.alarm is not None)
        if refused is not None or about_health:
            # Before any model: general never answers about a person's health, whatever would answer.
            return await self._redirect(turn, refused or "general.health_offer", about_health=about_health)
        noted = await about_notes(self._memory, turn)
        answer = noted or await self._answer(turn)
        await self._remember(turn, answer)
        return [Show(text=answer)]

    async def _redirect(self, turn: Turn, key: str, *, about_health: bool) -> Sequence[Effect]:
        """Say a fixed sentence; what sounds like health may be asked in its own space."""
        text = Sensitive(calling(turn.language, key, self._numbers(turn)))
        await self._remember(turn, text)
        move = Button(label=say(turn.language, "general.move"), data=f"h:mv:{turn.id}")
        return [Show(text=text, buttons=((move,),) if about_health else ())]

    async def _answer(self, turn: Turn) -> Sensitive[str]:
        """Answer what rules understand, else by the model; what breaks a rule is not said."""
        intent = small_talk(turn.arrival.text.reveal())
        numbers = self._numbers(turn)
        if self._model is not None:
            return await self._converse(self._model, turn, numbers)
        text = Sensitive(calling(turn.language, f"general.{intent or 'no_model'}", numbers))
        broken = self._broken(turn, text, tuple(numbers.values()))
        return Sensitive(calling(turn.language, "scope.safe_general", numbers)) if broken else text

    async def _converse(self, model: ChatModel, turn: Turn, numbers: Mapping[str, str]) -> Sensitive[str]:
        """Give the model's text; one that breaks a rule is asked for once more, then left unsaid."""
        messages = await self._prompt(turn)
        try:
            text = await self._ask(model, turn, messages)
            broken = self._broken(turn, text)
            if broken:
                # The rules only: quoting the text back would let what slipped into it grow.
                again = Template(_file("again", turn.language)).substitute(broken=", ".join(broken))
                text = await self._ask(model, turn, [*messages, ModelMessage(role="user", text=Sensitive(again))])
                broken = self._broken(turn, text)
        except ModelError as error:
            log.warning("model_failed", turn=turn.id, space=turn.space, exc_info=error)
            return Sensitive(calling(turn.language, "general.model_away", numbers))
        return Sensitive(calling(turn.language, "scope.safe_general", numbers)) if broken else text

    async def _ask(self, model: ChatModel, turn: Turn, messages: Sequence[ModelMessage]) -> Sensitive[str]:
        user = await self._memory.pseudonym(turn.person)
        reply = await model.complete(ModelRequest(space=Space.GENERAL, user=user, messages=messages))
        text = reply.text.reveal().strip()
        if not text:
            raise ModelError("empty answer")
        return Sensitive(text)

    def _broken(self, turn: Turn, text: Sensitive[str], prepared: Sequence[str] = ()) -> Sequence[str]:
        """Name the rules *text* breaks; *prepared* is what a text of ours was filled with."""
        return broken_rules(
            self._check,
            Draft(
                space=Space.GENERAL,
                language=turn.language,
                question=turn.arrival.text,
                text=text,
                prepared=prepared,
                composed=bool(prepared),
                alarm=turn.alarm,
            ),
        )

    def _numbers(self, turn: Turn) -> Mapping[str, str]:
        return self._lines(turn.language, turn.country)

    async def _prompt(self, turn: Turn) -> list[ModelMessage]:
        """Give a model what it may see: what sounded like health when it was said stays out of it for good."""
        prompt = _file("general", turn.language)
        notes = [note for note in await self._memory.notes(turn.person) if not self._is_health(note, turn.language)]
        if notes:
            prompt += "\n" + "\n".join(f"- {note.reveal()}" for note in notes)
        messages = [ModelMessage(role="system", text=Sensitive(prompt))]
        health = False
        for said in await self._memory.latest(turn.person, limit=CONTEXT):
            if said.role == "user":
                told = said.text.reveal()
                health = self._is_health(said.text, turn.language) or self._refusals.key(told) is not None
            if not health:  # nor the answer to it
                messages.append(ModelMessage(role=said.role, text=said.text))
        return [*messages, ModelMessage(role="user", text=turn.arrival.text)]

    def _is_health(self, text: Sensitive[str], language: Language) -> bool:
        return self._words.health_words(text.reveal(), spoken(text.reveal(), language))

    async def _remember(self, turn: Turn, answer: Sensitive[str]) -> None:
        said = [Said(role="user", text=turn.arrival.text), Said(role="assistant", text=answer)]
        await self._memory.remember(turn.person, turn.id, said)


def _file(name: str, language: Language) -> str:
    return files("bot.general").joinpath("prompts", f"{name}.v1.{language}.md").read_text(encoding="utf-8")


def _plain(language: Language, key: str) -> Show:
    return Show(text=Sensitive(say(language, key)))


def _offer(language: Language, key: str, button: Button) -> Show:
    return Show(text=Sensitive(say(language, key)), buttons=((button,),))
