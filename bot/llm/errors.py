"""Why a model did not answer, in six words a caller can act on; a person reads the same sentence for all of them."""

from bot.chat.ports import ModelError


class ModelUnreachableError(ModelError):
    """The endpoint cannot be reached, broke off, answered 5xx, or rests after repeated failures."""


class ModelSlowError(ModelError):
    """A deadline passed: before the first words, between two of them, or overall."""


class ModelBusyError(ModelError):
    """The endpoint has too much to do and asked us to come back later than we can wait."""


class ModelRefusedError(ModelError):
    """The endpoint, or our own rule for the space, will not take this request; trying again changes nothing."""


class ModelBudgetError(ModelError):
    """No tokens left: the person's day, the provider's account, or the context of one question."""


class ModelGarbledError(ModelError):
    """What came back is not an answer: not JSON, empty, cut off, or without end."""


class FailureError(Exception):
    """Inside the client only: what went wrong before the caller hears of it, and whether to try again."""

    def __init__(
        self, error: ModelError, *, again: bool = False, after: float | None = None, refusal: str | None = None
    ) -> None:
        # stamina logs `repr` of what it retries on: nothing of the provider's words may stand in it.
        super().__init__(type(error).__name__)
        self.error = error
        self.again = again
        self.after = after  # seconds the provider asked us to wait
        self.refusal = refusal  # its words on a 400, read for field names only
