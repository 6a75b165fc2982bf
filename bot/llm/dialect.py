"""How one provider likes to be asked: everything at first, then without what it refused, remembered for good.

"OpenAI-compatible" is a family, not a standard: some take no JSON schema, some no `stream_options`, some refuse any
field they do not know. What is learned here is learned from a 400, once, and kept only if the simpler request passed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from bot.chat.ports import ModelMessage, ModelRequest

_UNKNOWN_FIELD: Final = re.compile(
    r"unknown|unrecognized|unsupported|not supported|extra|not permitted|unexpected", re.IGNORECASE
)

Form = Literal["json_schema", "json_object", "plain"]
# Without `store`, a provider that never heard of it keeps what the operator declared in llm.retention.
_OPTIONAL: Final = ("stream_options", "max_tokens", "store", "user")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What a provider accepts, as far as we know."""

    form: Form = "json_schema"
    without: frozenset[str] = frozenset()

    def payload(self, model: str, request: ModelRequest, messages: Sequence[ModelMessage]) -> dict[str, object]:
        """Write the request's body. `store` is false and `user` a pseudonym: nothing to keep, nobody to name."""
        body: dict[str, object] = {
            "model": model,
            "messages": [{"role": message.role, "content": message.text.reveal()} for message in messages],
            "stream": True,
            "stream_options": {"include_usage": True},
            "store": False,
            "user": request.user,
            "max_tokens": request.max_tokens,
        }
        if "max_tokens" in self.without:
            body["max_completion_tokens"] = request.max_tokens
        if request.json_schema is not None and self.form == "json_schema":
            shape = {"name": "answer", "strict": True, "schema": request.json_schema}
            body["response_format"] = {"type": "json_schema", "json_schema": shape}
        elif request.json_schema is not None and self.form == "json_object":
            body["response_format"] = {"type": "json_object"}
        return {field: value for field, value in body.items() if field not in self.without}

    def simpler(self, refusal: str, *, structured: bool) -> "Dialect | None":
        """Give the next thing to try after a 400 that said *refusal*; None when there is nothing left to give up."""
        if _UNKNOWN_FIELD.search(refusal):
            for field in _OPTIONAL:
                if field not in self.without and re.search(rf"""["'`]{field}["'`]""", refusal):
                    return replace(self, without=self.without | {field})
        if not structured or self.form == "plain":
            return None
        return replace(self, form="json_object" if self.form == "json_schema" else "plain")
