"""One general turn: fixed rules first, then the language model if there is one, and an honest sentence if not."""

from collections.abc import Sequence
from importlib.resources import files
from typing import Final, Protocol

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
DRAFT_EVERY: Final = 60  # characters between two previews; the gateway paces them by time as well


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
        model: ChatModel | None = None,
    ) -> None:
        self._people = people
        self._keys = keys
        self._memory = memory
        self._words = words
        self._model = model

    async def handle(self, turn: Turn, show: Progress) -> Sequence[Effect]:
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
        return await self._text(turn, show)

    async def _command(self, turn: Turn) -> Sequence[Effect]:
        command, language = turn.arrival.command, turn.language
        if command == "data":
            messages, notes = await self._memory.count(turn.person)
            text = say(language, "general.data", messages=messages, notes=notes)
            erase = Button(label=say(language, "general.erase"), data="g:erase")
            return [Show(text=Sensitive(text), buttons=((erase,),))]
        if command == "why":
            return [_plain(language, "general.why_model" if self._model else "general.why")]
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

    async def _text(self, turn: Turn, show: Progress) -> Sequence[Effect]:
        text, language = turn.arrival.text, turn.language
        if self._is_health(text, language):
            # Before any model: general never answers about a person's health, whatever would answer.
            return await self._offer_health(turn)
        fixed = await self._fixed(turn) or await self._converse(turn, show)
        await self._remember(turn, fixed)
        return [Show(text=fixed)]

    async def _offer_health(self, turn: Turn) -> Sequence[Effect]:
        await self._remember(turn, Sensitive(say(turn.language, "general.health_offer")))
        move = Button(label=say(turn.language, "general.move"), data=f"h:mv:{turn.id}")
        return [_offer(turn.language, "general.health_offer", move)]

    async def _fixed(self, turn: Turn) -> Sensitive[str] | None:
        """Answer what rules understand; None leaves it to the model or to the honest fallback."""
        noted = await about_notes(self._memory, turn)
        if noted is not None:
            return noted
        intent = small_talk(turn.arrival.text.reveal())
        if intent is None or self._model is not None:
            return None
        return Sensitive(say(turn.language, f"general.{intent}"))

    async def _converse(self, turn: Turn, show: Progress) -> Sensitive[str]:
        if self._model is None:
            return Sensitive(say(turn.language, "general.no_model"))
        try:
            return Sensitive(await self._stream(self._model, turn, show))
        except ModelError as error:
            log.warning("model_failed", turn=turn.id, space=turn.space, exc_info=error)
            return Sensitive(say(turn.language, "general.model_away"))

    async def _stream(self, model: ChatModel, turn: Turn, show: Progress) -> str:
        messages = await self._prompt(turn)
        request = ModelRequest(space=Space.GENERAL, user=await self._memory.pseudonym(turn.person), messages=messages)
        answer, shown = "", 0
        async for piece in model.stream(request):
            answer += piece
            if len(answer) - shown >= DRAFT_EVERY:
                shown = len(answer)
                await show.draft(Sensitive(answer))
        if not answer.strip():
            raise ModelError("empty answer")
        return answer.strip()

    async def _prompt(self, turn: Turn) -> list[ModelMessage]:
        """Give a model what it may see: what sounded like health when it was said stays out of it for good."""
        prompt = files("bot.general").joinpath("prompts", f"general.v1.{turn.language}.md").read_text(encoding="utf-8")
        notes = [note for note in await self._memory.notes(turn.person) if not self._is_health(note, turn.language)]
        if notes:
            prompt += "\n" + "\n".join(f"- {note.reveal()}" for note in notes)
        messages = [ModelMessage(role="system", text=Sensitive(prompt))]
        health = False
        for said in await self._memory.latest(turn.person, limit=CONTEXT):
            if said.role == "user":
                health = self._is_health(said.text, turn.language)
            if not health:  # nor the answer to it
                messages.append(ModelMessage(role=said.role, text=said.text))
        return [*messages, ModelMessage(role="user", text=turn.arrival.text)]

    def _is_health(self, text: Sensitive[str], language: Language) -> bool:
        return self._words.health_words(text.reveal(), spoken(text.reveal(), language))

    async def _remember(self, turn: Turn, answer: Sensitive[str]) -> None:
        said = [Said(role="user", text=turn.arrival.text), Said(role="assistant", text=answer)]
        await self._memory.remember(turn.person, turn.id, said)


def _plain(language: Language, key: str) -> Show:
    return Show(text=Sensitive(say(language, key)))


def _offer(language: Language, key: str, button: Button) -> Show:
    return Show(text=Sensitive(say(language, key)), buttons=((button,),))
