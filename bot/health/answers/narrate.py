"""A model phrases an answer around slots; code checks every sentence and puts the values in. Or there is no answer.

The model reads what each result is and where it stands, and the question with its numbers hidden: never a value, a
unit, a range, a name of a person or a laboratory, nor a document's text.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.chat.model import Space
from bot.chat.ports import ChatModel, ModelMessage, ModelRequest
from bot.health.answers.prompts import prompt
from bot.health.answers.slots import Slot, Violation, check, fill, slots
from bot.health.facts import Fact
from bot.i18n import Language
from bot.kernel.errors import BotError
from bot.kernel.logs import get_logger
from bot.kernel.sensitive import Sensitive

log = get_logger()

MOST_SLOTS: Final = 12  # more cannot be told apart in one short text
_MOST_QUESTION: Final = 1000  # characters
# A few tests have a digit in their name ("B12", "CA 15-3"); any other digit may be one of the person's values ("CRP12").
_NUMBER: Final = re.compile(
    r"(?P<name>(?<!\w)(?:(?i:b(?:1|2|6|9|12)|d[23]|f?t[34]|(?:hb)?a1c|om[eé]ga[ -]?[369]|q10)|CA[ -]?(?:125|15[-.,]3|19[-.,]9))"
    r"(?!\w|[.,]\d))"
    r"|\d[\d.,/\s]*"
)


Review = Callable[[Sensitive[str]], Sequence[str]]  # names the rules that a filled text breaks


class NarrationError(BotError):
    """No text of the model could be used; the composed answer stands."""

    reply = "errors.model"


class _Narration(BaseModel):
    """What a model hands back: words around slots. A stranger's JSON until validated."""

    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)
    text: str


class Narrator:
    """Lets a model phrase what code knows."""

    def __init__(self, model: ChatModel) -> None:
        self._model = model
        self.label = model.label

    async def narrate(
        self,
        question: Sensitive[str],
        facts: Sequence[Fact],
        names: Mapping[str, str],
        language: Language,
        *,
        user: str,
        review: Review,
    ) -> Sensitive[str]:
        """Answer *question* around the confirmed ones of *facts*; *names* by fact id, *user* a pseudonym.

        A text is looked at before its slots are filled, by the rules here, and after, by *review*. Raises `NarrationError` when two texts in a row break a rule, `ModelError` when the model does not answer.
        """
        placed = slots(facts, names, language)
        if not 0 < len(placed) <= MOST_SLOTS:
            raise NarrationError(f"{len(placed)} slots")
        said = prompt(language)
        asked = said.question.substitute(
            slots="\n".join(slot.note for slot in placed), question=_quoted(question.reveal(), placed)
        )
        messages = [
            ModelMessage(role="system", text=Sensitive(said.system)),
            ModelMessage(role="user", text=Sensitive(asked)),
        ]

        def checked(text: str) -> Sequence[str]:
            return _checked(text, placed, language) or review(Sensitive(fill(text, placed, language)))

        text, broken = await self._ask(messages, user, checked)
        if broken:
            # The rules only: quoting the text back would let what slipped into it grow.
            again = said.again.substitute(broken=", ".join(broken))
            messages.append(ModelMessage(role="user", text=Sensitive(again)))
            text, broken = await self._ask(messages, user, checked)
        if broken:
            raise NarrationError(f"{len(broken)} rules broken twice")
        return Sensitive(fill(text, placed, language))

    async def _ask(
        self, messages: Sequence[ModelMessage], user: str, checked: Callable[[str], Sequence[str]]
    ) -> tuple[str, Sequence[str]]:
        """Give one text of the model and the rules it breaks."""
        reply = await self._model.complete(
            ModelRequest(space=Space.HEALTH, user=user, messages=messages, json_schema=_Narration.model_json_schema())
        )
        broken: Sequence[str]
        try:
            text = _Narration.model_validate_json(reply.text.reveal()).text
        except ValidationError:
            text, broken = "", [Violation.FORMAT]
        else:
            broken = checked(text)
        if broken:
            log.warning("narration_refused", reason=" ".join(broken)[:80], count=len(broken))
        return text, broken


def _checked(text: str, placed: Sequence[Slot], language: Language) -> list[Violation]:
    """Give the rules *text* breaks; a rule that crashes is one that was not passed."""
    try:
        return check(text, placed, language)
    except Exception as error:
        log.error("narration_check_failed", exc_info=error)
        return [Violation.FORMAT]


def _quoted(question: str, placed: Sequence[Slot]) -> str:
    """Give *question* as one JSON string, its numbers hidden: a person often types the value they ask about."""
    for slot in placed:
        if slot.fact.number is None and slot.fact.value:  # "Négatif"
            question = question.replace(slot.fact.value, "…")
    return json.dumps(without_figures(question[:_MOST_QUESTION]), ensure_ascii=False)


def without_figures(text: str) -> str:
    """Hide the figures of what a person typed, as their consent says, before a model reads it."""
    return _NUMBER.sub(lambda found: found["name"] or "…", text)
