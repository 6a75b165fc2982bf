"""What the playground refuses: to a bot in Telegram's own words, to the person at the keyboard as one of ours."""

from bot.kernel.errors import BotError


class PlaygroundError(BotError):
    """Someone asked of the playground what a person on Telegram could not do."""

    reply = "playground.refused"


class ApiError(BotError):
    """A Bot API call refused as Telegram refuses it; bots match on these words, so they are kept to the letter."""

    def __init__(self, status: int, description: str, *, retry_after: int | None = None) -> None:
        super().__init__(f"{status} {description}")
        self.status = status
        self.description = description
        self.retry_after = retry_after


def bad_request(why: str) -> ApiError:
    """Make the 400 that Telegram words as "Bad Request: why"."""
    return ApiError(400, f"Bad Request: {why}")
