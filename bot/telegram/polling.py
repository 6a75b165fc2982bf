"""A bot whose polling cannot be stopped by what it receives, and which tells when Telegram answers or wants a rest.

python-telegram-bot 22.8 as it is: one update its parser refuses is fetched again for ever and its content logged; a
401 or 404 in the middle of polling ends the task while `running` stays true; a time-out is retried without a pause,
and our transport reports a refused connection as one.
"""

import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from telegram import Bot, Update
from telegram.error import InvalidToken, NetworkError, RetryAfter, TimedOut

from bot.kernel.logs import get_logger
from bot.telegram.pacing import seconds_to_wait

log = get_logger()


class PollingBot(Bot):
    """The library's bot, with a `get_updates` that survives."""

    def __init__(self, token: str, *, refused: Callable[[str, int | None, float], None], **options: Any) -> None:
        self._refused = refused  # called with the method, the chat and the seconds whenever Telegram asks us to wait
        self._polled: float | None = None  # by the clock nobody sets: a wrong hour is no silence
        super().__init__(token, **options)

    def __repr__(self) -> str:
        return "PollingBot(...)"  # the library's own shows the token

    @property
    def silence(self) -> float | None:
        """Seconds since Telegram last answered a poll; None before the first."""
        return None if self._polled is None else time.monotonic() - self._polled

    async def get_updates(
        self,
        offset: int | None = None,
        limit: int | None = None,
        timeout: int | timedelta | None = None,  # noqa: ASYNC109 - Telegram's long-poll parameter
        allowed_updates: Sequence[str] | None = None,
        **_: Any,
    ) -> tuple[Update, ...]:
        """Fetch updates; every failure is a `NetworkError`, which the library's loop retries after a growing pause."""
        asked = {"offset": offset, "limit": limit, "timeout": timeout, "allowed_updates": allowed_updates}
        try:
            received = await self._post("getUpdates", asked)
        except (InvalidToken, TimedOut) as error:
            raise NetworkError(f"polling: {type(error).__name__}") from None
        self._polled = time.monotonic()
        return tuple(self._read(raw) for raw in received)

    async def call(self, method: str, said: dict[str, Any]) -> Any:
        """Call *method* and give Telegram's answer as it comes: making objects of it costs more than asking."""
        return await self._post(method, said)

    async def _do_post(self, endpoint: str, data: dict[str, Any], **timeouts: Any) -> bool | dict[str, Any] | list[Any]:
        """Call Telegram; every method passes here, so that none is asked to wait unheard."""
        try:
            return await super()._do_post(endpoint, data, **timeouts)
        except RetryAfter as error:
            self._refused(endpoint, data.get("chat_id"), seconds_to_wait(error))
            raise

    def _read(self, raw: dict[str, Any]) -> Update:
        try:
            return Update.de_json(raw, self)
        except Exception as error:
            # Whatever it is, it must not block everything behind it. Its content is nobody's business here.
            log.error("update_unreadable", exc_info=error)
            return Update(raw["update_id"])
